"""Caseload: everybody in a physio's care, those who need somebody first, each with the reason in a line."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.speech.say import reason_words, requirement_words
from server.care import caseload as care
from server.care.lately import Lately
from server.care.need import Need, need_of
from server.keys import CLOCK, DESK, LATELY
from server.pages import frame, programme_names, waiting
from server.pages.need import NAMES
from server.pages.reader import Reader
from server.people import credentials
from server.review import Look
from server.storage import alerts as kept
from server.storage.people import Person

MISSING_SHOWN = 2
MOST_ALERTS = 500


async def caseload(request: web.Request) -> web.StreamResponse:
    """GET /caseload: `need` shows one kind alone, `q` those whose name holds these letters."""
    shown, now = credentials.shown(request), request.app[CLOCK]()
    person, looks, unread = await request.app[DESK].read(_seen, request.app[LATELY], shown, now)
    reader = await frame.reader_for(request, person)
    sought, chosen = request.query.get("q", "").strip(), request.query.get("need", "")
    rows = [_row(look, unread[look.runner.id], person, reader) for look in looks if _matches(look, sought, chosen)]
    return frame.page(
        request,
        "caseload.html",
        person=person,
        rows=rows,
        everybody=len(looks),
        unread=unread.total(),
        kinds=_kinds(looks, reader),
        sought=sought,
        chosen=chosen,
    )


def _seen(db: Session, lately: Lately, shown: str | None, now: datetime) -> tuple[Person, list[Look], Counter[str]]:
    """Who there is, and how many alerts about each nobody has read."""
    person, looks = care.looks(db, lately, shown, now)
    heard = [one for one in kept.hearings_of(db, person.id, MOST_ALERTS, only_open=True) if one.is_unread(now)]
    seen = {look.runner.id for look in looks}
    return person, looks, Counter(one.episode.runner_id for one in heard if one.episode.runner_id in seen)


def _matches(look: Look, sought: str, chosen: str) -> bool:
    named = sought.casefold() in look.runner.name.casefold()
    return named and (not chosen or need_of(look).name == chosen)


def _kinds(looks: list[Look], reader: Reader) -> list[dict[str, Any]]:
    """The kinds of need there are now, to choose one."""
    counted = Counter(need_of(look) for look in looks)
    return [{"key": kind.name, "name": reader.gettext(NAMES[kind]), "count": counted[kind]} for kind in sorted(counted)]


def _row(look: Look, unread: int, person: Person, reader: Reader) -> dict[str, Any]:
    body, need = look.plan.body if look.plan else {}, need_of(look)
    return {
        "runner": look.runner,
        "stage": _stage(body, reader),
        "decision": look.shown.decision.name if look.shown else "CANNOT_TELL",
        "need": reader.gettext(NAMES[need]),
        "reason": _reason(look, need, person, reader),
        "last_run": _last_run(look, reader),
        "unread": unread,
    }


def _stage(body: Any, reader: Reader) -> str:
    if not body:
        return reader.gettext("no plan yet")
    return f"{programme_names.name(body['programme'], reader)} {body['stage']}"


def _reason(look: Look, need: Need, person: Person, reader: Reader) -> str:
    """What decides, in a line; where it is the dose that is not complete, what is missing of it."""
    if look.verdict is None or look.case is None:
        return " ".join(waiting.words(look, person, reader))
    reasons = look.verdict.reasons
    if need is Need.JUMP:
        reasons = tuple(reason for reason in reasons if reason.code.startswith("SPIKE_"))
    if reasons[0].code == "DOSE" and look.verdict.missing:
        missing = [requirement_words(part, reader.tongue) for part in look.verdict.missing[:MISSING_SHOWN]]
        return reader.gettext("Missing: {what}.", what="; ".join(missing))
    return reason_words(reasons[0], look.case, "physio", reader.tongue)


def _last_run(look: Look, reader: Reader) -> str:
    if not look.runs:
        return reader.gettext("No run yet.")
    last = look.runs[-1].run
    return reader.gettext(
        "Last run {ago}, {distance}.",
        ago=reader.ago(last.end, look.now),
        distance=reader.distance(last.measured.get("run_m")),
    )
