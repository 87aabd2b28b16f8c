"""Programme version page: what a newer version of a plan's programme changes, with its preview, and one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.what_if import Day
from server import plans, programme_versions, review, trial
from server.api import asking
from server.keys import REVIEWER
from server.pages import frame, programme_version_view, strip
from server.pages.plan_facts import seen_version
from server.problem import Problem
from server.programme_versions import NewerVersion
from server.review import Look
from server.storage import runs
from server.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The newer versions of a plan's programmes, and what they would have decided; or why they cannot be taken."""

    person: Person
    look: Look
    newer: Sequence[NewerVersion]
    days: Sequence[Day] = ()
    refusal: str = ""


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/programme-version."""
    offer = await asking.read(request, _offer)
    reader = await frame.reader_for(request, offer.person)
    view: dict[str, Any] = {
        "runner": offer.look.runner,
        "version": offer.look.plan.version if offer.look.plan else 0,
        "newer": [programme_version_view.build(newer, reader) for newer in offer.newer],
        "preview": strip.build(offer.days, offer.look, reader) if offer.days else None,
        "refusal": reader.gettext(offer.refusal),
    }
    return frame.page(request, "programme_version.html", person=offer.person, view=view, tab="plan")


async def take(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/programme-version: a new version of the plan, at the same stage since the same day."""
    fields = await request.post()
    seen = seen_version(str(fields.get("version", "")))

    def work(db: Session, person: Person, runner: Person, now: datetime) -> None:
        plans.take_newest_version(db, runner.id, asking.physio(person), seen, now)

    await asking.write(request, work)
    await request.app[REVIEWER].review(request.match_info["runner"])
    raise web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/plan")


def _offer(db: Session, person: Person, runner: Person, now: datetime) -> Offer:
    physio, look = asking.physio(person), review.look(db, runner, now)
    plan = runs.plan_of(db, runner.id)
    newer = programme_versions.newer_versions(plan.body) if plan else []
    if plan is None or not newer:
        return Offer(person=physio, look=look, newer=())
    try:
        days = trial.compare(db, look, programme_versions.with_newest(plan.body))
    except Problem as why:
        return Offer(person=physio, look=look, newer=newer, refusal=why.detail)
    return Offer(person=physio, look=look, newer=newer, days=days)
