"""Caseload: everybody in a physio's care, those who need somebody first, each with the reason in a line."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.speech.say import reason_words, requirement_words
from server import access, review
from server.keys import CLOCK, DESK, LOGIN_COOKIE
from server.pages import frame
from server.pages.need import NAMES, Need, need_of
from server.pages.reader import Reader
from server.problem import not_found
from server.review import Look
from server.storage import people
from server.storage.people import Person

MISSING_SHOWN = 2


async def caseload(request: web.Request) -> web.StreamResponse:
    """GET /caseload: `need` shows one kind alone, `q` those whose name holds these letters."""
    person, looks = await request.app[DESK].read(_looks, request.cookies.get(LOGIN_COOKIE), request.app[CLOCK]())
    reader = await frame.reader_for(request, person)
    sought, chosen = request.query.get("q", "").strip(), request.query.get("need", "")
    sorted_looks = sorted(looks, key=lambda look: (need_of(look), look.runner.name.casefold(), look.runner.id))
    rows = [_row(look, reader) for look in sorted_looks if _matches(look, sought, chosen)]
    return frame.page(
        request,
        "caseload.html",
        person=person,
        rows=rows,
        everybody=len(looks),
        kinds=_kinds(looks, reader),
        sought=sought,
        chosen=chosen,
    )


def _looks(db: Session, login: str | None, now: datetime) -> tuple[Person, list[Look]]:
    person = access.person_of(db, login, now)
    if person.role != "physio":
        raise not_found()
    return person, [review.look(db, runner, now) for runner in people.runners_of(db, person.id)]


def _matches(look: Look, sought: str, chosen: str) -> bool:
    named = sought.casefold() in look.runner.name.casefold()
    return named and (not chosen or need_of(look).name == chosen)


def _kinds(looks: list[Look], reader: Reader) -> list[dict[str, Any]]:
    """The kinds of need there are now, to choose one."""
    counted = Counter(need_of(look) for look in looks)
    return [{"key": kind.name, "name": reader.gettext(NAMES[kind]), "count": counted[kind]} for kind in sorted(counted)]


def _row(look: Look, reader: Reader) -> dict[str, Any]:
    body, need = look.plan.body if look.plan else {}, need_of(look)
    return {
        "runner": look.runner,
        "stage": _stage(body, reader),
        "decision": look.shown.decision.name if look.shown else "CANNOT_TELL",
        "need": reader.gettext(NAMES[need]),
        "reason": _reason(look, need, reader),
        "last_run": _last_run(look, reader),
    }


def _stage(body: Any, reader: Reader) -> str:
    if not body:
        return reader.gettext("no plan yet")
    programme = body["programme"] if isinstance(body["programme"], str) else reader.gettext("own programme")
    return f"{programme} {body['stage']}"


def _reason(look: Look, need: Need, reader: Reader) -> str:
    """What decides, in a line; where it is the dose that is not complete, what is missing of it."""
    if look.verdict is None or look.case is None:
        return " ".join(reader.gettext(sentence) for sentence in look.waiting)
    reasons = look.verdict.reasons
    if need is Need.JUMP:
        reasons = tuple(reason for reason in reasons if reason.code.startswith("SPIKE_"))
    if reasons[0].code == "DOSE" and look.verdict.missing:
        missing = [requirement_words(part, reader.tongue) for part in look.verdict.missing[:MISSING_SHOWN]]
        return reader.gettext("Missing: {what}.", what="; ".join(missing))
    return reason_words(reasons[0], look.case, "physio", reader.tongue)


def _last_run(look: Look, reader: Reader) -> str:
    if not look.runs:
        return reader.gettext("no run yet")
    last = look.runs[-1].run
    return reader.gettext(
        "last run {ago}, {distance}",
        ago=reader.ago(last.end, look.now),
        distance=reader.distance(last.measured.get("run_m")),
    )
