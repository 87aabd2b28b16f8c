"""Plan views: each programme of a plan as the rules see it, or the refusal of what could not be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rules import view as rules_view
from rules.case import Case
from rules.errors import RulesError
from rules.feasibility import profile_refusals, refusals
from rules.view import View
from server import baseline, said
from server.problem import Problem

OF_A_CASE = (
    "programme", "profile", "profile_since", "profile_before", "stage", "stage_override", "stage_entered_at",
    "baseline_morning", "baseline_stiff_min", "onset_at", "references",
)  # fmt: skip
SHARED = ("onset_at", "references")  # a second programme says them only where they differ for it


def second_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The second programme of a plan as a plan of its own."""
    return {**{name: body.get(name) for name in SHARED}, **body["second"]}


def possible(body: Mapping[str, Any], now: datetime) -> View:
    """The view of one programme. Raises Problem 422 for what cannot be read, is unknown or could not be done."""
    try:
        view = rules_view.look(case_of(body, now))
    except RulesError as why:
        raise Problem(422, "Not a plan", str(why)) from why
    impossible = [*refusals(view.stage), *profile_refusals(view.profile)]
    if impossible:
        reasons = [f"{refusal.stage or 'Profile'} {refusal.item}: {refusal.reason}" for refusal in impossible]
        raise Problem(422, "Impossible stage", impossible[0].reason, reasons=reasons)
    return view


def saveable(body: Mapping[str, Any], now: datetime) -> View:
    """As `possible`. Raises Problem 422 besides for a baseline with which no run could count."""
    view = possible(body, now)
    baseline.refuse_above_green(view.case.baseline_morning, view.profile)
    return view


def readable(body: Mapping[str, Any] | None, now: datetime) -> View | None:
    """The view of one programme of a stored plan. None if there is none that the rules can read."""
    try:
        return None if body is None else rules_view.look(case_of(body, now))
    except RulesError:
        return None


def case_of(body: Mapping[str, Any], now: datetime) -> Case:
    fields = {name: body.get(name) for name in OF_A_CASE}
    return Case.from_json({**fields, "now": said.utc_text(now)})
