"""Alerts: who must hear what the rules found, written in the transaction of the verdict that found it, each once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session

from rules.alerts import Alert
from rules.alerts import alerts as alerts_of
from rules.case import Case
from rules.decide import decide
from rules.errors import RulesError
from rules.morning_scores import own_score
from rules.programme import load
from rules.signs.alert_kinds import KINDS, Urgency
from rules.signs.alert_signs import NUDGE_HOURS, StageEvent
from rules.verdict import Verdict
from rules.windows import ANSWER_HOURS
from server import pacing, said
from server.programme_versions import is_same_programme
from server.storage import alerts as kept
from server.storage import channels, outbox, people, runs, watches
from server.storage.alerts import SERVER, Episode
from server.storage.outbox import Letter
from server.storage.people import Person

# Heard although something is awaited: bad news stays bad whatever arrives, and a morning does not wait for an upload.
EVEN_WHILE_WAITING = frozenset({"RED_FLAG", "RED_RESPONSE", "BAD_MORNING", "NERVE_SIGNS", "MISSING_24H"})
REVIEW_AT_MIN = 6 * 60  # the daily look at a runner, by the clock on their wall
LAPSE_DAYS, LAYOFF_DAYS = 8, 15
QUESTION_EVERY = timedelta(days=7)
UNANSWERED = timedelta(days=14)  # after the question was due the physio hears that it was not answered
# Alerts of earlier versions of the rules that no rule raises any more; they end at the next evaluation.
RETIRED_CODES = frozenset({"THINK_BACK_OR_NERVE"})
NEVER_BASELINE = frozenset({"RED_FLAG"})  # sent always, unless it was open before
QUESTION_CODES = frozenset({"RED_FLAG_QUESTION", "RED_FLAGS_UNANSWERED"})
ASKED = "Your weekly questions are due: they take a minute. Please answer them in Stridegate."
NOT_ANSWERED = "The weekly red-flag questions have been open for {days} days without an answer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that stands now. `words` holds a sentence for each audience; `admin` is an audience of the server.

    What `is_baseline` was true before the rules changed: it is recorded, and nobody is notified, until the answers
    about its session are others, of which `answers_sha256` is the hash.
    """

    code: str
    urgency: int
    episode: str
    words: Mapping[str, str]
    session_id: str | None = None
    hearers: Sequence[tuple[str, str]] = field(default_factory=tuple)  # (person, audience)
    answers_sha256: str = ""
    is_baseline: bool = False


def hear(
    db: Session,
    runner: Person,
    case: Case | None,
    verdict: Verdict | None,
    now: datetime,
    implausible: Collection[str] = (),
    *,
    baseline: bool = False,
) -> None:
    """Write down what stands now for a runner, what is new with a letter to each who must hear it.

    `verdict` is None while something is awaited: then only what nothing can make better is heard, and nothing ends.
    `implausible` are the ids of sessions whose measured speed no runner reaches. What is found as a `baseline` follows
    from a new version of the rules, not from anything new, also while something is awaited: nobody is notified of it.
    """
    judged = case if case is not None else _flags_alone(db, runner.id, now)
    before = [_as_alert(one) for one in kept.open_of(db, runner.id, KINDS)]
    events = _stage_events(db, runner.id)
    found = alerts_of(
        runner.id, judged, verdict or decide(judged), open_before=before, events=events, implausible=implausible
    )
    if verdict is None and not baseline:
        found = tuple(one for one in found if one.code in EVEN_WHILE_WAITING)
    heard = _hearers(db, runner.id, now)
    current = [_found(alert, heard, judged, baseline=baseline) for alert in found]
    stand(db, runner.id, current, {*KINDS, *RETIRED_CODES} if verdict else RETIRED_CODES if baseline else (), now)
    if case is not None:
        stand(db, runner.id, _weekly_question(db, runner.id, heard, now), QUESTION_CODES, now)
    watches.look_at(db, runner.id, _next_look(db, runner.id, judged, now))


def stand(db: Session, runner_id: str, found: Iterable[Found], ends: Collection[str], now: datetime) -> None:
    """Bring the episodes of a runner (or of the server) to what stands now; those of the codes `ends` may end.

    A reader gets one letter for an episode, however often it is found and whoever finds it.
    """
    standing = set()
    for one in found:
        standing.add(one.episode)
        episode = _episode(runner_id, one, now)
        is_news = _is_news(db, one, episode)
        kept.raise_(db, episode)
        if is_news:
            kept.end_baseline(db, episode)
        for person_id, audience in one.hearers:
            is_added = kept.add_hearer(db, episode, person_id, audience)
            if (is_added or is_news) and not one.is_baseline:
                tell(db, episode, person_id, "alert", now)
    for old in kept.open_of(db, runner_id, ends) if ends else ():
        if old.episode not in standing:
            kept.close(db, old, now)


def _is_news(db: Session, alert: Found, episode: Episode) -> bool:
    """Whether an episode that nobody was notified of has to be sent now: it came back, or on other answers."""
    before = kept.find(db, episode.runner_id, episode.episode)
    if alert.is_baseline or before is None or before.baseline_at is None:
        return False
    return before.closed_at is not None or before.baseline_sha256 != alert.answers_sha256


def tell(db: Session, episode: Episode, person_id: str, kind: str, now: datetime) -> bool:
    """Write one letter of an episode to one person; False where it was written before."""
    letter = Letter(
        runner_id=episode.runner_id,
        key=outbox.key_of(kind, episode.episode, person_id),
        kind=kind,
        person_id=person_id,
        urgency=episode.urgency,
        episode=episode.episode,
    )
    return outbox.write(db, letter, now)


def alert_id(episode: str, runner_id: str) -> str:
    """The id of an episode in addresses."""
    return outbox.key_of("id", episode, runner_id)


def may_hear(db: Session, runner_id: str, person_id: str, now: datetime) -> bool:
    """Whether this person may still be told of this runner: themselves, or a physio who sees them now."""
    person = people.person(db, person_id)
    if person is None or runner_id == SERVER:
        return person is not None
    if runner_id == person_id:
        return True
    return people.cares_for(db, person_id, runner_id, now) and people.is_member(db, person_id, now)


def unread(db: Session, person: Person, now: datetime) -> dict[str, int]:
    """How many unread alerts a person has about each runner, for the caseload; those who have none are left out."""
    counted: dict[str, int] = {}
    for one in kept.hearings_of(db, person.id, 1000, only_open=True):
        runner_id = one.episode.runner_id
        if one.is_unread(now) and may_hear(db, runner_id, person.id, now):
            counted[runner_id] = counted.get(runner_id, 0) + 1
    return counted


def admins(db: Session) -> list[tuple[str, str]]:
    """Who hears of the server itself."""
    return [(one.id, "admin") for one in people.everybody(db) if one.role == "admin"]


def carers(db: Session, runner_id: str, now: datetime) -> list[tuple[str, str]]:
    """The physios of a runner, and whoever stands in for one of them now."""
    return [(one.id, "physio") for one in people.seers_of(db, runner_id, now)]


def _hearers(db: Session, runner_id: str, now: datetime) -> list[tuple[str, str]]:
    return [(runner_id, "runner"), *carers(db, runner_id, now)]


def _found(one: Alert, hearers: list[tuple[str, str]], case: Case, *, baseline: bool) -> Found:
    return Found(
        code=one.code,
        urgency=int(one.urgency),
        episode=one.episode,
        words={str(audience): text for audience, text in one.words.items()},
        session_id=one.session_id,
        hearers=[(person_id, audience) for person_id, audience in hearers if audience in one.words],
        answers_sha256=_answers_sha256(one.session_id, case),
        is_baseline=baseline and one.code not in NEVER_BASELINE,
    )


def _answers_sha256(session_id: str | None, case: Case) -> str:
    """Of the answers about a session; the same for every alert that is of none."""
    answers = next((session.check_in for session in case.sessions if session.id == session_id), None)
    answered = {} if answers is None else {name: value for name, value in asdict(answers).items() if value is not None}
    return hashlib.sha256(json.dumps(answered, sort_keys=True).encode()).hexdigest()


def _episode(runner_id: str, one: Found, now: datetime) -> Episode:
    return Episode(
        runner_id=runner_id,
        episode=one.episode,
        id=alert_id(one.episode, runner_id),
        code=one.code,
        urgency=one.urgency,
        words=one.words,
        session_id=one.session_id,
        raised_at=now,
        baseline_at=now if one.is_baseline else None,
        baseline_sha256=one.answers_sha256 if one.is_baseline else None,
    )


def _as_alert(one: Episode) -> Alert:
    words = {audience: text for audience, text in one.words.items() if audience in ("runner", "physio")}
    return Alert(
        code=one.code,
        urgency=Urgency(one.urgency),
        episode=one.episode,
        words=words,  # type: ignore[arg-type]  # the keys are audiences, as they were when they were kept
        session_id=one.session_id,
    )


def _flags_alone(db: Session, runner_id: str, now: datetime) -> Case:
    """A runner without a plan: nothing can be judged but their flags, and those must be heard."""
    moment = said.utc_text(now)
    return Case.from_json(
        {
            "programme": "none yet",
            "stage": "none yet",
            "stage_entered_at": moment,
            "now": moment,
            "flags": said.flags(db, runner_id),
        }
    )


def _stage_events(db: Session, runner_id: str) -> list[StageEvent]:
    """The steps that were taken between the versions of a plan within one programme."""
    plans = runs.plans_of(db, runner_id)
    events = []
    for earlier, later in pairwise(plans):
        is_same = is_same_programme(earlier.body["programme"], later.body["programme"])
        if not is_same or earlier.body["stage"] == later.body["stage"]:
            continue
        try:
            programme = load(later.body["programme"])
            was, is_ = programme.index(earlier.body["stage"]), programme.index(later.body["stage"])
        except (RulesError, KeyError):
            continue
        kind = "PROGRESS" if is_ > was else "REGRESS"
        events.append(StageEvent(at=later.valid_from, kind=kind, stage_index=is_))
    return events


def _weekly_question(db: Session, runner_id: str, hearers: list[tuple[str, str]], now: datetime) -> list[Found]:
    """The red-flag screen is asked a week after it was answered last (or the first plan was made), and again."""
    answered = [one.said_at for kind in ("screen", "flag") for one in runs.said_of(db, runner_id, kind)]
    answered += [plan.valid_from for plan in runs.plans_of(db, runner_id)[:1]]
    # One dated ahead, by a clock that was wrong, must not put the next question off.
    due = max((at for at in answered if at <= now), default=now) + QUESTION_EVERY
    if now < due:
        return []
    asked = Found(
        code="RED_FLAG_QUESTION",
        urgency=Urgency.LOW,
        episode=f"{runner_id}/RED_FLAG_QUESTION/{due.date()}",
        words={"runner": ASKED},
        hearers=[one for one in hearers if one[1] == "runner"],
    )
    if now - due < UNANSWERED:
        return [asked]
    late = Found(
        code="RED_FLAGS_UNANSWERED",
        urgency=Urgency.NORMAL,
        episode=f"{runner_id}/RED_FLAGS_UNANSWERED/{due.date()}",
        words={"physio": NOT_ANSWERED.format(days=UNANSWERED.days)},
        hearers=[one for one in hearers if one[1] == "physio"],
    )
    return [asked, late]


def _next_look(db: Session, runner_id: str, case: Case, now: datetime) -> datetime:
    """The next moment at which something may change by itself: a nudge, a deadline, a lapse, the next morning."""
    moments = [pacing.next_time(now, channels.wishes_of(db, runner_id).zone, REVIEW_AT_MIN)]
    for session in case.sessions:
        if own_score(session) is None:
            moments += [session.end + timedelta(hours=hours) for hours in (NUDGE_HOURS, ANSWER_HOURS)]
    last = max((session.start for session in case.sessions), default=None)
    if last is not None:
        moments += [last + timedelta(days=days) for days in (LAPSE_DAYS, LAYOFF_DAYS)]
    return min(moment for moment in moments if moment > now)
