"""Programmes: the ladders that a physio may choose from, those of the clinic beside the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.errors import RulesError
from rules.feasibility import programme_refusals
from rules.forms.merge_patch import merge_patch
from rules.forms.programme_files import KEYS
from rules.programme import Programme, load
from server import audit
from server.people import names
from server.problem import Problem, not_found
from server.programme_versions import newest as newest_version
from server.storage import clinic_programmes
from server.storage.clinic_programmes import ClinicProgramme
from server.storage.people import Person

KEY = re.compile(r"[A-Z][A-Z0-9-]{1,11}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One ladder: what a plan keeps of it (`body`, a key or a whole document), and how it reads."""

    key: str
    body: str | Mapping[str, Any]
    programme: Programme
    is_own: bool


def choices(db: Session, person: Person) -> list[Choice]:
    """Every ladder that this physio may choose, the clinic's own first, each in its newest version."""
    own = [
        Choice(key=one.key, body=one.body, programme=load(one.body), is_own=True)
        for one in clinic_programmes.latest(db, person.clinic_id)
    ]
    return [*own, *(Choice(key=key, body=key, programme=load(key), is_own=False) for key in KEYS)]


def chosen(db: Session, person: Person, key: str) -> Choice:
    """Raises Problem 404 for a key that names none."""
    found = next((one for one in choices(db, person) if one.key == key), None)
    if found is None:
        raise not_found()
    return found


def begin(db: Session, physio: Person, key: str, name: str, base: str, now: datetime) -> ClinicProgramme:
    """A new programme of the clinic that begins as a built-in one. Raises Problem 409 or 422."""
    if base not in KEYS:
        raise Problem(422, "Which one", f"Begin with one of {', '.join(KEYS)}.")
    return save(db, physio, key, {"name": names.required(name), "extends": base, "override": {}}, 0, now)


def change_stage(
    db: Session, physio: Person, key: str, place: int, patch: Mapping[str, Any], seen: int, now: datetime
) -> ClinicProgramme:
    """The next version, in which the stage at `place` (from 1) is the base's with this merge patch laid over it; of a
    programme with stages of its own the patch is laid over that stage. Raises Problem 404, 412 or 422.
    """
    body = dict(newest(db, physio, key).body)
    if body.get("extends") is not None:
        body["override"] = {**(body.get("override") or {}), str(place): dict(patch)}
    else:
        body["stages"] = [
            merge_patch(stage, dict(patch)) if number == place else stage
            for number, stage in enumerate(body["stages"], 1)
        ]
    return save(db, physio, key, body, seen, now)


def extend_newest(db: Session, physio: Person, key: str, seen: int, now: datetime) -> ClinicProgramme:
    """The next version, which extends the current version of its built-in programme. Raises Problem 404, 412 or 422."""
    return save(db, physio, key, dict(newest_version(newest(db, physio, key).body)), seen, now)


def save(db: Session, physio: Person, key: str, body: Mapping[str, Any], seen: int, now: datetime) -> ClinicProgramme:
    """Keep a document as the version after the one that was seen. Raises Problem 409, 412 or 422.

    A runner keeps the version that was chosen for them.
    """
    if not KEY.fullmatch(key) or key in KEYS:
        said = "A key is 2 to 12 capital letters and digits, and none of the built-in ones."
        raise Problem(422, "Another key", said)
    before = clinic_programmes.versions(db, physio.clinic_id, key)
    if (before[0].version if before else 0) != seen:
        said = "Somebody saved another version since you looked; look again, then change."
        raise Problem(409 if seen == 0 else 412, "It is there already" if seen == 0 else "Changed meanwhile", said)
    made = ClinicProgramme(
        clinic_id=physio.clinic_id,
        key=key,
        version=seen + 1,
        body={**body, "version": f"{key} {seen + 1}"},
        by=physio.id,
        at=now,
    )
    _possible(made.body)
    clinic_programmes.add(db, made)
    words = {"key": key, "version": made.version, "before": before[0].body if before else None, "after": made.body}
    audit.note(db, physio.id, "programme saved", words, now)
    return made


def newest(db: Session, person: Person, key: str) -> ClinicProgramme:
    """Raises Problem 404 for a key that is none of the clinic's own."""
    found = clinic_programmes.versions(db, person.clinic_id, key)
    if not found:
        raise not_found()
    return found[0]


def _possible(body: Mapping[str, Any]) -> None:
    """Raises Problem 422 for what cannot be read, or has a stage that nobody could complete."""
    try:
        programme = load(body)
        impossible = programme_refusals(programme)
        if not programme.stages:
            raise Problem(422, "Not a programme", "It has no stage.")
        for stage in programme.stages:
            programme.index(stage.id)
    except RulesError as why:
        raise Problem(422, "Not a programme", str(why)) from why
    if impossible:
        raise Problem(422, "Impossible stage", impossible[0].reason, reasons=[one.reason for one in impossible])
