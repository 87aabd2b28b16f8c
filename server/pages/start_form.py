"""Start form: what a physio typed to start a programme, as the part of a plan that it sets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from server import said
from server.care import programmes
from server.care.programmes import Choice
from server.pages import plan_form
from server.pages.plan_form import LONGEST_M
from server.pages.reader import Reader
from server.problem import Problem
from server.storage.people import Person

NO_PROGRAMME = "-"
REFERENCES = ("declared_longest_m", "v_max_mps", "v_max_kind", "v_thr_mps")


def chosen(db: Session, physio: Person, typed: Mapping[str, str]) -> tuple[Choice, str]:
    """The programme and the id of the stage. Raises Problem 404 for a programme that there is not, or 422."""
    key, _, stage = typed.get("ladder", "").partition(":")
    if not key:
        raise Problem(422, "Which programme", "Choose a programme and a stage.")
    return programmes.chosen(db, physio, key), stage


def programme_part(
    db: Session, physio: Person, typed: Mapping[str, str], body: Mapping[str, Any], reader: Reader, now: datetime
) -> dict[str, Any]:
    """What a programme that starts now sets of the plan `body`; an empty reference stays as it was.

    Raises Problem 404 or 422.
    """
    programme, stage = chosen(db, physio, typed)
    given = {name: typed[name] for name in REFERENCES if typed.get(name, "").strip()}
    references = plan_form.references_of(given, body.get("references") or {}, reader, now)
    if LONGEST_M in given and LONGEST_M in references:
        references["declared_at"] = said.utc_text(now)  # it is stated anew, even if it is the same number
    onset = typed.get("onset", "").strip()
    return {
        "programme": programme.body,
        "stage": stage,
        "stage_override": {},
        "stage_entered_at": said.utc_text(now),
        "profile": typed.get("profile") or None,
        "baseline_morning": plan_form.pain(typed.get("baseline_morning", "")),
        "references": references,
        **({"onset_at": plan_form.beginning_of(onset, reader, now)} if onset else {}),
    }


def second_part(db: Session, physio: Person, typed: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What a second programme that starts now, or none from now on, sets of a plan. Raises Problem 404 or 422."""
    if typed.get("ladder") == NO_PROGRAMME:
        return {"second": None}
    programme, stage = chosen(db, physio, typed)
    part: dict[str, Any] = {
        "programme": programme.body,
        "stage": stage,
        "stage_override": {},
        "stage_entered_at": said.utc_text(now),
        "baseline_morning": plan_form.pain(typed.get("baseline_morning", "")),
    }
    return {"second": {**part, "profile": typed["profile"]} if typed.get("profile") else part}
