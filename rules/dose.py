"""Dose: which sessions count toward a stage, and what is still missing; only a tolerated session counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from rules.metric_facts import unit
from rules.numbers import DECIMALS, metric, reaches
from rules.stage import Stage
from rules.view import Seen, View
from rules.vocabulary import Missing, Response
from rules.windows import HOUR, whole_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """`eligible` sessions give totals and bests; the `counted` ones among them also met `each` and the spacing.

    `sufficient` speaks of the loading alone (sessions, totals, bests); `complete` also of the days and of the
    latest session's response. `missing` says what is not there yet, in the order in which it is read.
    """

    eligible: tuple[Seen, ...]
    counted: tuple[Seen, ...]
    sufficient: bool
    missing: tuple[Missing, ...]

    @property
    def complete(self) -> bool:
        return self.sufficient and not self.missing


def weigh(view: View) -> Dose:
    """What of the stage's dose has been earned at `now`. At a terminal stage there is none to earn."""
    if view.stage.terminal:
        return Dose(eligible=(), counted=(), sufficient=False, missing=())
    eligible = tuple(seen for seen in view.since_entry if is_eligible(seen, view.stage))
    counted = _spaced(_qualifying(eligible, view.stage), view.stage.spacing_h or 0.0)
    loading = [*_sessions(counted, view.stage), *_totals(eligible, view.stage), *_bests(eligible, view.stage)]
    short = any(part.item == "sessions" for part in loading)
    each = list(_each(eligible, view.stage)) if short else []
    return Dose(
        eligible=eligible,
        counted=counted,
        sufficient=not loading,
        missing=(*loading, *each, *_days(view), *_latest(view)),
    )


def is_eligible(seen: Seen, stage: Stage) -> bool:
    """GREEN, well measured, within every ceiling, and within the stage's window."""
    in_window = stage.window_days is None or seen.age_days <= stage.window_days
    return seen.response is Response.GREEN and not seen.poor and not seen.breaches and in_window


def _qualifying(eligible: Iterable[Seen], stage: Stage) -> Iterator[Seen]:
    for seen in eligible:
        if all(reaches(metric(seen.session.metrics, name), least) for name, least in stage.each.items()):
            yield seen


def _spaced(qualifying: Iterable[Seen], spacing_h: float) -> tuple[Seen, ...]:
    """As many as can be taken, from the first on, with their starts far enough apart."""
    counted: list[Seen] = []
    for seen in qualifying:
        if not counted or (seen.start - counted[-1].start) / HOUR >= spacing_h:
            counted.append(seen)
    return tuple(counted)


def _sessions(counted: Sequence[Seen], stage: Stage) -> Iterator[Missing]:
    if not reaches(len(counted), stage.n or 0):
        yield Missing(item="sessions", measured=len(counted), required=stage.n or 0, unit="sessions")


def _totals(eligible: Sequence[Seen], stage: Stage) -> Iterator[Missing]:
    for name, required in stage.total.items():
        total = total_of(eligible, name)
        if not reaches(total, required):
            yield Missing(item=f"total.{name}", measured=total, required=required, unit=unit(name))


def _bests(eligible: Sequence[Seen], stage: Stage) -> Iterator[Missing]:
    for name, required in stage.max.items():
        best = best_of(eligible, name)
        if not reaches(best, required):
            yield Missing(item=f"max.{name}", measured=best, required=required, unit=unit(name))


def _each(eligible: Sequence[Seen], stage: Stage) -> Iterator[Missing]:
    for name, required in stage.each.items():
        best = best_of(eligible, name)
        if not reaches(best, required):
            yield Missing(item=f"each.{name}", measured=best, required=required, unit=unit(name))


def total_of(eligible: Sequence[Seen], name: str) -> float | None:
    """The sum over the sessions that know the metric; None where none of them does, 0 where there is no session."""
    amounts = _amounts(eligible, name)
    return None if eligible and not amounts else round(fsum(amounts), DECIMALS)


def best_of(eligible: Sequence[Seen], name: str) -> float | None:
    """The largest single amount; None where no session knows the metric, 0 where there is no session."""
    amounts = _amounts(eligible, name)
    return None if eligible and not amounts else max(amounts, default=0.0)


def _amounts(eligible: Sequence[Seen], name: str) -> list[float]:
    amounts = (metric(seen.session.metrics, name) for seen in eligible)
    return [amount for amount in amounts if amount is not None]


def _days(view: View) -> Iterator[Missing]:
    stage, case = view.stage, view.case
    days = whole_days(case.now, case.stage_entered_at)
    if stage.min_days is not None and days < stage.min_days:
        yield Missing(item="min_days", measured=days, required=stage.min_days, unit="d")
    if stage.earliest_day is not None:
        since_onset = None if case.onset_at is None else whole_days(case.now, case.onset_at)
        if not reaches(since_onset, stage.earliest_day):
            yield Missing(item="earliest_day", measured=since_onset, required=stage.earliest_day, unit="d")


def _latest(view: View) -> Iterator[Missing]:
    latest = view.since_entry[-1] if view.since_entry else None
    if latest is None or latest.response is not Response.GREEN:
        yield Missing(item="latest_24h", measured=latest.label if latest else None, required="GREEN")
