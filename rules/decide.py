"""Decide: has the loading been sufficient, and was it tolerated, so that the next step may be taken?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from rules.case import Case
from rules.dose import Dose, weigh
from rules.errors import ProgrammeInvalid
from rules.gaps import stages_back
from rules.notes import clock_notes, notes
from rules.programme import load
from rules.rows import gaps, jumps, mornings, nerves, said, tolerance, unknown
from rules.verdict import Verdict
from rules.view import View, look
from rules.vocabulary import Decision, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the decision table: which codes it may give, and whether a stage without a dose asks it too."""

    codes: tuple[str, ...]
    fires: Callable[[View], Iterable[Reason]]
    at_terminal: bool = True


ROWS = (
    Row(codes=("RED_RESPONSE",), fires=tolerance.red_response),
    Row(codes=("REPEATED_POOR_RESPONSE",), fires=tolerance.repeated_poor_response),
    Row(codes=("LAYOFF",), fires=gaps.layoff),
    Row(codes=("RED_SETTLED",), fires=tolerance.red_settled),
    Row(codes=("RED_BEFORE_ENTRY_UNSETTLED",), fires=tolerance.red_before_entry_unsettled),
    Row(codes=("POOR_2_OF_3",), fires=tolerance.poor_2_of_3),
    Row(codes=("BAD_MORNING",), fires=mornings.bad_morning),
    Row(codes=("MORNING_TREND",), fires=mornings.morning_trend),
    Row(codes=("CEILING",), fires=jumps.ceiling),
    Row(codes=("WEEK_CEILING",), fires=jumps.week_ceiling),
    Row(codes=("SPIKE_LARGE", "SPIKE_MODERATE", "SPIKE_SMALL"), fires=jumps.spikes),
    Row(codes=("PHYSIO_HOLD",), fires=said.physio_hold),
    Row(codes=("SITE_CHANGED",), fires=said.site_changed),
    Row(codes=("NERVE_SIGNS",), fires=nerves.nerve_signs),
    Row(codes=("CLOCK_FUTURE",), fires=unknown.clock_future),
    Row(codes=("LAPSE",), fires=gaps.lapse),
    Row(codes=("NO_SESSIONS",), fires=gaps.no_sessions),
    Row(codes=("MISSING_24H",), fires=unknown.missing_24h),
    Row(codes=("POOR_SENSOR",), fires=unknown.poor_sensor),
    Row(codes=("DISTANCE_UNKNOWN",), fires=unknown.distance_unknown),
    Row(codes=("METRIC_UNMEASURED",), fires=unknown.metric_unmeasured, at_terminal=False),
    Row(codes=("REF_MISSING",), fires=unknown.reference_missing, at_terminal=False),
    Row(codes=("REF_NOT_MEASURED",), fires=unknown.reference_not_measured, at_terminal=False),
)
# Beside the table: flags are judged even without a programme, and the dose (or that there is none) always speaks.
OTHER_CODES = ("RED_FLAG", "REGRESS_AT_FLOOR", "PROGRAMME_INVALID", "DOSE", "TERMINAL")
CODES = (*OTHER_CODES, *(code for row in ROWS for code in row.codes))


def decide(case: Case) -> Verdict:
    """The verdict on a case. Every rule speaks, the least permissive one decides, and all are reported.

    Never raises: a case that cannot be judged reads INSUFFICIENT_DATA, and says why.
    """
    try:
        view = look(case)
    except ProgrammeInvalid as problem:
        return _without_programme(case, str(problem))
    dose = weigh(view)
    reasons = [*said.red_flag(case), *_table(view), _dose_reason(view, dose)]
    decision = min(reason.verdict for reason in reasons)
    return Verdict(
        decision=decision,
        target_stage=_target(view, reasons) if decision is Decision.REGRESS else None,
        sufficient=dose.sufficient,
        reasons=_in_order(reasons),
        missing=dose.missing,
        notes=notes(view),
        programme_version=view.programme.version,
    )


def _table(view: View) -> Iterable[Reason]:
    for row in ROWS:
        if row.at_terminal or not view.stage.terminal:
            for reason in row.fires(view):
                yield _at_floor(reason) if view.stage_index == 0 else reason


def _at_floor(reason: Reason) -> Reason:
    """At the first stage there is no way back: to regress is to hold."""
    if reason.verdict is not Decision.REGRESS:
        return reason
    return replace(reason, code="REGRESS_AT_FLOOR", verdict=Decision.HOLD, of=reason.code)


def _dose_reason(view: View, dose: Dose) -> Reason:
    if view.stage.terminal:
        return Reason(code="TERMINAL", verdict=Decision.CONTINUE)
    verdict = Decision.PROGRESS_READY if dose.sufficient and not dose.missing else Decision.CONTINUE
    return Reason(
        code="DOSE",
        verdict=verdict,
        item="sessions",
        measured=len(dose.counted),
        required=view.stage.n,
        unit="sessions",
    )


def _target(view: View, reasons: Iterable[Reason]) -> str:
    """The stage to go back to: one below, or as far as a layoff leads; the lowest wins."""
    back = [_stages_back(reason, view) for reason in reasons if reason.verdict is Decision.REGRESS]
    return view.programme.stages[max(0, view.stage_index - max(back))].id


def _stages_back(reason: Reason, view: View) -> int:
    if reason.code != "LAYOFF":
        return 1
    back = stages_back(gaps.layoff_days(view))
    return view.stage_index if back is None else back


def _in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """By (rank, code, session), then by what they speak of; one that says the same twice stands once."""
    return tuple(sorted(dict.fromkeys(reasons), key=lambda reason: reason.sort_key))


def _without_programme(case: Case, why: str) -> Verdict:
    """Without a programme nothing is earned and nothing can be told, but a red flag stands."""
    invalid = Reason(code="PROGRAMME_INVALID", verdict=Decision.INSUFFICIENT_DATA, measured=why)
    no_dose = Reason(code="DOSE", verdict=Decision.CONTINUE)
    reasons = _in_order([*said.red_flag(case), invalid, no_dose])
    return Verdict(
        decision=reasons[0].verdict,
        target_stage=None,
        sufficient=False,
        reasons=reasons,
        missing=(),
        notes=clock_notes(case),
        programme_version=_version(case),
    )


def _version(case: Case) -> str | None:
    try:
        return load(case.programme).version
    except ProgrammeInvalid:
        return None
