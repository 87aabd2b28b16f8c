"""Week signs: speed, incline, distance and mornings against what came before; they inform and never decide."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from rules.metric_facts import label, unit
from rules.numbers import exceeds, known, metric, total
from rules.speech.amounts import amount
from rules.view import Seen, View
from rules.windows import DAY, WEEK_DAYS, age_days

NOVEL = (("NOVEL_SPEED", "eff80_n"), ("NOVEL_INCLINE", "inc2_s"), ("NOVEL_INCLINE", "uf_n"))
NOVEL_RATIO = 2.0
NOVEL_DAYS = 30
JUMP_RATIO = 1.5
JUMP_MORE_M = 5000.0
PEAK_PCT = 103.0  # less than 3 % above may be the sensor's own error
FEWEST_MORNINGS = 2


def novelties(view: View) -> Iterator[tuple[str, Seen, str, str]]:
    """Sessions of the week with more than twice the most of the 30 days before, and more than the stage asks for."""
    for seen in view.last_days(WEEK_DAYS):
        for code, name in NOVEL:
            done = metric(seen.session.metrics, name)
            if done is not None and done > max(NOVEL_RATIO * _most_before(view, seen, name), _dose(view, name)):
                yield code, seen, label(name), amount(done, "s" if unit(name) == "s" else None)


def distance_jump(view: View) -> float | None:
    """The distance of the last 7 days over that of the 7 before, where it is a jump; None where it is none."""
    this, before = _distance(view, 0, WEEK_DAYS), _distance(view, WEEK_DAYS, 2 * WEEK_DAYS)
    if before <= 0 or this - before <= JUMP_MORE_M or this / before <= JUMP_RATIO:
        return None
    return this / before


def morning_change(view: View) -> float | None:
    """The median morning of the last 7 days less that of the 7 before; None with fewer than two in either."""
    this, before = _mornings(view, 0, WEEK_DAYS), _mornings(view, WEEK_DAYS, 2 * WEEK_DAYS)
    if min(len(this), len(before)) < FEWEST_MORNINGS:
        return None
    return round(median(this) - median(before), 3)


def peaks_above_reference(view: View) -> Iterator[tuple[Seen, float]]:
    """Sessions of the week more than 3 % above the top speed on record, with their percent of it."""
    for seen in view.last_days(WEEK_DAYS):
        percent = metric(seen.session.metrics, "peak3_pct")
        if percent is not None and exceeds(percent, PEAK_PCT):
            yield seen, percent


def _most_before(view: View, seen: Seen, name: str) -> float:
    before = (one for one in view.seen if 0 < (seen.start - one.start) / DAY <= NOVEL_DAYS)
    return max((metric(one.session.metrics, name) or 0.0 for one in before), default=0.0)


def _dose(view: View, name: str) -> float:
    """What the stage asks of one session; where it asks only for a sum, the sum."""
    of_one = [group[name] for group in (view.stage.each, view.stage.max) if name in group]
    return max(of_one, default=view.stage.total.get(name, 0.0))


def _distance(view: View, after: float, until: float) -> float:
    runs = (seen.session.metrics for seen in view.seen if _between(seen.age_days, after, until))
    return total(metric(metrics, "run_m") or 0.0 for metrics in runs)


def _mornings(view: View, after: float, until: float) -> list[float]:
    said = [(seen.age_days, seen.session.check_in.morning) for seen in view.seen if seen.session.check_in]
    said += [(age_days(view.now, day.at), day.morning) for day in view.case.daily]
    values = (known(value) for age, value in said if _between(age, after, until))
    return [value for value in values if value is not None]


def _between(age: float, after: float, until: float) -> bool:
    """Two weeks side by side: the moment between them belongs to the later one."""
    return age <= until and (age > after or age == after == 0)
