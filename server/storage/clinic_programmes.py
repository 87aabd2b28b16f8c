"""Clinic programmes: a clinic's own ladders, in the form of the built-in ones; a version is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from server.storage.tables.programmes import ClinicProgrammeRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicProgramme:
    """One version of one programme, who saved it and when; `body` is a programme document."""

    clinic_id: str
    key: str
    version: int
    body: Mapping[str, Any]
    by: str
    at: datetime


def add(db: Session, programme: ClinicProgramme) -> None:
    db.add(
        ClinicProgrammeRow(
            clinic_id=programme.clinic_id,
            key=programme.key,
            version=programme.version,
            body=dict(programme.body),
            by=programme.by,
            at=programme.at,
        )
    )
    db.flush()


def versions(db: Session, clinic_id: str, key: str) -> list[ClinicProgramme]:
    """Every version of one programme, the newest first."""
    return [_programme(row) for row in db.exec(_of(clinic_id).where(ClinicProgrammeRow.key == key))]


def latest(db: Session, clinic_id: str) -> list[ClinicProgramme]:
    """The newest version of each programme of a clinic, by key."""
    newest: dict[str, ClinicProgramme] = {}
    for row in db.exec(_of(clinic_id)):
        newest.setdefault(row.key, _programme(row))
    return [newest[key] for key in sorted(newest)]


def _of(clinic_id: str) -> SelectOfScalar[ClinicProgrammeRow]:
    by_version = col(ClinicProgrammeRow.version).desc()
    return select(ClinicProgrammeRow).where(ClinicProgrammeRow.clinic_id == clinic_id).order_by(by_version)


def _programme(row: ClinicProgrammeRow) -> ClinicProgramme:
    return ClinicProgramme(
        clinic_id=row.clinic_id, key=row.key, version=row.version, body=row.body, by=row.by, at=row.at
    )
