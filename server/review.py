"""Review: the one path from what is known of a runner to what is said; pages, programs and jobs all look here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from rules import triggers
from rules.attest import with_attested
from rules.case import Case
from rules.combine import beside, cautious
from rules.decide import decide
from rules.override import Shown, shown
from rules.verdict import Verdict
from server import measuring, said
from server.storage import captures, pairings, runs
from server.storage.people import Person
from server.storage.runs import Plan, Run

HORIZON = timedelta(days=62)  # the rules look back 60 days; what is older has no say
SHORTEST_SESSION_S = 60.0  # less running than this is kept and shown, but is no session


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRun:
    run: Run
    check_in: Mapping[str, Any]
    counts: bool  # whether it is a session of the case


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is said to a runner at `now`. `verdict` is None while something is awaited: then nobody can tell yet.

    `shown` is the decision that holds, with a physio's override beside the computed verdict where there is one.
    """

    runner: Person
    now: datetime
    plan: Plan | None
    case: Case | None
    verdict: Verdict | None
    shown: Shown | None
    waiting: tuple[str, ...]
    runs: tuple[SeenRun, ...]
    inputs_sha256: str


def look(db: Session, runner: Person, now: datetime) -> Look:
    """Decide at `now` from everything that is known, or say what is awaited."""
    plan = runs.plan_of(db, runner.id)
    seen = _seen(db, runner.id)
    waiting = _waiting(db, runner.id, plan)
    document = _case_document(db, runner.id, plan, seen, now) if plan is not None else None
    cases = _cases(db, runner.id, document) if document else []
    case = cases[0] if cases else None
    verdict = _judged(cases) if cases and not waiting else None
    return Look(
        runner=runner,
        now=now,
        plan=plan,
        case=case,
        verdict=verdict,
        shown=shown(verdict, said.overrides(db, runner.id), stage=case.stage, now=now) if verdict and case else None,
        waiting=waiting,
        runs=tuple(seen),
        inputs_sha256=_hash(document),
    )


def record(db: Session, seen: Look) -> bool:
    """Keep what was said, with the hash of what was known; True where it is news."""
    if seen.verdict is None:
        return False
    return runs.save_verdict(db, seen.runner.id, seen.verdict.to_json(), seen.inputs_sha256, seen.now)


def _cases(db: Session, runner_id: str, document: Mapping[str, Any]) -> list[Case]:
    """The case of the plan, and that of the programme beside it where the runner holds two."""
    second = document.get("beside")
    documents = [document] if second is None else [document, beside(document, second)]
    attested = said.attested_metrics(db, runner_id)
    return [with_attested(Case.from_json(one), attested) for one in documents]


def _judged(cases: Sequence[Case]) -> Verdict:
    verdicts = [decide(case) for case in cases]
    return verdicts[0] if len(verdicts) == 1 else cautious(verdicts)


def _seen(db: Session, runner_id: str) -> list[SeenRun]:
    answers = runs.check_ins_of(db, runner_id)
    return [
        SeenRun(
            run=run, check_in=answers.get(run.id, {}), counts=(run.measured.get("run_s") or 0) >= SHORTEST_SESSION_S
        )
        for run in runs.runs_of(db, runner_id)
    ]


def _waiting(db: Session, runner_id: str, plan: Plan | None) -> tuple[str, ...]:
    sentences = []
    if plan is None:
        sentences.append("There is no plan yet: your physiotherapist chooses the programme and the stage.")
    if captures.open_captures(db, runner_id):
        sentences.append("A run has not arrived completely yet.")
    if elsewhere := pairings.packets_elsewhere(db, runner_id):
        sentences.append(f"A gateway still holds {elsewhere} packets of a run and has not handed them over.")
    due = captures.unreviewed(db, runner_id)
    if any(request.trouble is None for request in due):
        sentences.append("A run has arrived and is being measured.")
    sentences += [
        f"A run has arrived that could not be taken in. {request.trouble} Its bytes are kept; your clinic has to look."
        for request in due
        if request.trouble is not None
    ]
    if not due and measuring.outdated(db, runner_id):
        sentences.append("Earlier runs are being measured again with changed references.")
    return tuple(sentences)


def _case_document(db: Session, runner_id: str, plan: Plan, seen: list[SeenRun], now: datetime) -> dict[str, Any]:
    sessions = [_session(item) for item in seen if item.counts and item.run.start >= now - HORIZON]
    return {
        **plan.body,
        "now": said.utc_text(now),
        "sessions": sessions,
        "daily": [one.body for one in runs.said_of(db, runner_id, "daily")],
        "flags": said.flags(db, runner_id),
        "holds": said.holds(db, runner_id),
        "notes": {},
    }


def _session(item: SeenRun) -> dict[str, Any]:
    measured = item.run.measured
    return {
        "id": item.run.id,
        "start": said.utc_text(item.run.start),
        "end": said.utc_text(item.run.end),
        "quality": measured["quality"],
        "metrics": {name: measured.get(name) for name in triggers.METRICS if name in measured},
        "check_in": dict(item.check_in),
    }


def _hash(document: Mapping[str, Any] | None) -> str:
    """What was known, apart from the moment it was asked."""
    known = {name: value for name, value in (document or {}).items() if name != "now"}
    return hashlib.sha256(json.dumps(known, sort_keys=True, allow_nan=False).encode()).hexdigest()
