"""View: a case as the rules look at it at `now`: sessions with their response and breaches, grouped by outing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from rules.case import Case
from rules.ceilings import Breach, checkable, held, held_in_outing, passed
from rules.errors import ProgrammeInvalid
from rules.gaps import Gap, gaps_since
from rules.morning_scores import MorningScore, daily_scores, score_after
from rules.numbers import known, metric
from rules.outings import group_by_outing
from rules.profiles import Profile, choose, stricter
from rules.programme import Programme, load
from rules.references import effective
from rules.response import classify, is_pending
from rules.stage import Amounts, Stage
from rules.vocabulary import CheckIn, Metrics, References, Response, Session
from rules.windows import HORIZON_DAYS, age_days, within

LEAST_RUN_S = 600.0  # less running than this ends no gap and settles nothing, unless the stage asks for less
LEAST_RUN_M = 1500.0  # the same, for a session whose running time was not measured; both are expert defaults
WORST_FIRST = ("RED", "AMBER", "UNKNOWN", "PENDING", "GREEN")


class Seen(NamedTuple):  # and no dataclass, for one is made of every session at every look
    """One session of the last 60 days as the rules see it.

    `morning` is the score of the next morning, from whichever answer speaks of it. `held` are the values that are
    compared with its ceilings: amounts are sums over its outing up to this session. `breaches` are those it passed.
    `is_run` is whether it is long enough to end a gap.
    """

    session: Session
    age_days: float
    since_entry: bool
    response: Response
    pending: bool
    morning: float | None
    is_run: bool
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
    def can_settle(self) -> bool:
        """Whether it can show that an earlier bad response has settled."""
        return self.response is Response.GREEN and not self.poor and self.is_run

    @property
    def label(self) -> str:
        """The class as it is shown: PENDING while the morning answer may still come."""
        return "PENDING" if self.pending else self.response.value


class Outing(NamedTuple):
    """Sessions with no night between them. Its time is its first start, its class the worst of its sessions'."""

    sessions: tuple[Seen, ...]
    since_entry: bool
    label: str

    @property
    def start(self) -> datetime:
        return self.sessions[0].start

    @property
    def age_days(self) -> float:
        return self.sessions[0].age_days

    @property
    def last_start(self) -> datetime:
        return self.sessions[-1].start

    @property
    def bad(self) -> bool:
        return self.label in ("RED", "AMBER")

    @property
    def poor(self) -> bool:
        return any(seen.poor for seen in self.sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`seen` holds the sessions of the last 60 days by (start, id), `since_entry` those of this stage among them.

    `outings` holds the same sessions by outing, `gaps` the time without a run since the stage began, and `daily` the
    daily morning scores up to `now`.
    """

    case: Case
    programme: Programme
    stage: Stage
    stage_index: int
    profile: Profile
    profile_before: Profile | None
    references: References
    ceil: Amounts
    seen: tuple[Seen, ...]
    since_entry: tuple[Seen, ...]
    outings: tuple[Outing, ...]
    outing_by_session: Mapping[str, Outing]
    gaps: tuple[Gap, ...]
    daily: tuple[MorningScore, ...]

    @property
    def now(self) -> datetime:
        return self.case.now

    @property
    def outings_since_entry(self) -> tuple[Outing, ...]:
        return tuple(outing for outing in self.outings if outing.since_entry)

    def last_days(self, days: float) -> tuple[Seen, ...]:
        """Sessions of the last so many days, of any stage."""
        return _last_days(self.seen, days)

    def last_days_since_entry(self, days: float) -> tuple[Seen, ...]:
        """Sessions of the last so many days on this stage."""
        return _last_days(self.since_entry, days)

    def last_outings(self, days: float) -> tuple[Outing, ...]:
        """Outings of the last so many days, of any stage."""
        return tuple(outing for outing in self.outings if outing.age_days <= days)

    def last_outings_since_entry(self, days: float) -> tuple[Outing, ...]:
        """Outings of the last so many days on this stage."""
        return tuple(outing for outing in self.last_outings(days) if outing.since_entry)

    def profile_at(self, moment: datetime) -> Profile:
        """The profile for an answer from then: the stricter limits if it was loosened later."""
        return profile_at(moment, self.case, self.profile, self.profile_before)

    def outing_of(self, seen: Seen) -> Outing:
        return self.outing_by_session[seen.id]


def _last_days(seen: tuple[Seen, ...], days: float) -> tuple[Seen, ...]:
    """Those of the last so many days: in order of time they stand together at the end."""
    return seen[bisect_left(seen, -days, key=lambda one: -one.age_days) :]


def look(case: Case, *, horizon_days: int = HORIZON_DAYS) -> View:
    """The view of a case. Raises ProgrammeInvalid if its programme, stage or profile is none to judge by.

    A longer horizon than that of the rules serves charts.
    """
    programme = load(case.programme)
    index = programme.index(case.stage)
    stage = programme.stages[index].changed(case.stage_override)
    if not stage.terminal and not stage.has_dose():
        raise ProgrammeInvalid(f"Stage {stage.id!r} asks for nothing: it needs n of at least 1 and a dose above 0.")
    profile, before = _profiles(case, programme)
    references = effective(case.references)
    ceil = checkable(stage.ceil, references)
    daily = daily_scores(case.daily, case.now)
    judge = _Judge(case, stage, profile, before, ceil, daily)
    outings = tuple(judge.outing(sessions) for sessions in group_by_outing(in_horizon(case, horizon_days)))
    seen = tuple(one for outing in outings for one in outing.sessions)
    return View(
        case=case,
        programme=programme,
        stage=stage,
        stage_index=index,
        profile=profile,
        profile_before=before,
        references=references,
        ceil=ceil,
        seen=seen,
        since_entry=tuple(one for one in seen if one.since_entry),
        outings=outings,
        outing_by_session={one.id: outing for outing in outings for one in outing.sessions},
        gaps=gaps_since(case.stage_entered_at, [one.start for one in seen if one.is_run], case.now),
        daily=daily,
    )


def in_horizon(case: Case, days: int = HORIZON_DAYS) -> list[Session]:
    """The sessions of the last 60 days by (start, id); those from the future are left out."""
    recent = [session for session in case.sessions if within(case.now, session.start, days)]
    return sorted(recent, key=lambda session: (session.start, session.id))


def is_run(session: Session, stage: Stage) -> bool:
    """Whether a session is long enough to end a gap, to settle a response and to be a base for the next one."""
    run_s, run_m = metric(session.metrics, "run_s"), metric(session.metrics, "run_m")
    if run_s is None:
        return run_m is not None and run_m >= LEAST_RUN_M
    asked = stage.each.get("run_s", 0.0)
    return run_s >= (min(asked, LEAST_RUN_S) if asked > 0 else LEAST_RUN_S)


def took_painkillers(seen: Seen) -> bool:
    """Whether painkillers were taken before the session or since, so that its answers tell nothing."""
    return seen.session.check_in is not None and bool(seen.session.check_in.painkillers)


def lacks_answer(seen: Seen) -> bool:
    """Whether the pain during the session or on the next morning is not known."""
    check_in = seen.session.check_in
    return seen.morning is None or check_in is None or known(check_in.during) is None


def profile_at(moment: datetime, case: Case, profile: Profile, before: Profile | None) -> Profile:
    """The stricter of two profiles for an answer from before `profile_since`, else the current one."""
    if before is None or case.profile_since is None or moment >= case.profile_since:
        return profile
    return stricter(profile, before)


def _profiles(case: Case, programme: Programme) -> tuple[Profile, Profile | None]:
    if programme.add_on and case.profile is None:
        raise ProgrammeInvalid(f"{programme.name} is an add-on and needs the tolerance profile stated in the case.")
    profile = choose(case.profile, programme.profile)
    before = None if case.profile_before is None else choose(case.profile_before, programme.profile)
    return profile, before


class _Judge(NamedTuple):
    """What every session of a case is judged by."""

    case: Case
    stage: Stage
    profile: Profile
    profile_before: Profile | None
    ceil: Amounts
    daily: tuple[MorningScore, ...]

    def outing(self, sessions: Sequence[Session]) -> Outing:
        judged = tuple(self._judged(sessions))
        label = min((seen.label for seen in judged), key=WORST_FIRST.index)
        return Outing(judged, since_entry=judged[0].since_entry, label=label)

    def _judged(self, sessions: Sequence[Session]) -> Iterator[Seen]:
        values = [held(session.metrics, self.ceil) for session in sessions]
        for place, session in enumerate(sessions):
            judged = held_in_outing(values[: place + 1])
            morning = score_after(session, sessions, self.daily)
            response = self._response(session, morning)
            yield Seen(
                session=session,
                age_days=age_days(self.case.now, session.start),
                since_entry=session.start >= self.case.stage_entered_at,
                response=response,
                pending=is_pending(session, response, self.case.now, morning),
                morning=morning,
                is_run=is_run(session, self.stage),
                held=judged,
                breaches=passed(judged, self.ceil),
            )

    def _response(self, session: Session, morning: float | None) -> Response:
        check_in = session.check_in
        if morning is not None and (check_in is None or check_in.morning != morning):
            check_in = replace(check_in or CheckIn(), morning=morning)
        profile = profile_at(session.start, self.case, self.profile, self.profile_before)
        return classify(check_in, profile, self.case.baseline_morning, self.case.baseline_stiff_min)
