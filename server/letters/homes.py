"""Homes: a runner's state as sensors of Home Assistant, and what is published of it; nothing is decided here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.verdict import Verdict
from server import review
from server.allowed import DISTANCE, allowed
from server.review import Look
from server.said import utc_text
from server.storage import pairings, people

EXPIRES_S = 3 * 3600  # without a word from us Home Assistant says "unavailable": silence is not an answer
CANNOT_TELL = "cannot tell yet"
SENSORS: Mapping[str, Mapping[str, str]] = {
    "verdict": {"name": "Verdict", "icon": "mdi:gate"},
    "missing": {"name": "Parts of the dose still missing", "icon": "mdi:progress-clock"},
    "last_run": {"name": "Last run", "device_class": "timestamp"},
    "last_run_km": {"name": "Last run, distance", "unit_of_measurement": "km", "device_class": "distance"},
    "ceilings": {"name": "Ceilings of one run", "icon": "mdi:speedometer"},
    "gateway": {"name": "Gateways", "icon": "mdi:access-point"},
}


def messages(db: Session, runner_id: str, prefix: str, now: datetime) -> list[tuple[str, str, bool]]:
    """What to publish of a runner, as (topic, payload, retained): how to show it, and the state."""
    runner = people.person(db, runner_id)
    if runner is None or runner.role != "runner":
        return []
    topic = f"{prefix}/{runner_id}"
    state = _state(review.look(db, runner, now)) | {"gateway": _gateways(db, runner_id, now), "at": utc_text(now)}
    return [*_discovery(runner_id, topic), (f"{topic}/state", json.dumps(state, sort_keys=True), True)]


def _discovery(runner_id: str, topic: str) -> list[tuple[str, str, bool]]:
    node = "".join(letter if letter.isalnum() else "_" for letter in f"stridegate_{runner_id}")
    device = {"identifiers": [node], "name": "Stridegate", "manufacturer": "Stridegate"}
    found = []
    for key, facts in SENSORS.items():
        body: dict[str, Any] = {
            **facts,
            "unique_id": f"{node}_{key}",
            "state_topic": f"{topic}/state",
            "value_template": f"{{{{ value_json.{key} }}}}",
            "expire_after": EXPIRES_S,
            "device": device,
        }
        if key == "ceilings":
            body |= {
                "json_attributes_topic": f"{topic}/state",
                "json_attributes_template": "{{ value_json.limits | tojson }}",
            }
        found.append((f"homeassistant/sensor/{node}/{key}/config", json.dumps(body, sort_keys=True), True))
    return found


def _state(look: Look) -> dict[str, Any]:
    limits = _limits(look)
    last = look.runs[-1].run if look.runs else None
    metres = last.measured.get("run_m") if last else None
    return {
        "verdict": look.shown.decision.name.lower().replace("_", " ") if look.shown else CANNOT_TELL,
        "missing": _missing(look.verdict),
        "last_run": utc_text(last.end) if last else None,
        "last_run_km": round(metres / 1000, 2) if metres is not None else None,
        "ceilings": len(limits),
        "limits": limits,
    }


def _missing(verdict: Verdict | None) -> int | None:
    return None if verdict is None else len(verdict.missing)


def _limits(look: Look) -> dict[str, float]:
    """The limits of the next run by metric, the distance among them as people read it; none while withheld."""
    most = allowed(look)
    if most is None:
        return {}
    limits = {limit.metric: limit.most for limit in most.limits}
    return limits if most.shown_distance_m is None else limits | {DISTANCE: most.shown_distance_m}


def _gateways(db: Session, runner_id: str, now: datetime) -> str:
    """How the gateways that bring this runner's runs are: all heard lately, or the oldest word of them."""
    beats = pairings.beats_of(db, runner_id)
    if not beats:
        return "none"
    if held := sum(beat.held.get(runner_id, 0) for beat in beats):
        return f"holds {held} packets"
    silent = [beat for beat in beats if now - beat.at >= pairings.SILENT]
    return f"silent since {utc_text(min(beat.at for beat in silent))}" if silent else "ok"
