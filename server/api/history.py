"""What was said of a runner before, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.api import asking, forms, paging
from server.api.paging import Page
from server.storage import history, people
from server.storage.history import Deed, SaidVerdict
from server.storage.people import Person


async def verdicts(request: web.Request) -> web.Response:
    """GET runners/{id}/verdicts: everything that was said, the newest first; a later word supersedes an earlier one."""
    page = paging.asked(request, str, str)
    before = paging.moment(page)
    found = await asking.read(
        request, lambda db, _person, runner, _now: history.verdicts(db, runner.id, page.limit + 1, before)
    )
    return _page("verdicts", [_verdict(one) for one in found], page, ["decided_at", "inputs_sha256"])


async def audit(request: web.Request) -> web.Response:
    """GET audit: a runner's own, of their runners for a physio, all for an administrator (without words on health)."""
    page = paging.asked(request, int)
    before = _number(page)
    found = await asking.read_own(request, lambda db, person, now: _deeds(db, person, page.limit + 1, before, now))
    return _page("audit", [_deed(one) for one in found], page, ["seq"])


def _deeds(db: Session, person: Person, limit: int, before: int | None, now: datetime) -> list[Deed]:
    if person.role == "admin":
        return history.deeds(db, limit, before, runner_ids=None, clinic_id=person.clinic_id)
    own = [person] if person.role == "runner" else people.runners_seen_by(db, person.id, now)
    return history.deeds(db, limit, before, runner_ids=[runner.id for runner in own], actor=person.id)


def _page(name: str, found: list[dict[str, Any]], page: Page, key: list[str]) -> web.Response:
    """One more than the page was looked up, to see whether there is a next one."""
    shown = found[: page.limit]
    after = paging.place([shown[-1][part] for part in key]) if len(found) > len(shown) else None
    return web.json_response({name: shown, "next": after})


def _number(page: Page) -> int | None:
    if page.after is None:
        return None
    (seq,) = page.after
    if not 0 <= seq < 2**31:
        raise paging.no_place()
    return int(seq)


def _verdict(one: SaidVerdict) -> dict[str, Any]:
    return {
        "decided_at": forms.utc_text(one.decided_at),
        "superseded_at": one.superseded_at and forms.utc_text(one.superseded_at),
        "inputs_sha256": one.inputs_sha256,
        "verdict": dict(one.body),
    }


def _deed(one: Deed) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": forms.utc_text(one.at),
        "actor": one.actor,
        "runner": one.runner_id,
        "action": one.action,
        "words": None if one.words is None else dict(one.words),
    }
