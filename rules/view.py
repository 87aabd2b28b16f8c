"""View: a case as the rules look at it at `now`, with each session's response and the ceilings it broke."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rules.case import Case
from rules.ceilings import Breach, checkable, held, passed
from rules.errors import ProgrammeInvalid
from rules.profiles import Profile, choose
from rules.programme import Programme, load
from rules.references import effective
from rules.response import classify, is_pending
from rules.stage import Amounts, Stage
from rules.vocabulary import Metrics, References, Response, Session
from rules.windows import HORIZON_DAYS, age_days, within


class Seen(NamedTuple):  # and no dataclass, for one is made of every session at every look
    """One session of the last 60 days as the rules see it; `held` are the values its ceilings are held against."""

    session: Session
    age_days: float
    since_entry: bool
    response: Response
    pending: bool
    held: Metrics
    breaches: tuple[Breach, ...]

    @property
    def id(self) -> str:
        return self.session.id

    @property
    def start(self) -> datetime:
        return self.session.start

    @property
    def poor(self) -> bool:
        """Whether the sensor's quality is too poor for the session to count toward a dose."""
        return self.session.quality != "OK"

    @property
    def bad(self) -> bool:
        return self.response in (Response.AMBER, Response.RED)

    @property
    def label(self) -> str:
        """The class as it is shown: PENDING while the morning answer may still come."""
        return "PENDING" if self.pending else self.response.value


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`seen` holds the sessions of the last 60 days by (start, id), `since_entry` those of this stage among them."""

    case: Case
    programme: Programme
    stage: Stage
    stage_index: int
    profile: Profile
    references: References
    ceil: Amounts
    seen: tuple[Seen, ...]
    since_entry: tuple[Seen, ...]

    @property
    def now(self) -> datetime:
        return self.case.now

    def last_days(self, days: float) -> tuple[Seen, ...]:
        """Sessions of the last so many days, of any stage."""
        return _last_days(self.seen, days)

    def last_days_since_entry(self, days: float) -> tuple[Seen, ...]:
        """Sessions of the last so many days on this stage."""
        return _last_days(self.since_entry, days)


def _last_days(seen: tuple[Seen, ...], days: float) -> tuple[Seen, ...]:
    """Those of the last so many days: in order of time they stand together at the end."""
    return seen[bisect_left(seen, -days, key=lambda one: -one.age_days) :]


def look(case: Case) -> View:
    """The view of a case. Raises ProgrammeInvalid where its programme, stage or profile is none to judge by."""
    programme = load(case.programme)
    index = programme.index(case.stage)
    stage = programme.stages[index].changed(case.stage_override)
    if not stage.terminal and not stage.has_dose():
        raise ProgrammeInvalid(f"Stage {stage.id!r} asks for nothing: it needs n of at least 1 and a dose above 0.")
    profile = _profile(case, programme)
    references = effective(case.references)
    ceil = checkable(stage.ceil, references)
    seen = tuple(_seen(case, session, profile, ceil) for session in in_horizon(case))
    return View(
        case=case,
        programme=programme,
        stage=stage,
        stage_index=index,
        profile=profile,
        references=references,
        ceil=ceil,
        seen=seen,
        since_entry=tuple(one for one in seen if one.since_entry),
    )


def in_horizon(case: Case) -> list[Session]:
    """The sessions of the last 60 days by (start, id); those from the future are dropped."""
    recent = [session for session in case.sessions if within(case.now, session.start, HORIZON_DAYS)]
    return sorted(recent, key=lambda session: (session.start, session.id))


def _profile(case: Case, programme: Programme) -> Profile:
    if programme.add_on and case.profile is None:
        raise ProgrammeInvalid(f"{programme.name} is an add-on and needs the tolerance profile stated in the case.")
    return choose(case.profile, programme.profile)


def _seen(case: Case, session: Session, profile: Profile, ceil: Mapping[str, float]) -> Seen:
    response = classify(session.check_in, profile, case.baseline_morning, case.baseline_stiff_min)
    values = held(session.metrics, ceil)
    return Seen(
        session=session,
        age_days=age_days(case.now, session.start),
        since_entry=session.start >= case.stage_entered_at,
        response=response,
        pending=is_pending(session, response, case.now),
        held=values,
        breaches=passed(values, ceil),
    )
