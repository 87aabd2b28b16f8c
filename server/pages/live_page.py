"""Live page: what the sensors say now against the limits of this run, and when a limit is near or the data stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from rules.ceilings_now import NEAR, CeilingNow, ceilings_now
from server.allowed import DISTANCE, allowed_in_run
from server.api.live import SILENT_S
from server.api.runners import look_as
from server.gateways.live import Words
from server.keys import CLOCK, DESK, LIVE
from server.pages import entrance, frame, waiting
from server.pages.reader import MILE_M, N_, Reader
from server.pages.run_page import STATES
from server.pages.seen import view_of
from server.people import credentials
from server.review import Look

FOLLOWED = {"run_s": "running_s", "peak3_pct": "speed_mps"}  # what a glance tells of a limit
OPEN = N_("No run is being recorded. When the gateway records one, it appears here by itself.")
STOPPED = N_("No data since {when}. Nobody can tell whether a limit is near: look at your sensors.")
GOES_ON = N_("Recording. Last heard at {when}.")


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/live."""
    person = await entrance.who(request)
    login, runner_id, now = credentials.shown(request), request.match_info["runner"], request.app[CLOCK]()
    look = await request.app[DESK].read(look_as, login, runner_id, now)
    reader = await frame.reader_for(request, person)
    view = _view(look, request.app[LIVE].last(runner_id), reader) | {"waiting": waiting.words(look, person, reader)}
    return frame.page(request, "live.html", person=person, view=view)


def _view(look: Look, last: tuple[datetime, Words] | None, reader: Reader) -> dict[str, Any]:
    last_at, glance = last or (None, {})
    fresh = last_at is not None and look.now - last_at <= timedelta(seconds=SILENT_S)
    now = glance if fresh else {}
    return {
        "runner": look.runner,
        "state": "open" if last_at is None else "on" if fresh else "stopped",
        "sentence": _sentence(last_at, reader, fresh=fresh),
        "stopped": reader.gettext(STOPPED),
        "goes_on": reader.gettext(GOES_ON),
        "now": _values(now, reader),
        "limits": _limits(look, now, reader),
        "words": {name.replace(" ", "-"): reader.gettext(word) for name, word in STATES.items()},
        "in_run": look.before_run is not None,
        "may_run": _may_run(look),
        "silent_s": SILENT_S,
        "units": _units(reader),
    }


def _sentence(last_at: datetime | None, reader: Reader, *, fresh: bool) -> str:
    if last_at is None:
        return reader.gettext(OPEN)
    when = f"{reader.local(last_at):%H:%M:%S}"
    return reader.gettext(GOES_ON if fresh else STOPPED, when=when)


def _values(now: Mapping[str, Any], reader: Reader) -> list[dict[str, str]]:
    """The big numbers; what no sensor says is not drawn as a zero."""
    speed, heart, grade = now.get("speed_mps"), now.get("heart_rate_bpm"), now.get("grade")
    nothing = reader.gettext("not heard")
    return [
        {
            "of": "speed_mps",
            "label": reader.gettext("Speed"),
            "value": nothing if speed is None else reader.pace(speed),
        },
        {
            "of": "running_s",
            "label": reader.gettext("Running"),
            "value": nothing if now.get("running_s") is None else reader.minutes(now["running_s"]),
        },
        {
            "of": "grade",
            "label": reader.gettext("Incline"),
            "value": nothing if grade is None else f"{reader.number(100 * grade)} %",
        },
        {
            "of": "heart_rate_bpm",
            "label": reader.gettext("Heart rate"),
            "value": nothing if heart is None else reader.gettext("{number} beats/min", number=reader.number(heart, 0)),
        },
    ]


def _limits(look: Look, now: Mapping[str, Any], reader: Reader) -> list[dict[str, Any]]:
    """The limits of this run, as they were before it; between runs those of the next one."""
    view, most = view_of(look), allowed_in_run(look)
    if view is None or most is None:
        return []
    ceil = {limit.metric: limit.most for limit in most.limits}
    if most.shown_distance_m is not None:
        ceil[DISTANCE] = most.shown_distance_m
    so_far = _so_far(now, view.references.v_max_mps)
    return [_limit(limit, reader) for limit in ceilings_now(replace(view.stage, ceil=ceil), view.references, so_far)]


def _so_far(now: Mapping[str, Any], v_max_mps: float | None) -> dict[str, float | None]:
    speed = now.get("speed_mps")
    percent = None if speed is None or v_max_mps is None else 100 * speed / v_max_mps
    return {"run_s": now.get("running_s"), "peak3_pct": percent}


def _limit(one: CeilingNow, reader: Reader) -> dict[str, Any]:
    most = one.limit_mps if one.metric == "peak3_pct" else one.limit
    of = FOLLOWED.get(one.metric) if most is not None else None
    return {
        "label": reader.gettext(one.label),
        "of": of,
        "most": most,
        "near": None if most is None else round(NEAR * most, 3),
        "text": _text(one, reader),
        "state": one.state.replace(" ", "-") if of else "later",
        "word": reader.gettext(STATES[one.state]) if of else reader.gettext("told after the run"),
    }


def _text(limit: CeilingNow, reader: Reader) -> str:
    if limit.metric == "peak3_pct" and limit.limit_mps:
        return reader.pace(limit.limit_mps)
    return reader.distance_limit(limit.limit) if limit.unit == "m" else reader.amount(limit.limit, limit.unit)


def _may_run(look: Look) -> bool | None:
    """None if the limits are not known."""
    most = allowed_in_run(look)
    return None if most is None else most.may_run


def _units(reader: Reader) -> dict[str, Any]:
    """How the script writes a speed: the same as the reader does."""
    miles = reader.preferences.distance == "mi"
    by_speed = reader.preferences.speed == "speed"
    name = ("mph" if miles else "km/h") if by_speed else ("min/mi" if miles else "min/km")
    return {"metres": MILE_M if miles else 1000, "by_speed": by_speed, "name": name}
