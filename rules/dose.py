"""Dose: which sessions count toward a stage, and what is still missing; only a tolerated session counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rules.metric_facts import unit
from rules.numbers import metric, reaches, total
from rules.requirement import Requirement
from rules.restart import restart
from rules.stage import Stage
from rules.tolerance import tolerance_requirements
from rules.view import Seen, View
from rules.vocabulary import Missing, Response
from rules.windows import HOUR, whole_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """`eligible` sessions give totals and bests; the `counted` ones among them also met `each` and the spacing.

    `requirements` are in the order in which they are read: the loading (sessions, total, max), then each, the days,
    and how the latest outings were tolerated. `sufficient` speaks of the loading alone.
    """

    eligible: tuple[Seen, ...]
    counted: tuple[Seen, ...]
    requirements: tuple[Requirement, ...]
    sufficient: bool

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is not there yet. What each session needs is named only while sessions are short."""
        short = any(part.item == "sessions" and not part.met for part in self.requirements)
        return tuple(
            Missing(item=part.item, measured=part.measured, required=part.required, unit=part.unit)
            for part in self.requirements
            if not part.met and (short or not part.item.startswith("each."))
        )


def weigh(view: View) -> Dose:
    """What of the stage's dose has been earned at `now`. At a terminal stage there is none to earn."""
    if view.stage.terminal:
        return Dose(eligible=(), counted=(), requirements=(), sufficient=False)
    eligible = eligible_sessions(view)
    counted = _spaced(_qualifying(eligible, view.stage), view)
    loading = (_sessions(counted, view.stage), *_totals(eligible, view.stage), *_bests(eligible, view.stage))
    return Dose(
        eligible=eligible,
        counted=counted,
        requirements=(*loading, *_each(eligible, view.stage), *_days(view), *tolerance_requirements(view, counted)),
        sufficient=all(part.met for part in loading),
    )


def eligible_sessions(view: View) -> tuple[Seen, ...]:
    """The sessions that may count since the dose began anew.

    GREEN, well measured, in the stage's window, and of an outing that stayed within every ceiling.
    """
    restarted = restart(view)
    if restarted is None:
        return ()
    within_ceilings = (outing for outing in view.outings if not any(seen.breaches for seen in outing.sessions))
    sessions = (seen for outing in within_ceilings for seen in outing.sessions if seen.since_entry)
    return tuple(seen for seen in sessions if restarted.includes(seen.start) and _may_count(seen, view.stage))


def _may_count(seen: Seen, stage: Stage) -> bool:
    in_window = stage.window_days is None or seen.age_days <= stage.window_days
    return seen.response is Response.GREEN and not seen.poor and in_window


def _qualifying(eligible: Iterable[Seen], stage: Stage) -> Iterator[Seen]:
    for seen in eligible:
        if all(reaches(metric(seen.session.metrics, name), least) for name, least in stage.each.items()):
            yield seen


def _spaced(qualifying: Iterable[Seen], view: View) -> tuple[Seen, ...]:
    """As many as can be taken, from the first on, with starts far enough apart and at most one of an outing."""
    counted: list[Seen] = []
    for seen in qualifying:
        if not counted or _is_apart(counted[-1], seen, view):
            counted.append(seen)
    return tuple(counted)


def _is_apart(earlier: Seen, later: Seen, view: View) -> bool:
    is_spaced = (later.start - earlier.start) / HOUR >= (view.stage.spacing_h or 0.0)
    return is_spaced and view.outing_of(earlier) is not view.outing_of(later)


def _sessions(counted: Sequence[Seen], stage: Stage) -> Requirement:
    return _amount("sessions", len(counted), stage.n or 0, "sessions")


def _totals(eligible: Sequence[Seen], stage: Stage) -> Iterator[Requirement]:
    for name, required in stage.total.items():
        yield _amount(f"total.{name}", total_of(eligible, name), required, unit(name))


def _bests(eligible: Sequence[Seen], stage: Stage) -> Iterator[Requirement]:
    for name, required in stage.max.items():
        yield _amount(f"max.{name}", best_of(eligible, name), required, unit(name))


def _each(eligible: Sequence[Seen], stage: Stage) -> Iterator[Requirement]:
    for name, required in stage.each.items():
        yield _amount(f"each.{name}", best_of(eligible, name), required, unit(name))


def _amount(item: str, measured: float | None, required: float, unit: str | None) -> Requirement:
    return Requirement(item=item, measured=measured, required=required, unit=unit, met=reaches(measured, required))


def total_of(eligible: Sequence[Seen], name: str) -> float | None:
    """The sum over the sessions that know the metric; None where none of them does, 0 where there is no session."""
    amounts = _amounts(eligible, name)
    return None if eligible and not amounts else total(amounts)


def best_of(eligible: Sequence[Seen], name: str) -> float | None:
    """The largest single amount; None where no session knows the metric, 0 where there is no session."""
    amounts = _amounts(eligible, name)
    return None if eligible and not amounts else max(amounts, default=0.0)


def _amounts(eligible: Sequence[Seen], name: str) -> list[float]:
    amounts = (metric(seen.session.metrics, name) for seen in eligible)
    return [amount for amount in amounts if amount is not None]


def _days(view: View) -> Iterator[Requirement]:
    stage, case = view.stage, view.case
    if stage.min_days is not None:
        yield _amount("min_days", whole_days(case.now, case.stage_entered_at), stage.min_days, "d")
    if stage.earliest_day is not None:
        since_onset = None if case.onset_at is None else whole_days(case.now, case.onset_at)
        yield _amount("earliest_day", since_onset, stage.earliest_day, "d")
