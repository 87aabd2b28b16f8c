"""Report: everything on a runner that a consultation needs, on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server.api.runners import look_as
from server.keys import CLOCK, DESK
from server.pages import entrance, frame, report_view
from server.people import credentials
from server.review import Look
from server.storage import people, runs
from server.storage.runs import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    look: Look
    plans: list[Plan]
    names: dict[str, str]  # of whoever set a plan


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/report: for the runner and for a physio who cares for them."""
    person = await entrance.who(request)
    login, now = credentials.shown(request), request.app[CLOCK]()
    known = await request.app[DESK].read(_known, login, request.match_info["runner"], now)
    reader = await frame.reader_for(request, person)
    view = report_view.build(known.look, known.plans, known.names, person, reader)
    return frame.page(request, "report.html", person=person, view=view)


def _known(db: Session, login: str | None, runner_id: str, now: datetime) -> Known:
    look = look_as(db, login, runner_id, now)
    plans = runs.plans_of(db, runner_id)
    found = {by: people.person(db, by) for by in {plan.by for plan in plans}}
    return Known(look=look, plans=plans, names={by: one.name for by, one in found.items() if one is not None})
