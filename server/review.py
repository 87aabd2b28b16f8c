"""Review: the one path from what is known of a runner to what is said; pages, programs and jobs all look here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from sqlmodel import Session

from rules import triggers
from rules.active_run import shown_during_run
from rules.attest import Attestation, AttestedMetric, with_attested
from rules.case import Case
from rules.combine import cautious
from rules.decide import decide
from rules.errors import RulesError
from rules.override import Override, Shown, shown
from rules.verdict import Verdict
from rules.verdict_cap import REMEASURING, capped
from rules.version import RULES_VERSION
from rules.vocabulary import Decision
from sensors.recording import DECODER_VERSION
from server import alerts, clock_skew, nerve_checks, rules_update_text, said
from server.attestations import typed_metrics
from server.runs import measuring
from server.runs.answers import by_session
from server.runs.incomplete import CurrentRun, IncompleteCaptures, incomplete_captures
from server.runs.measuring import Standing
from server.runs.sessions import Composed, home
from server.storage import captures, rules_updates, runs, sessions
from server.storage.people import Person
from server.storage.runs import Answer, Plan
from server.storage.sessions import Training

HORIZON = timedelta(days=62)  # the rules look back 60 days; what is older has no say
NO_PLAN = "There is no plan yet: your physiotherapist chooses the programme and the stage."
UNREADABLE = "The plan cannot be read: your physiotherapist has to open it and save it again."
NOT_TAKEN = "A run has arrived that could not be taken in. {why} Its bytes are kept; your clinic has to look."
SPEED_IMPLAUSIBLE = "SPEED_IMPLAUSIBLE"  # the note of a measurement whose speed no runner reaches
SHORTEST_SESSION_S = 60.0  # less running than this is kept and shown, but is no session


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRun:
    """One training session with what was answered of it."""

    run: Training
    check_in: Mapping[str, Any]
    counts: bool  # whether it is a session of the case


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is said to a runner at `now`. `verdict` is None while something is awaited: then nobody can tell yet.

    `shown` is the decision that holds, with a physio's override beside the computed verdict where there is one.
    `second` is the case of a second programme: the verdict is then the more cautious of the two. `attestations` are of
    entry criteria, `attested` of metrics. `seq` is the place of what was stored last of the runner's answers and
    statements. While `is_provisional`, something under way may still change the verdict; while `is_recording`, a run is
    being recorded: neither withholds anything, and nothing reads PROGRESS_READY. `before_run` is the assessment at the
    start of the current run, without that run; its limits hold during the run.
    """

    runner: Person
    now: datetime
    plan: Plan | None
    case: Case | None
    second: Case | None
    verdict: Verdict | None
    shown: Shown | None
    waiting: tuple[str, ...]
    runs: tuple[SeenRun, ...]
    attestations: tuple[Attestation, ...]
    attested: tuple[AttestedMetric, ...]
    inputs_sha256: str
    seq: int
    is_provisional: bool = False
    is_recording: bool = False
    before_run: Look | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of a runner up to a moment; `at` one that is not before it, it becomes a look.

    `caps` are the codes of what allows at most CONTINUE for now, such as REMEASURING.
    """

    runner: Person
    plan: Plan | None
    document: Mapping[str, Any] | None
    case: Case | None
    second: Case | None
    overrides: tuple[Any, ...]
    needs_plan: tuple[str, ...]
    incomplete: IncompleteCaptures
    unmeasured: tuple[str, ...]
    runs: tuple[SeenRun, ...]
    attestations: tuple[Attestation, ...]
    attested: tuple[AttestedMetric, ...]
    inputs_sha256: str
    seq: int
    caps: tuple[str, ...] = ()

    def at(self, now: datetime) -> Look:
        run = self.incomplete.current_run(now)
        is_recording = bool(self.incomplete.being_recorded(now))
        assessed = self._assessed(now, self._waiting(self.incomplete, now), is_recording=is_recording)
        return assessed if run is None else replace(assessed, before_run=self._before(run, now))

    def _before(self, run: CurrentRun, now: datetime) -> Look:
        """The assessment at the start of a run, as if nothing of that run were known."""
        earlier = replace(self, case=_until(self.case, run), second=_until(self.second, run))
        waiting = self._waiting(self.incomplete.without(run.capture_ids), now)
        return earlier._assessed(run.started_at, waiting, is_recording=False)

    def _waiting(self, incomplete: IncompleteCaptures, now: datetime) -> tuple[str, ...]:
        return (*self.needs_plan, *incomplete.sentences(now), *self.unmeasured)

    def _assessed(self, now: datetime, waiting: tuple[str, ...], *, is_recording: bool) -> Look:
        case = None if self.case is None else replace(self.case, now=now)
        second = None if self.second is None else replace(self.second, now=now)
        verdict = None if case is None or waiting else _decided(case, second)
        held = None
        if verdict is not None and case is not None:
            show = shown_during_run if is_recording else shown
            held = reduce(_capped, self.caps, show(verdict, self._overrides(), stage=case.stage, now=now))
        return Look(
            runner=self.runner,
            now=now,
            plan=self.plan,
            case=case,
            second=second,
            verdict=held.computed if held else None,
            shown=held,
            waiting=waiting,
            runs=self.runs,
            attestations=self.attestations,
            attested=self.attested,
            inputs_sha256=self.inputs_sha256,
            seq=self.seq,
            is_provisional=bool(self.caps),
            is_recording=is_recording,
        )

    def _overrides(self) -> list[Override]:
        """While something caps the verdict, an override to PROGRESS_READY waits as well."""
        return [made for made in self.overrides if not self.caps or made.decision is not Decision.PROGRESS_READY]


def look(db: Session, runner: Person, now: datetime) -> Look:
    """Decide at `now` from everything that is known, or say what is awaited."""
    return known(db, runner, now).at(now)


def known(db: Session, runner: Person, now: datetime) -> Known:
    """Everything that is known of a runner; `now` says how far back it matters, and that nothing is later."""
    plan = runs.plan_of(db, runner.id)
    standing = measuring.standing(db, runner.id, plan)
    seen = _seen(db, runner.id, standing, now)
    documents = _documents(db, runner.id, plan, seen, now)
    attested = tuple(_at_home(clock_skew.in_order(said.attested_metrics(db, runner.id), now), standing.sessions))
    in_force = [clock_skew.in_force(document, now) for document in documents]
    cases = [with_attested(case, attested, _typed(seen)) for case in _readable(in_force)]
    return Known(
        runner=runner,
        plan=plan,
        document=in_force[0] if in_force else None,
        case=cases[0] if cases else None,
        second=cases[1] if len(cases) > 1 else None,
        overrides=tuple(_at_home(clock_skew.in_order(said.overrides(db, runner.id), now), standing.sessions)),
        needs_plan=_needs_plan(plan, cases),
        incomplete=incomplete_captures(db, runner.id),
        unmeasured=tuple(_unmeasured(db, runner.id, standing)),
        runs=tuple(seen),
        attestations=tuple(said.attestations(db, runner.id, now)),
        attested=attested,
        inputs_sha256=_hash(documents),
        seq=runs.last_seq(db, runner.id),
        caps=(REMEASURING,) if _is_remeasuring(db, runner.id, standing, now) else (),
    )


def _readable(documents: Sequence[Mapping[str, Any]]) -> list[Case]:
    """The cases; none if one cannot be read, such as limits that an earlier version of the rules accepted."""
    try:
        return [Case.from_json(document) for document in documents]
    except RulesError:
        return []


def _needs_plan(plan: Plan | None, cases: Sequence[Case]) -> tuple[str, ...]:
    if plan is None:
        return (NO_PLAN,)
    return () if cases else (UNREADABLE,)


def as_if(db: Session, seen: Look, plan: Plan) -> tuple[Case, ...]:
    """The cases of a look under another plan, its runs measured as that plan would have them; nothing is saved.

    Raises SensorError where a recording cannot be read any more.
    """
    runner_id, now = seen.runner.id, seen.now
    fresh = {training.id: training for training in measuring.as_if(db, runner_id, plan, now - HORIZON)}
    recent = [replace(item, run=fresh.get(item.run.id, item.run)) for item in seen.runs]
    documents = (clock_skew.in_force(document, now) for document in _documents(db, runner_id, plan, recent, now))
    return tuple(with_attested(Case.from_json(document), seen.attested, _typed(recent)) for document in documents)


def case_of(db: Session, runner: Person, trainings: Sequence[Training], now: datetime) -> Case | None:
    """The case of the first programme with the given sessions, also older ones, for charts; None without a plan."""
    facts = known(db, runner, now)
    if facts.document is None or facts.case is None:
        return None
    answers = answers_at_home(runs.answers_of(db, runner.id), measuring.standing(db, runner.id, facts.plan).sessions)
    seen = [SeenRun(run=one, check_in=answers.get(one.id, {}), counts=True) for one in trainings]
    case = Case.from_json({**facts.document, "sessions": [_session(item, item.run.measured) for item in seen]})
    return with_attested(case, facts.attested, _typed(seen))


def one(db: Session, seen: Look, session_id: str) -> SeenRun | None:
    """The session to which an id belongs now, however long ago it was; None where there is none."""
    composed = measuring.standing(db, seen.runner.id, seen.plan).sessions
    session = home(composed, session_id)
    training = None if session is None else sessions.one(db, seen.runner.id, session.id)
    if training is None:
        return None
    answers = answers_at_home(runs.answers_of(db, seen.runner.id), composed)
    return SeenRun(run=training, check_in=answers.get(training.id, {}), counts=counts(training))


def _typed(seen: Sequence[SeenRun]) -> dict[str, frozenset[str]]:
    """Of each session the metrics that were typed in."""
    return {item.run.id: typed_metrics(item.run.measured) for item in seen}


def record(db: Session, seen: Look, *, baseline: bool = False) -> bool:
    """Keep what was said, with the hash of what was known and the plan's version; True where it is news.

    Of what is found as a `baseline` nobody is notified: a new version of the rules says it of what was known before.
    """
    implausible = [item.run.id for item in seen.runs if SPEED_IMPLAUSIBLE in _notes(item)]
    alerts.hear(db, seen.runner, seen.case, seen.verdict, seen.now, implausible, baseline=baseline)
    if seen.verdict is None or seen.plan is None:
        return False
    verdict = seen.verdict.to_json()
    if seen.case is not None and rules_updates.is_open(db, seen.runner.id, RULES_VERSION):
        why = rules_update_text.why(verdict, seen.case)
        rules_updates.record_verdict(db, seen.runner.id, verdict, why, seen.now, is_provisional=seen.is_provisional)
    return runs.save_verdict(db, seen.runner.id, verdict, seen.inputs_sha256, seen.now, seen.plan.version)


def _notes(item: SeenRun) -> Sequence[str]:
    """The notes of a session's measurement; a run that was typed in has none."""
    notes: Sequence[str] = item.run.measured.get("notes") or ()
    return notes


def _decided(case: Case, second: Case | None) -> Verdict:
    return decide(case) if second is None else cautious((decide(case), decide(second)))


def _capped(held: Shown, code: str) -> Shown:
    """At most CONTINUE; whether an override still applies was asked of the verdict before it was capped."""
    verdict = capped(held.computed, code)
    return Shown(
        decision=held.decision if held.override else verdict.decision, computed=verdict, override=held.override
    )


def _seen(db: Session, runner_id: str, standing: Standing, now: datetime) -> list[SeenRun]:
    by_id = {session.id: session for session in standing.sessions}
    answers = answers_at_home(runs.answers_of(db, runner_id), standing.sessions)
    stored = sessions.since(db, runner_id, now - HORIZON)
    return [SeenRun(run=one, check_in=answers.get(one.id, {}), counts=counts(one)) for one in stored if one.id in by_id]


def counts(training: Training) -> bool:
    return training.mine and (training.run_s or 0.0) >= SHORTEST_SESSION_S


def answers_at_home(answers: Sequence[Answer], composed: Sequence[Composed]) -> dict[str, dict[str, Any]]:
    """What counts of each question that was answered, by the id of each session as it is composed now."""
    return by_session(answers, composed)


def _at_home(stated: Sequence[Any], composed: Sequence[Composed]) -> list[Any]:
    """Statements on a session, each with the id that the session has now; one on no session is left as it is."""
    found = []
    for one in stated:
        session = home(composed, one.session_id) if one.session_id is not None else None
        found.append(one if session is None else replace(one, session_id=session.id))
    return found


def _until(case: Case | None, run: CurrentRun) -> Case | None:
    """The case without what has arrived of a run by another way, such as a part of it as a file."""
    if case is None:
        return None
    return replace(case, sessions=tuple(session for session in case.sessions if session.start < run.started_at))


def _unmeasured(db: Session, runner_id: str, standing: Standing) -> Iterator[str]:
    due = [request for request in captures.unreviewed(db, runner_id, DECODER_VERSION) if not request.is_reread]
    if any(request.trouble is None for request in due):
        yield "A run has arrived and is being measured."
    for request in due:
        if request.trouble is not None:
            yield NOT_TAKEN.format(why=request.trouble)
    if not due and not standing.current:
        yield "Earlier runs are being measured again, for something about them has changed."


def _is_remeasuring(db: Session, runner_id: str, standing: Standing, now: datetime) -> bool:
    """Whether a session that the rules look at is still as an earlier version of the rules or a decoder measured it."""
    since = now - HORIZON
    if any(due.session.start >= since for due in standing.of_earlier_version):
        return True
    recent = [session for session in standing.sessions if session.start >= since]
    sources = {(piece.run.kind, piece.run.source_id) for session in recent for piece in session.every}
    due = captures.unreviewed(db, runner_id, DECODER_VERSION)
    return any(request.is_reread and (request.kind, request.source_id) in sources for request in due)


def _documents(
    db: Session, runner_id: str, plan: Plan | None, seen: Sequence[SeenRun], now: datetime
) -> list[dict[str, Any]]:
    """The case of the plan's programme, and of its second one where it holds two."""
    if plan is None:
        return []
    recent = [item for item in seen if item.counts and item.run.start >= now - HORIZON]
    common: dict[str, Any] = {
        "now": said.utc_text(now),
        "daily": said.mornings(db, runner_id),
        "flags": said.flags(db, runner_id),
        "holds": said.holds(db, runner_id),
        "nerve_checked_at": _text_or_none(nerve_checks.latest(db, runner_id, now)),
        "asked_since": _text_or_none(runs.first_plan_at(db, runner_id)),
        "notes": {},
    }
    first = {name: value for name, value in plan.body.items() if name != "second"}
    bodies = [(first, [_session(item, item.run.measured) for item in recent])]
    if plan.body.get("second"):
        second = {**{name: plan.body.get(name) for name in ("onset_at", "references")}, **plan.body["second"]}
        bodies.append((second, [_session(item, item.run.second or item.run.measured) for item in recent]))
    return [{**body, **common, "sessions": sessions_} for body, sessions_ in bodies]


def _text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else said.utc_text(moment)


def _session(item: SeenRun, measured: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": item.run.id,
        "start": said.utc_text(item.run.start),
        "end": said.utc_text(item.run.end),
        "quality": measured["quality"],
        "metrics": {name: measured.get(name) for name in triggers.METRICS if name in measured},
        "check_in": dict(item.check_in),
    }


def _hash(documents: Sequence[Mapping[str, Any]]) -> str:
    """What was known, apart from the moment it was asked."""
    known = [{name: value for name, value in document.items() if name != "now"} for document in documents]
    text = json.dumps(known[0] if len(known) == 1 else known, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
