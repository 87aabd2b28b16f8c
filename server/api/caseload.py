"""The caseload for programs: the same order as on the page."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from server.api import forms, paging
from server.care import caseload
from server.care.need import need_of
from server.keys import CLOCK, DESK, LATELY
from server.people import credentials
from server.review import Look


async def show(request: web.Request) -> web.Response:
    """GET caseload: everybody in the care of the physio who asks, those who need somebody first."""
    page = paging.asked(request, float, str, str)
    lately, now = request.app[LATELY], request.app[CLOCK]()
    _, looks = await request.app[DESK].read(caseload.looks, lately, credentials.shown(request), now)
    found, after = paging.cut(looks, _place, page, ascending=True)
    return web.json_response({"runners": [_runner(look) for look in found], "next": after})


def _place(look: Look) -> list[Any]:
    return list(caseload.place(look))


def _runner(look: Look) -> dict[str, Any]:
    body = look.plan.body if look.plan else {}
    programme = body.get("programme")
    return {
        "id": look.runner.id,
        "name": look.runner.name,
        "programme": programme.get("key") if isinstance(programme, dict) else programme,
        "stage": body.get("stage"),
        "need": need_of(look).name,
        "decision": look.shown.decision.name if look.shown else None,
        "waiting": list(look.waiting),
        "last_run_ended_at": forms.utc_text(look.runs[-1].run.end) if look.runs else None,
    }
