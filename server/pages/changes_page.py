"""Changes: who changed what of one runner and when: the versions of the plan, and every deed about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server.api import asking
from server.pages import deeds, frame
from server.pages.audit_page import MANY, before_of
from server.pages.reader import Reader
from server.storage import history, people, runs
from server.storage.history import Deed
from server.storage.people import Person
from server.storage.runs import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    person: Person
    runner: Person
    plans: list[Plan]
    deeds: list[Deed]
    names: dict[str, str]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/changes: `before` is the number of the last deed of the page before."""
    before = before_of(request)
    found = await asking.read(request, lambda db, person, runner, now: _changed(db, person, runner, before, now))
    reader = await frame.reader_for(request, found.person)
    shown = found.deeds[:MANY]
    return frame.page(
        request,
        "changes.html",
        person=found.person,
        view={"runner": found.runner},
        tab="changes",
        versions=[] if before else _versions(found, reader),
        rows=[deeds.line(one, found.names, reader) for one in shown],
        older=shown[-1].seq if len(found.deeds) > MANY else None,
    )


def _changed(db: Session, person: Person, runner: Person, before: int | None, _now: datetime) -> Changed:
    asking.physio(person)
    return Changed(
        person=person,
        runner=runner,
        plans=runs.plans_of(db, runner.id)[::-1],
        deeds=history.deeds(db, MANY + 1, before, runner_ids=[runner.id]),
        names={one.id: one.name for one in people.everybody(db, runner.clinic_id)},
    )


def _versions(found: Changed, reader: Reader) -> list[dict[str, Any]]:
    """Each version with what it changed of the one before it."""
    earlier = [*found.plans, None][1:]
    return [
        {
            "version": plan.version,
            "at": reader.clock(plan.valid_from),
            "by": found.names.get(plan.by, plan.by),
            "changes": deeds.changes(before.body, plan.body, reader) if before else [],
        }
        for plan, before in zip(found.plans, earlier, strict=True)
    ]
