"""History view: weeks, runs, pain and stages placed under one another on one calendar; the template only draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from rules.case import Case
from rules.errors import RulesError
from rules.load import Comparison, comparisons
from rules.load_charts import MONTH, MOST_UNKNOWN_DAYS, load_charts
from rules.programme import load
from rules.view import look
from server.pages.reader import N_, Reader
from server.programme_versions import is_same_programme
from server.runs import weeks
from server.runs.weeks import Held, Week
from server.storage.people import Person
from server.storage.runs import Plan
from server.storage.sessions import Training

WIDTH, HEIGHT, BASE, TOP = 380, 150, 130, 18
WORST = 10  # of pain
HORIZON_DAYS = 120  # the weeks of the page and the 30 days before them
PAINS = (("during", N_("during")), ("after", N_("later that day")), ("morning", N_("the next morning")))
RATIOS = (
    ("week_ratio", N_("This week against the week before")),
    ("acwr_coupled", N_("7 days against 28 days (ACWR, coupled)")),
    ("acwr_uncoupled", N_("7 days against the 21 before (ACWR, uncoupled)")),
    ("acwr_ewma", N_("The same, later days weighing more (EWMA)")),
    ("monotony", N_("Monotony of the week")),
)
UNKNOWN_DAYS = N_(
    "{number} of the last 28 days are neither a run nor a day of which you said that there was none: with more than "
    "three such days most of these numbers cannot be told."
)
UNKNOWN_DAYS_OF_A_RUNNER = N_(
    "{number} of the last 28 days are neither a run nor a day of which the runner said that there was none: with more "
    "than three such days most of these numbers cannot be told."
)
ONE_UNKNOWN = N_("Of {number} run the distance is not known.")
MANY_UNKNOWN = N_("Of {number} runs the distance is not known.")
SINCE = N_("{stage} since {day}: {name}")
X = Callable[[datetime], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a runner did and answered in the last weeks, and every version of their plan.

    `case` holds all these sessions, older ones than the rules look at too; None without a plan.
    """

    runner: Person
    now: datetime
    trainings: tuple[Training, ...]
    answers: dict[str, dict[str, Any]]
    plans: tuple[Plan, ...]
    rest_days: frozenset[str]
    case: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A time at one stage of one programme; `height` is how far up the ladder it is, from 0 to 1."""

    stage: str
    name: str
    since: datetime
    height: float


def build(told: History, reader: Reader, count: int, *, is_own: bool) -> dict[str, Any]:
    by_week = weeks.weeks(told.trainings, reader.week_of, told.now, count)
    first, last = by_week[0].start, by_week[-1].end
    across = _across(first, last)
    runs = weeks.held(told.trainings, _comparisons(told), first)
    return {
        "runner": told.runner,
        "width": WIDTH,
        "height": HEIGHT,
        "base": BASE,
        "empty": not runs,
        "labels": _labels(by_week, across, reader),
        "weeks": _weeks(by_week, across, reader),
        "runs": _runs(runs, across, reader),
        "pains": list(_pains(told, runs, across, reader)),
        "stages": _stages(told, across, reader),
        "rows": [_row(told, one, reader) for one in reversed(runs)],
        "ratios": _ratios(told, reader, UNKNOWN_DAYS if is_own else UNKNOWN_DAYS_OF_A_RUNNER),
    }


def _comparisons(told: History) -> dict[str, Comparison]:
    try:
        return comparisons(look(told.case, horizon_days=HORIZON_DAYS)) if told.case else {}
    except RulesError:
        return {}


def _across(first: datetime, last: datetime) -> X:
    return lambda moment: round((moment - first) / (last - first) * WIDTH, 1)


def _up(value: float, most: float) -> float:
    return round(BASE - value / most * (BASE - TOP), 1)


def _labels(by_week: Sequence[Week], across: X, reader: Reader) -> list[dict[str, Any]]:
    return [{"x": across(one.start), "text": reader.day(one.start)} for one in by_week[:: max(1, len(by_week) // 3)]]


def _weeks(by_week: Sequence[Week], across: X, reader: Reader) -> dict[str, Any]:
    most = max(*(one.metres for one in by_week), 1.0)
    bars = [
        {
            "x": across(one.start) + 2,
            "y": _up(one.metres, most),
            "width": round(across(one.end) - across(one.start) - 4, 1),
            "height": round(BASE - _up(one.metres, most), 1),
            "title": " ".join(_week_words(one, reader)),
        }
        for one in by_week
    ]
    return {"bars": bars, "top": reader.distance(most) if any(one.metres for one in by_week) else ""}


def _week_words(week: Week, reader: Reader) -> Iterator[str]:
    runs = reader.ngettext("{number} run", "{number} runs", week.runs)
    yield reader.gettext(
        "Week of {day}: {distance}, {runs}.",
        day=reader.day(week.start),
        distance=reader.distance(week.metres),
        runs=runs,
    )
    if week.unknown:
        yield reader.ngettext(
            "Of {number} the distance is not known.", "Of {number} the distance is not known.", week.unknown
        )


def _runs(runs: Sequence[Held], across: X, reader: Reader) -> dict[str, Any]:
    known = [one for one in runs if one.metres is not None]
    compared = [one for one in known if one.longest_m is not None]
    most = max((max(one.metres or 0.0, one.longest_m or 0.0) for one in known), default=1.0)
    jumps = sum(one.is_jump for one in known)
    return {
        "bars": [_bar(one, most, across, reader) for one in known],
        "limit": "".join(
            f"{'L' if place else 'M'}{across(one.training.start) - 3} {_up(one.longest_m or 0.0, most)}h6"
            for place, one in enumerate(compared)
        ),
        "top": reader.distance(most) if known else "",
        "jumps": reader.ngettext("{number} run was a jump.", "{number} runs were jumps.", jumps)
        if jumps
        else reader.gettext("None of them was a jump."),
    }


def _bar(one: Held, most: float, across: X, reader: Reader) -> dict[str, Any]:
    metres = one.metres or 0.0
    return {
        "x": round(across(one.training.start) - 2, 1),
        "y": _up(metres, most),
        "height": round(max(1.0, BASE - _up(metres, most)), 1),
        "jump": one.is_jump,
        "title": reader.gettext(
            "{day}: {distance}, {ratio} times the longest before",
            day=reader.day(one.training.start),
            distance=reader.distance(one.metres),
            ratio=reader.ratio(one.ratio or 0.0),
        ),
    }


def _pains(told: History, runs: Sequence[Held], across: X, reader: Reader) -> Iterator[dict[str, Any]]:
    """A mark for each answer; what was not answered is no mark, and not a zero."""
    for one in runs:
        answers = told.answers.get(one.training.id, {})
        for shift, (name, words) in enumerate(PAINS):
            pain = answers.get(name)
            if pain is not None:
                yield {
                    "kind": name,
                    "x": round(across(one.training.start) + 4 * (shift - 1), 1),
                    "y": _up(pain, WORST),
                    "title": reader.gettext(
                        "{day}, {when}: {pain} of 10",
                        day=reader.day(one.training.start),
                        when=reader.gettext(words),
                        pain=reader.amount(pain),
                    ),
                }


def _stages(told: History, across: X, reader: Reader) -> dict[str, Any]:
    periods = _periods(told.plans)
    ends = [*(one.since for one in periods), told.now][1:]
    shown = [(one, end) for one, end in zip(periods, ends, strict=True) if across(end) > 0]
    return {
        "steps": [
            {
                "x": max(0.0, across(one.since)),
                "width": round(max(1.0, across(end) - max(0.0, across(one.since))), 1),
                "y": _up(one.height, 1.0),
                "height": round(BASE - _up(one.height, 1.0), 1),
                "text": one.stage,
            }
            for one, end in shown
        ],
        "lines": [
            reader.gettext(
                "{stage} since {day}: {name}",
                stage=one.stage,
                day=reader.date(one.since),
                name=reader.gettext(one.name),
            )
            for one in reversed(periods)
        ],
    }


def _periods(plans: Sequence[Plan]) -> list[Period]:
    """Neighbouring versions of a plan that stand at the same stage are one period."""
    found: list[Period] = []
    for before, plan in pairwise([None, *plans]):
        period = None if plan is None or _same_stage(before, plan) else _period(plan)
        if period is not None:
            found.append(period)
    return found


def _same_stage(before: Plan | None, plan: Plan) -> bool:
    if before is None or before.body.get("stage") != plan.body.get("stage"):
        return False
    return is_same_programme(before.body.get("programme", {}), plan.body.get("programme", {}))


def _period(plan: Plan) -> Period | None:
    try:
        programme = load(plan.body["programme"])
        place = programme.index(plan.body["stage"])
    except (RulesError, KeyError):
        return None
    stage = programme.stages[place]
    since = datetime.fromisoformat(plan.body["stage_entered_at"])
    return Period(stage=stage.id, name=stage.name, since=since, height=(place + 1) / len(programme.stages))


def _row(told: History, one: Held, reader: Reader) -> dict[str, Any]:
    answers = told.answers.get(one.training.id, {})
    return {
        "id": one.training.id,
        "day": reader.day(one.training.start),
        "distance": reader.distance(one.metres),
        "ratio": reader.gettext("cannot tell") if one.ratio is None else f"{reader.number(one.ratio, 2)} ×",
        "jump": one.is_jump,
        "pains": [_pain(answers.get(name), reader) for name, _words in PAINS],
    }


def _pain(answer: float | None, reader: Reader) -> str:
    return "–" if answer is None else reader.amount(answer)


def _ratios(told: History, reader: Reader, unsaid: str) -> dict[str, Any]:
    """Charted only: they are shown beside everything else, and enter no decision."""
    days = weeks.daily(told.trainings, told.rest_days, reader.local, told.now, 2 * MONTH)
    charts = load_charts(days)
    unknown = sum(metres is None for metres in days[-MONTH:])
    return {
        "lines": [
            {"label": reader.gettext(label), "value": _ratio(getattr(charts, name), reader)} for name, label in RATIOS
        ],
        "unknown": reader.gettext(unsaid, number=unknown) if unknown > MOST_UNKNOWN_DAYS else None,
        "trend": _trend(days),
    }


def _ratio(value: float | None, reader: Reader) -> str:
    return reader.gettext("cannot tell") if value is None else reader.number(value, 2)


def _trend(days: Sequence[float | None]) -> str:
    """The weighted ratio day by day over the last four weeks, as a line that is broken where it cannot be told."""
    path, drawn = [], False
    for back in range(MONTH - 1, -1, -1):
        ratio = load_charts(days[: len(days) - back]).acwr_ewma
        if ratio is not None:
            x = round((MONTH - 1 - back) / (MONTH - 1) * WIDTH, 1)
            path.append(f"{'L' if drawn else 'M'}{x} {_up(min(ratio, 2.0), 2.0)}")
        drawn = ratio is not None
    return "".join(path)
