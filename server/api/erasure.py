"""A runner leaves, and takes everything about them along."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server import access, erasure
from server.keys import CLOCK, DESK, LIVE, LOGIN_COOKIE
from server.problem import Problem, not_found
from server.storage import people


async def erase(request: web.Request) -> web.Response:
    """DELETE runners/{id}?confirm={id}: 204 once nothing of them is left; by themselves or an administrator."""
    runner_id = request.match_info["runner"]
    login, now = request.cookies.get(LOGIN_COOKIE), request.app[CLOCK]()
    await request.app[DESK].write(_erase, login, runner_id, request.query.get("confirm"), now)
    request.app[LIVE].close(runner_id)
    await request.app[DESK].scrub()
    return web.Response(status=204)


def _erase(db: Session, login: str | None, runner_id: str, confirmed: str | None, now: datetime) -> None:
    person = access.person_of(db, login, now)
    runner = people.person(db, runner_id)
    if runner is None or runner.role != "runner":
        raise not_found()
    if person.id != runner.id and person.role != "admin":
        access.may_see(db, person, runner_id)
        raise Problem(403, "Not yours to erase", "Only the runner themselves or an administrator may erase a runner.")
    if confirmed != runner.id:
        raise Problem(422, "Say that you mean it", "Erasing cannot be undone: send the runner's id as `confirm`.")
    erasure.erase(db, runner.id, person.id, now)
