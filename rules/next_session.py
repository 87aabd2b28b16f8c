"""Next session: what the verdict allows for the next run, in minutes, metres per second and efforts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import inf

from rules.allowance import Allowance, Limit
from rules.case import Case
from rules.ceilings import ceiling_metric
from rules.combine import TOGETHER
from rules.earliest import earliest_run
from rules.errors import ProgrammeInvalid
from rules.load import L30_FLOOR_M, SPIKE_EXCESS_M, SPIKE_LIMITS, longest_before
from rules.metric_facts import label, unit
from rules.numbers import MOST, metric
from rules.programme import load
from rules.rows.gaps import is_run
from rules.signs.speed_upkeep import is_speed_stale
from rules.stage import Amounts
from rules.verdict import Verdict
from rules.view import Seen, View, in_horizon, look
from rules.vocabulary import Decision, References, Response
from rules.windows import DAY, later

FIRST_AFTER_REGRESS = 0.70  # of the last GREEN distance; expert default
SMALLEST_JUMP = min(limit.ratio for limit in SPIKE_LIMITS)
INCLINES = ("inc2_s", "inc4_s", "inc1_s", "inc8_s")


def allowance(case: Case, verdict: Verdict) -> Allowance:
    """The next run under a verdict: the stage's ceilings; after a hold no more than the last GREEN run held; after a
    step back, and on the first stage where there is none, at most 70 % of the last GREEN distance, within the target
    stage's ceilings. Never a jump in distance; without any tolerated run a longer one is no measure of the next.
    """
    try:
        view = look(_on_target(case, verdict))
    except ProgrammeInvalid:
        return Allowance(may_run=False)
    if verdict.decision is Decision.STOP_REFER:
        return Allowance(may_run=False, stage=view.stage.id)
    limits, earliest = _limits(view, verdict.decision), earliest_run(view)
    strides, incline = _strides(limits), _incline(limits)
    return Allowance(
        may_run=True,
        stage=view.stage.id,
        earliest=earliest,
        minutes=_minutes(limits.get("run_s")),
        distance_m=_distance(view, verdict, earliest),
        fastest_mps=_at_percent(limits.get("peak3_pct"), view.references),
        strides=limits.get(strides) if strides else None,
        strides_from_mps=_at_percent(_percent(strides), view.references) if strides else None,
        incline_minutes=_minutes(limits.get(incline)) if incline else None,
        incline_grade=int(incline[3]) / 100 if incline else None,
        limits=tuple(Limit(metric=m, label=label(m), most=most, unit=unit(m)) for m, most in limits.items()),
    )


def _on_target(case: Case, verdict: Verdict) -> Case:
    """A step back leads to another stage, and leaves behind what a physio changed of this one.

    Of two programmes held at once the target may be the other ladder's; then this stage's limits stay.
    """
    targets = (verdict.target_stage or "").split(TOGETHER)
    ours = {stage.id for stage in load(case.programme).stages}.intersection(targets)
    return replace(case, stage=ours.pop(), stage_override={}) if ours else case


def _limits(view: View, decision: Decision) -> dict[str, float]:
    """The stage's ceilings; on a hold nothing above the last GREEN run either, the doses among it."""
    ceil = _ceil(view)
    if decision in (Decision.CONTINUE, Decision.PROGRESS_READY):
        return ceil
    last = _last_green(view)
    done = (
        {name: ceiling_metric(last.session.metrics, name) for name in (*ceil, *view.stage.dose_metrics)} if last else {}
    )
    known = {name: value for name, value in done.items() if value is not None}
    return {name: min(ceil.get(name, inf), known.get(name, inf)) for name in (*ceil, *known)}


def _ceil(view: View) -> dict[str, float]:
    """After the last stage, and long without speed, the ceilings of the stage before it count once more."""
    if view.stage.terminal and view.stage_index > 0 and is_speed_stale(view):
        return dict(view.programme.stages[view.stage_index - 1].ceil)
    return dict(view.stage.ceil)


def _last_green(view: View) -> Seen | None:
    green = [seen for seen in view.seen if seen.response is Response.GREEN and is_run(seen)]
    return green[-1] if green else None


def _distance(view: View, verdict: Verdict, earliest: datetime) -> float:
    """No jump from the longest of 30 days; on a hold the last GREEN distance, on a step back 70 % of it."""
    last = _last_green(view)
    # Without any tolerated run a longer one is no base, but for who may carry on.
    history = in_horizon(view.case) if last or verdict.decision >= Decision.CONTINUE else []
    # Until tomorrow the longest run may have left the 30 days.
    moments = (earliest, later(earliest, DAY))
    longest_m = min(longest_before(moment, history, view.case.references) for moment in moments)
    most = max(longest_m * SMALLEST_JUMP, longest_m + SPIKE_EXCESS_M)
    last_m = metric(last.session.metrics, "run_m") if last else None
    if _begins_again(verdict):
        most = min(most, (L30_FLOOR_M if last_m is None else last_m) * FIRST_AFTER_REGRESS)
    elif verdict.decision < Decision.CONTINUE and last_m is not None:
        most = min(most, last_m)
    return float(int(min(most, MOST)))


def _begins_again(verdict: Verdict) -> bool:
    """A step back begins easier, and so does one on the first stage, where it is called a hold."""
    at_floor = verdict.decision is Decision.HOLD and "REGRESS_AT_FLOOR" in verdict.codes
    return at_floor or verdict.decision is Decision.REGRESS


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
