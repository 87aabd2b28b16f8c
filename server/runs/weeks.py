"""Weeks: what was run week by week, run by run and day by day, for pages that draw it; nothing here decides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.load import Comparison
from server.storage.sessions import Training

Local = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The runs of one week of a reader's calendar; `unknown` of them have a distance that nobody knows."""

    start: datetime
    end: datetime
    metres: float
    runs: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One run and its distance against the longest of the 30 days before it; None if either is not known."""

    training: Training
    metres: float | None
    compared: Comparison | None

    @property
    def longest_m(self) -> float | None:
        return None if self.compared is None else self.compared.longest_m

    @property
    def ratio(self) -> float | None:
        return None if self.compared is None else self.compared.ratio

    @property
    def is_jump(self) -> bool:
        return self.compared is not None and self.compared.jump is not None


def weeks(trainings: Iterable[Training], week_of: Local, now: datetime, count: int) -> tuple[Week, ...]:
    """The last so many weeks, the one of `now` last; `week_of` gives the beginning of a moment's week."""
    found, told = [], list(trainings)
    start, end = week_of(now), week_of(week_of(now) + timedelta(days=7, hours=12))
    for _ in range(count):
        found.append(_week(told, start, end))
        start, end = week_of(start - timedelta(hours=12)), start
    return tuple(reversed(found))


def held(trainings: Sequence[Training], compared: Mapping[str, Comparison], since: datetime) -> tuple[Held, ...]:
    """Each run since then; `compared` by the id of the session."""
    return tuple(
        Held(training=training, metres=metres_of(training), compared=compared.get(training.id))
        for training in trainings
        if training.start >= since
    )


def daily(
    trainings: Iterable[Training], rest_days: Collection[str], local: Local, now: datetime, days: int
) -> list[float | None]:
    """Metres of each day, oldest first, today last; 0 where the runner said so, None where nobody knows."""
    by_day: dict[str, list[float | None]] = {}
    for training in trainings:
        by_day.setdefault(local(training.start).date().isoformat(), []).append(metres_of(training))
    today = local(now).date()
    names = [(today - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]
    return [_metres_of_day(by_day.get(name), is_rest=name in rest_days) for name in names]


def metres_of(training: Training) -> float | None:
    metres = training.measured.get("run_m")
    return None if metres is None else float(metres)


def _week(trainings: Iterable[Training], start: datetime, end: datetime) -> Week:
    distances = list(_distances(trainings, start, end))
    return Week(
        start=start,
        end=end,
        metres=sum(metres for metres in distances if metres is not None),
        runs=len(distances),
        unknown=sum(metres is None for metres in distances),
    )


def _distances(trainings: Iterable[Training], start: datetime, end: datetime) -> Iterator[float | None]:
    for training in trainings:
        if start <= training.start < end:
            yield metres_of(training)


def _metres_of_day(distances: Sequence[float | None] | None, *, is_rest: bool) -> float | None:
    if distances is None:
        return 0.0 if is_rest else None
    known = [metres for metres in distances if metres is not None]
    return sum(known) if len(known) == len(distances) else None
