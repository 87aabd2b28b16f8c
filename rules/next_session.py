"""Next session: what the verdict allows for the next run, in minutes, metres per second and efforts."""

from __future__ import annotations

from dataclasses import replace
from math import floor, inf

from rules.allowance import Allowance, Limit
from rules.case import Case
from rules.ceilings import applied, ceiling_metric, is_additive
from rules.combine import TOGETHER
from rules.earliest import earliest_run
from rules.errors import ProgrammeInvalid
from rules.metric_facts import label, unit
from rules.next_distance import distance_limit
from rules.numbers import total
from rules.outings import belongs_to
from rules.programme import load
from rules.references import effective
from rules.signs.speed_upkeep import is_speed_stale
from rules.stage import Amounts
from rules.verdict import Verdict
from rules.view import Seen, View, look
from rules.vocabulary import Decision, Metrics, References, Response
from rules.windows import DAY, later

SHOWN_OF_THE_LIMIT = 0.97  # so that an ordinary error of the sensor is no jump; expert default
SHOWN_STEP_M = 100
INCLINES = ("inc2_s", "inc4_s", "inc1_s", "inc8_s")


def allowance(case: Case, verdict: Verdict) -> Allowance:
    """The next run under a verdict.

    The stage's ceilings; on a hold no more than the last GREEN run had; after a step back those of the target stage.
    Never a jump in distance. What the current outing already has is taken off every limit.
    """
    try:
        here, view = look(case), look(_on_target(case, verdict))
    except ProgrammeInvalid:
        return Allowance(may_run=False)
    if verdict.decision is Decision.STOP_REFER:
        return Allowance(may_run=False, stage=view.stage.id, distance_m=0.0, shown_distance_m=0.0)
    limits, earliest = _limits(view, verdict.decision), earliest_run(view)
    # Until tomorrow the longest run may have left the 30 days.
    distance_m = min(distance_limit(here, verdict, moment) for moment in (view.now, earliest, later(earliest, DAY)))
    if "run_m" in limits:
        distance_m = min(distance_m, limits["run_m"])
    strides, incline = _strides(limits), _incline(limits)
    return Allowance(
        may_run=True,
        stage=view.stage.id,
        earliest=earliest,
        minutes=_minutes(limits.get("run_s")),
        distance_m=distance_m,
        shown_distance_m=shown_distance(distance_m),
        fastest_mps=_at_percent(limits.get("peak3_pct"), view.references),
        strides=limits.get(strides) if strides else None,
        strides_from_mps=_at_percent(_percent(strides), view.references) if strides else None,
        incline_minutes=_minutes(limits.get(incline)) if incline else None,
        incline_grade=int(incline[3]) / 100 if incline else None,
        limits=tuple(Limit(metric=m, label=label(m), most=most, unit=unit(m)) for m, most in limits.items()),
    )


def shown_distance(limit_m: float) -> float:
    """The distance that people read, in whole 100 m: an ordinary error of the sensor still stays within the limit."""
    return float(floor(round(SHOWN_OF_THE_LIMIT * limit_m / SHOWN_STEP_M, 9)) * SHOWN_STEP_M)


def _on_target(case: Case, verdict: Verdict) -> Case:
    """A step back leads to another stage, and leaves behind what a physio changed of this one.

    Of two programmes held at once the target may be the other ladder's; then this stage's limits stay.
    """
    targets = (verdict.target_stage or "").split(TOGETHER)
    ours = {stage.id for stage in load(case.programme).stages}.intersection(targets)
    return replace(case, stage=ours.pop(), stage_override={}) if ours else case


def _limits(view: View, decision: Decision) -> dict[str, float]:
    """The stage's ceilings; on a hold nothing above the last GREEN run either, the doses among it."""
    ceil = applied(_ceil(view), effective(view.case.references))
    if decision in (Decision.CONTINUE, Decision.PROGRESS_READY):
        return _left(ceil, view)
    last = _last_green(view)
    done = (
        {name: ceiling_metric(last.session.metrics, name) for name in (*ceil, *view.stage.dose_metrics)} if last else {}
    )
    known = {name: value for name, value in done.items() if value is not None}
    return _left({name: min(ceil.get(name, inf), known.get(name, inf)) for name in (*ceil, *known)}, view)


def _left(limits: Amounts, view: View) -> dict[str, float]:
    """The limits less what the current outing already has, if a session now would belong to it."""
    current = _current_outing(view)
    return {name: max(0.0, round(most - _used(name, current), 6)) for name, most in limits.items()}


def _current_outing(view: View) -> list[Metrics]:
    last = view.outings[-1] if view.outings else None
    sessions = [seen.session for seen in last.sessions] if last else []
    return [session.metrics for session in sessions] if sessions and belongs_to(sessions, view.now) else []


def _used(name: str, current: list[Metrics]) -> float:
    amounts = (ceiling_metric(metrics, name) for metrics in current) if is_additive(name) else ()
    return total(amount for amount in amounts if amount is not None)


def _ceil(view: View) -> dict[str, float]:
    """After the last stage, and long without speed, the ceilings of the stage before it count once more."""
    if view.stage_index > 0 and is_speed_stale(view):
        return dict(view.programme.stages[view.stage_index - 1].ceil)
    return dict(view.stage.ceil)


def _last_green(view: View) -> Seen | None:
    green = [seen for seen in view.seen if seen.response is Response.GREEN and not seen.poor and seen.is_run]
    return green[-1] if green else None


def _strides(limits: Amounts) -> str | None:
    """The slowest kind of fast effort that is limited; faster ones are among them."""
    return min((name for name in limits if name.startswith("eff")), default=None)


def _percent(efforts: str) -> float:
    return float(efforts.removeprefix("eff").partition("_")[0])


def _incline(limits: Amounts) -> str | None:
    return next((name for name in INCLINES if name in limits), None)


def _at_percent(percent: float | None, references: References) -> float | None:
    if percent is None or references.v_max_mps is None:
        return None
    return round(references.v_max_mps * percent / 100, 3)


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
