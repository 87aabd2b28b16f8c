"""Preferences: how a person wants to read: language, zone, units and the first day of the week."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from server.storage.tables.preferences import PreferencesRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`zone` is an IANA name, `distance` km or mi, `speed` "pace" or "speed", `week_starts` 0 for Monday."""

    language: str = "en"
    zone: str = "UTC"
    distance: str = "km"
    speed: str = "pace"
    week_starts: int = 0


USUAL = Preferences()


def preferences_of(db: Session, person_id: str) -> Preferences | None:
    """None where the person never chose."""
    row = db.get(PreferencesRow, person_id)
    if row is None:
        return None
    return Preferences(
        language=row.language, zone=row.zone, distance=row.distance, speed=row.speed, week_starts=row.week_starts
    )


def save_preferences(db: Session, person_id: str, chosen: Preferences) -> None:
    db.merge(
        PreferencesRow(
            person_id=person_id,
            language=chosen.language,
            zone=chosen.zone,
            distance=chosen.distance,
            speed=chosen.speed,
            week_starts=chosen.week_starts,
        )
    )
