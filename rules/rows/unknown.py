"""What is not known: answers, sensors, distances, metrics and references that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.ceilings import has_reference
from rules.metric_facts import percent_of_v_max, reference, unit
from rules.numbers import metric
from rules.stage import Stage
from rules.view import Outing, View, lacks_answer, took_painkillers
from rules.vocabulary import Decision, Reason
from rules.windows import MONTH_DAYS, WEEK_DAYS, answer_is_due

FEW = 2  # so many sessions make it a pattern, not an accident; expert default
NEAR_TOP_PERCENT = 90  # from here on an estimated top speed could call a jog a sprint


def missing_24h(view: View) -> Iterator[Reason]:
    """Two of the last three outings without an answer in time, or with painkillers; whatever their class.

    Outings from before the runner could have been asked do not count.
    """
    last = view.last_outings(MONTH_DAYS)[-3:]
    since = view.case.asked_since
    missing = sum(_is_unanswered(outing, view) for outing in last if since is None or outing.start >= since)
    if missing >= FEW:
        yield _unknown("MISSING_24H", item="morning", measured=missing, required=FEW, unit="sessions")


def poor_sensor(view: View) -> Iterator[Reason]:
    """Two of the last three outings measured too poorly to be judged."""
    poor = sum(outing.poor for outing in view.last_outings(MONTH_DAYS)[-3:])
    if poor >= FEW:
        yield _unknown("POOR_SENSOR", item="quality", measured=poor, required=FEW, unit="sessions")


def clock_future(view: View) -> Iterator[Reason]:
    """A session that starts after `now`: some clock is wrong, and nothing else looks at this session."""
    for session in view.case.sessions:
        if session.start > view.now:
            yield _unknown("CLOCK_FUTURE", item="start", session_id=session.id)


def distance_unknown(view: View) -> Iterator[Reason]:
    """A session of the last seven days whose distance nobody knows: it may have been a jump."""
    for seen in view.last_days(WEEK_DAYS):
        if metric(seen.session.metrics, "run_m") is None:
            yield _unknown("DISTANCE_UNKNOWN", item="run_m", unit="m", session_id=seen.id)


def metric_unmeasured(view: View) -> Iterator[Reason]:
    """A metric that the dose asks for and that no session of this stage has measured in 28 days."""
    sessions = view.last_days_since_entry(MONTH_DAYS)
    for name in view.stage.dose_metrics if len(sessions) >= FEW else ():
        if all(metric(seen.session.metrics, name) is None for seen in sessions):
            yield _unknown("METRIC_UNMEASURED", item=name, required=least(view.stage, name), unit=unit(name))


def reference_missing(view: View) -> Iterator[Reason]:
    """A dose that is measured against a speed of the runner which nobody knows."""
    for name in view.stage.dose_metrics:
        if not has_reference(name, view.references):
            yield _unknown("REF_MISSING", item=name, required=reference(name))
    if view.stage.need_vmax_measured and view.references.v_max_mps is None and not _asks_for_v_max(view.stage):
        yield _unknown("REF_MISSING", item="v_max", required="v_max")


def reference_not_measured(view: View) -> Iterator[Reason]:
    """A dose near top speed, where the top speed is only an estimate."""
    if view.references.v_max_mps is None or view.references.v_max_kind == "measured":
        return
    near_top = [name for name in view.stage.dose_metrics if _needs_measured(view.stage, name)]
    for name in near_top or (["v_max"] if view.stage.need_vmax_measured else []):
        yield _unknown("REF_NOT_MEASURED", item=name, measured="estimated", required="measured")


def least(stage: Stage, name: str) -> float | None:
    """What the dose asks of a metric, the first of `each`, `total` and `max` that names it."""
    asked = (amounts.get(name) for amounts in (stage.each, stage.total, stage.max))
    return next((amount for amount in asked if amount is not None), None)


def _is_unanswered(outing: Outing, view: View) -> bool:
    """Whether an answer that is due is missing, or cannot tell anything because painkillers were taken."""
    return is_overdue(outing, view) or any(took_painkillers(seen) for seen in outing.sessions)


def is_overdue(outing: Outing, view: View) -> bool:
    """Whether an answer about one of its sessions is missing after its deadline."""
    return any(lacks_answer(seen) and answer_is_due(view.now, seen.session.end) for seen in outing.sessions)


def _asks_for_v_max(stage: Stage) -> bool:
    return any(reference(name) == "v_max" for name in stage.dose_metrics)


def _needs_measured(stage: Stage, name: str) -> bool:
    if reference(name) != "v_max":
        return False
    amounts = (group[name] for group in (stage.each, stage.total, stage.max) if name in group)
    percents = (percent_of_v_max(name, amount) for amount in amounts)
    # A name that does not tell its percent, such as eff92.5_n, may be near the top.
    near_top = any(percent is None or percent >= NEAR_TOP_PERCENT for percent in percents)
    return stage.need_vmax_measured or near_top


def _unknown(
    code: str,
    *,
    item: str,
    measured: float | str | None = None,
    required: float | str | None = None,
    unit: str | None = None,
    session_id: str | None = None,
) -> Reason:
    return Reason(
        code=code,
        verdict=Decision.INSUFFICIENT_DATA,
        item=item,
        measured=measured,
        required=required,
        unit=unit,
        session_id=session_id,
    )
