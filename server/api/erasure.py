"""A runner leaves, and takes everything about them along."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server import access
from server.api import asking
from server.archive import erasure
from server.keys import DESK, LIVE
from server.problem import Problem, not_found
from server.storage import people
from server.storage.people import Person


async def erase(request: web.Request) -> web.Response:
    """DELETE runners/{id}?confirm={id}: 204 once nothing of them is left; by themselves or an administrator."""
    runner_id, confirmed = request.match_info["runner"], request.query.get("confirm")
    await asking.write_own(request, lambda db, person, now: _erase(db, person, runner_id, confirmed, now))
    request.app[LIVE].close(runner_id)
    await request.app[DESK].scrub()
    return web.Response(status=204)


def _erase(db: Session, person: Person, runner_id: str, confirmed: str | None, now: datetime) -> None:
    runner = people.person(db, runner_id)
    if runner is None or runner.role != "runner":
        raise not_found()
    is_admin = person.role == "admin" and person.clinic_id == runner.clinic_id
    if person.id != runner.id and not is_admin:
        access.may_see(db, person, runner_id, now)
        raise Problem(403, "Not yours to erase", "Only the runner themselves or an administrator may erase a runner.")
    if confirmed != runner.id:
        raise Problem(422, "Say that you mean it", "Erasing cannot be undone: send the runner's id as `confirm`.")
    erasure.erase(db, runner.id, person.id, now)
