"""Physio: everybody in their care, those who need somebody first, with the reason in a line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.speech.say import reason_words, requirement_words
from rules.vocabulary import Decision
from server import access, credentials, review
from server.keys import CLOCK, DESK
from server.pages import frame
from server.pages.numbers import ago, kilometres
from server.problem import not_found
from server.review import Look
from server.storage import people
from server.storage.people import Person

CHIPS = {
    Decision.STOP_REFER: "Red flag",
    Decision.REGRESS: "Step back",
    Decision.HOLD: "Hold",
    Decision.INSUFFICIENT_DATA: "Cannot tell",
    Decision.CONTINUE: "Carry on",
    Decision.PROGRESS_READY: "Ready for you",
}
MISSING_SHOWN = 2
CANNOT_TELL_RANK = 2.5  # what nobody can tell needs a look before what may simply go on


async def caseload(request: web.Request) -> web.StreamResponse:
    login = credentials.shown(request)
    now = request.app[CLOCK]()
    person, looks = await request.app[DESK].read(_looks, login, now)
    rows = [_row(look) for look in sorted(looks, key=_need)]
    return frame.page(request, "caseload.html", person=person, rows=rows)


def _looks(db: Session, login: str | None, now: datetime) -> tuple[Person, list[Look]]:
    person = access.person_of(db, login, now)
    if person.role != "physio":
        raise not_found()
    return person, [review.look(db, runner, now) for runner in people.runners_seen_by(db, person.id, now)]


def _need(look: Look) -> tuple[float, str]:
    """A red flag first, then a step back, a hold, what cannot be told; who is ready comes before who carries on."""
    order = {"STOP_REFER": 0, "REGRESS": 1, "HOLD": 2, "INSUFFICIENT_DATA": 2.5, "PROGRESS_READY": 3, "CONTINUE": 4}
    return (order[look.shown.decision.name] if look.shown else CANNOT_TELL_RANK, look.runner.name)


def _row(look: Look) -> dict[str, Any]:
    body = look.plan.body if look.plan else {}
    return {
        "runner": look.runner,
        "stage": f"{body['programme']} {body['stage']}" if body else "no plan yet",
        "decision": look.shown.decision.name if look.shown else "CANNOT_TELL",
        "headline": CHIPS[look.shown.decision] if look.shown else "Cannot tell",
        "reason": _reason(look),
        "last_run": _last_run(look),
    }


def _reason(look: Look) -> str:
    """What decides, in a line; where it is the dose that is not complete, what is missing of it."""
    if look.verdict is None or look.case is None:
        return " ".join(look.waiting)
    first = look.verdict.reasons[0]
    if first.code == "DOSE" and look.verdict.missing:
        missing = [requirement_words(part) for part in look.verdict.missing[:MISSING_SHOWN]]
        return f"Missing: {'; '.join(missing)}."
    return reason_words(first, look.case, "physio")


def _last_run(look: Look) -> str:
    if not look.runs:
        return "no run yet"
    last = look.runs[-1]
    return f"last run {ago(last.run.end, look.now)}, {kilometres(last.run.measured.get('run_m'))}"
