"""Preferences: how a person reads pages; no row means that they never chose."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class PreferencesRow(SQLModel, table=True):
    __tablename__ = "preferences"
    person_id: str = Field(primary_key=True, foreign_key="people.id")
    language: str
    zone: str  # IANA name
    distance: str  # km | mi
    speed: str  # pace | speed
    week_starts: int  # 0 is Monday
