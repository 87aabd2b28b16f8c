"""History: load by weeks, each run against those before it, pain beside load, and the stages that were gone through."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiohttp import web
from sqlmodel import Session

from server import access, review, said
from server.keys import CLOCK, DESK
from server.pages import entrance, frame, history_view
from server.pages.history_view import History
from server.people import credentials
from server.runs import rearranging
from server.storage import runs, sessions

WEEKS = 12
BEFORE = timedelta(days=31)  # what the first run of the page is held against


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/history."""
    person = await entrance.who(request)
    reader = await frame.reader_for(request, person)
    login, now = credentials.shown(request), request.app[CLOCK]()
    told = await request.app[DESK].read(_told, login, request.match_info["runner"], now)
    view = history_view.build(told, reader, WEEKS, is_own=person.id == told.runner.id)
    return frame.page(request, "history.html", person=person, view=view)


def _told(db: Session, login: str | None, runner_id: str, now: datetime) -> History:
    """Raises Problem 401 or 404."""
    runner = access.may_see(db, access.person_of(db, login, now), runner_id, now)
    since = now - timedelta(weeks=WEEKS) - BEFORE
    composed = rearranging.composed(db, runner.id)
    trainings = tuple(one for one in sessions.since(db, runner.id, since) if review.counts(one))
    return History(
        runner=runner,
        now=now,
        trainings=trainings,
        case=review.case_of(db, runner, trainings, now),
        answers=review.answers_at_home(runs.answers_of(db, runner.id), composed),
        plans=tuple(runs.plans_of(db, runner.id)),
        rest_days=said.days_without_a_run(db, runner.id),
    )
