"""Programmes: the built-in ladders to read, and the clinic's own to change, a version at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.forms.programme_files import KEYS
from rules.programme import Programme, load
from rules.stage import Stage
from server.api import asking
from server.care import programmes
from server.care.programmes import Choice
from server.pages import frame, programme_version_view, thresholds
from server.pages.reader import Reader
from server.problem import Problem
from server.programme_versions import newer_version
from server.storage import clinic_programmes, people
from server.storage.clinic_programmes import ClinicProgramme
from server.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One programme, with the versions of it where it is the clinic's own."""

    person: Person
    choice: Choice
    versions: list[ClinicProgramme]
    names: dict[str, str]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /programmes."""
    person, found = await asking.read_own(request, lambda db, person, _now: (person, programmes.choices(db, person)))
    reader = await frame.reader_for(request, person)
    rows = [
        {
            "key": one.key,
            "name": reader.gettext(one.programme.name),
            "version": one.programme.version or "",
            "stages": len(one.programme.stages),
            "own": one.is_own,
        }
        for one in found
    ]
    return frame.page(request, "programmes.html", person=person, rows=rows, bases=KEYS)


async def begin(request: web.Request) -> web.StreamResponse:
    """POST /programmes: begin one as a copy of a built-in, or save a whole document of the same form."""
    typed = {name: str(value).strip() for name, value in (await request.post()).items()}
    key = typed.get("key", "").upper()

    def work(db: Session, person: Person, now: datetime) -> ClinicProgramme:
        if typed.get("document"):
            return programmes.save(db, person, key, _document(typed["document"]), 0, now)
        return programmes.begin(db, person, key, typed.get("name", ""), typed.get("base", ""), now)

    made = await asking.write_own(request, work)
    raise web.HTTPSeeOther(f"/programmes/{made.key}")


async def one(request: web.Request) -> web.StreamResponse:
    """GET /programmes/{key}: `stage` opens one stage (counted from 1) to read or to change."""
    key = request.match_info["key"]
    found = await asking.read_own(request, lambda db, person, _now: _opened(db, person, key))
    return await _page(request, found, _place(request.query.get("stage", "1"), found.choice.programme))


async def change(request: web.Request) -> web.StreamResponse:
    """POST /programmes/{key}: the next version; refused with the sentence above the form where it cannot be."""
    key, typed = request.match_info["key"], {name: str(value) for name, value in (await request.post()).items()}
    found = await asking.read_own(request, lambda db, person, _now: _opened(db, person, key))
    place = _place(typed.get("stage", "1"), found.choice.programme)
    usual, stage = _usual(found.choice, place), found.choice.programme.stages[place - 1]

    def work(db: Session, person: Person, now: datetime) -> None:
        seen = int(typed.get("version", "0") or 0) if typed.get("version", "").isdecimal() else 0
        if typed.get("do") == "newest":
            programmes.extend_newest(db, person, key, seen, now)
            return
        patch = thresholds.patch(typed, usual, stage)
        programmes.change_stage(db, person, key, place, patch, seen, now)

    try:
        await asking.write_own(request, work)
    except Problem as why:
        if why.status not in (409, 412, 422):
            raise
        return await _page(request, found, place, typed, why)
    raise web.HTTPSeeOther(f"/programmes/{key}?stage={place}")


def _opened(db: Session, person: Person, key: str) -> Opened:
    return Opened(
        person=person,
        choice=programmes.chosen(db, person, key),
        versions=clinic_programmes.versions(db, person.clinic_id, key),
        names={one.id: one.name for one in people.everybody(db, person.clinic_id)},
    )


async def _page(
    request: web.Request,
    found: Opened,
    place: int,
    typed: Mapping[str, str] | None = None,
    trouble: Problem | None = None,
) -> web.Response:
    reader = await frame.reader_for(request, found.person)
    choice = found.choice
    usual, stage = _usual(choice, place), choice.programme.stages[place - 1]
    facts: dict[str, Any] = {
        "choice": choice,
        "name": reader.gettext(choice.programme.name),
        "version": found.versions[0].version if found.versions else None,
        "place": place,
        "stage": stage,
        "ladder": [(one.id, reader.gettext(one.name)) for one in choice.programme.stages],
        "groups": thresholds.fields(choice.programme, usual, stage, reader),
        "metrics": thresholds.metrics(reader),
        "group_names": [(name, reader.gettext(words)) for name, words in thresholds.GROUPS.items()],
        "typed": typed or {},
        "newer": _newer(choice, reader),
        "trouble": reader.gettext(trouble.detail) if trouble else "",
        "versions": [_version(one, found, reader) for one in found.versions],
        "evidence": [reader.gettext(text) for text in (choice.programme.evidence.get("order"),) if text],
    }
    status = trouble.status if trouble else 200
    return frame.page(request, "programme.html", status=status, person=found.person, **facts)


def _usual(choice: Choice, place: int) -> Stage:
    """The stage of the built-in that this one extends; of any other programme its own."""
    base = choice.body.get("extends") if isinstance(choice.body, Mapping) else None
    programme = load({**choice.body, "override": {}}) if base and isinstance(choice.body, Mapping) else choice.programme
    return programme.stages[place - 1]


def _newer(choice: Choice, reader: Reader) -> dict[str, Any] | None:
    """What a newer version of the built-in programme changes that this one of the clinic extends."""
    newer = newer_version(choice.body) if choice.is_own else None
    return programme_version_view.build(newer, reader) if newer else None


def _version(one: ClinicProgramme, found: Opened, reader: Reader) -> dict[str, str]:
    return {
        "number": str(one.version),
        "by": found.names.get(one.by, one.by),
        "at": reader.clock(one.at),
        "document": json.dumps(one.body, indent=1, ensure_ascii=False),
    }


def _place(text: str, programme: Programme) -> int:
    place = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if not 1 <= place <= len(programme.stages):
        raise Problem(404, "No such stage", "This programme has no such stage.")
    return place


def _document(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as why:
        raise Problem(422, "Not a document", "The programme cannot be read as JSON.") from why
    if not isinstance(found, dict):
        raise Problem(422, "Not a document", "A programme is one JSON object.")
    return found
