"""Run: one session from the sensors to what it added, with its traces under one another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.ceilings_now import ceilings_now
from rules.trace import Trace, trace
from rules.view import View
from sensors import store
from server import access, measuring, review
from server.keys import CLOCK, DESK, LOGIN_COOKIE
from server.pages import frame, traces
from server.pages.reader import N_, Reader
from server.pages.runner_view import view_of
from server.problem import not_found
from server.review import Look, SeenRun
from server.storage import runs
from server.storage.people import Person

USUAL_EFFORT = 80  # marked where the stage asks for no efforts of its own
ADDED = (
    ("run_s", N_("Running")),
    ("run_m", N_("Distance")),
    ("fat_s", N_("While fatigued")),
    ("inc2_s", N_("Uphill")),
    ("eff80_n", N_("Fast efforts")),
    ("peak3_pct", N_("Fastest three seconds, of top speed")),
    ("vert_up_m", N_("Climbed")),
)
UNITS = {"run_s": "s", "run_m": "m", "fat_s": "s", "inc2_s": "s", "eff80_n": "n", "peak3_pct": "%", "vert_up_m": "m"}
STATES = {
    "within": N_("within"),
    "near": N_("near the limit"),
    "passed": N_("over the limit"),
    "cannot tell": N_("cannot tell"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of one session."""

    person: Person
    look: Look
    item: SeenRun
    trace: Trace | None


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{runner}/runs/{run}."""
    login, now = request.cookies.get(LOGIN_COOKIE), request.app[CLOCK]()
    told = await request.app[DESK].read(_told, login, request.match_info["runner"], request.match_info["run"], now)
    reader = await frame.reader_for(request, told.person)
    return frame.page(request, "run.html", person=told.person, run=_facts(told, reader))


def _told(db: Session, login: str | None, runner_id: str, run_id: str, now: datetime) -> Told:
    """Raises Problem 401 or 404."""
    person = access.person_of(db, login, now)
    look = review.look(db, access.may_see(db, person, runner_id), now)
    item = next((seen for seen in look.runs if seen.run.id == run_id), None)
    if item is None:
        raise not_found()
    return Told(person=person, look=look, item=item, trace=_trace(db, look, item))


def _trace(db: Session, look: Look, item: SeenRun) -> Trace | None:
    packed = runs.recording_of(db, look.runner.id, item.run.id)
    if packed is None:
        return None
    against = measuring.yardstick(look.plan, [seen.run for seen in look.runs], item.run.start, item.run.id)
    return trace(
        store.unpack(packed),
        against.references,
        fatigue_onset_s=against.fatigue_onset_s,
        previous=against.previous,
    )


def _facts(told: Told, reader: Reader) -> dict[str, Any]:
    measured, view = told.item.run.measured, view_of(told.look)
    return {
        "runner": told.look.runner,
        "id": told.item.run.id,
        "title": reader.clock(told.item.run.start),
        "response": _response(view, told.item),
        "added": [
            {"label": reader.gettext(label), "value": reader.amount(measured.get(name), UNITS[name])}
            for name, label in ADDED
        ],
        "limits": _limits(view, told.item, reader) if view else [],
        "drawing": _drawing(told.trace, view, reader) if told.trace is not None else None,
        "sources": sorted(set(measured.get("sources", {}).values())),
        "quality": measured.get("quality"),
        "coverage": reader.amount(100 * (measured.get("coverage_v") or 0.0), "%"),
        "notes": measured.get("notes", []),
        "check_in": dict(told.item.check_in),
        "counts": told.item.counts,
    }


def _response(view: View | None, item: SeenRun) -> str:
    labels = {seen.id: seen.label for seen in view.seen} if view else {}
    return labels.get(item.run.id, "UNKNOWN")


def _limits(view: View, item: SeenRun, reader: Reader) -> list[dict[str, str]]:
    """Each ceiling of today's stage against this session; what nobody measured reads "cannot tell"."""
    return [
        {
            "label": reader.gettext(one.label),
            "so_far": reader.amount(one.so_far, one.unit),
            "limit": reader.amount(one.limit, one.unit),
            "state": one.state,
            "word": reader.gettext(STATES[one.state]),
        }
        for one in ceilings_now(view.stage, view.references, item.run.measured)
    ]


def _drawing(trace: Trace, view: View | None, reader: Reader) -> dict[str, Any]:
    ceilings = {}
    if view is not None and view.references.v_max_mps is not None and "peak3_pct" in view.stage.ceil:
        ceilings["speed"] = view.references.v_max_mps * view.stage.ceil["peak3_pct"] / 100
    return traces.draw(trace, reader, ceilings, _percent(view))


def _percent(view: View | None) -> int:
    """The efforts that the stage asks for."""
    names = view.stage.dose_metrics if view else ()
    asked = [int(name[3:5]) for name in names if name.startswith("eff") and name[3:5].isdigit()]
    return min(asked, default=USUAL_EFFORT)
