"""A runner whose dose is complete, and heartbeats of a gateway that records a run of theirs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import clinic_kit as kit
import numpy as np

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.storage import runs
from server.storage.runs import Plan

HEARTBEAT = "/api/v1/gateways/me/heartbeat"
VERDICT = "/api/v1/runners/r-1/verdict"
ENDED_WELL = {"during": 1, "after": 1, "morning": 1, "painkillers": False}


async def bring_run(clinic: kit.Clinic, start: datetime, seconds: int = 1300, **answers: Any) -> None:
    """A run file at an easy 2.5 m/s, measured, with its check-in."""
    body = to_csv(Recording.of(np.arange(seconds), speed_mps=np.full(seconds, 2.5), start=start))
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-1/files?name=run.csv", data=body)).status == 201
    await clinic.app[REVIEWER].review_due()
    async with clinic.as_(kit.RUNNER) as http:
        session = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"][0]
        answer = {"session": session["id"], **(answers or ENDED_WELL)}
        assert (await http.post("/api/v1/runners/r-1/check-ins", json=answer)).status == 201


async def complete_dose(clinic: kit.Clinic) -> None:
    """Three runs of stage P2 that went well: the verdict is PROGRESS_READY."""
    body = kit.plan(stage="P2").body
    with clinic.desk.database.write() as db:
        runs.save_plan(db, Plan(runner_id="r-1", version=2, valid_from=kit.NOON, by="p-1", body=body))
    for days in (8, 5, 2):
        await bring_run(clinic, clinic.now - timedelta(days=days))


def heartbeat(clinic: kit.Clinic, behind: timedelta = timedelta(0), **changed: Any) -> dict[str, Any]:
    """A gateway whose clock is that much behind, and whose capture c-1 began 20 minutes ago, with a packet just now."""
    gateway_now = clinic.now - behind
    active = {
        "capture": "c-1",
        "runner": "r-1",
        "started_at": (gateway_now - timedelta(minutes=20)).isoformat(),
        "last_packet_at": gateway_now.isoformat(),
        "packets_held": 7,
    } | changed
    return {"held": {"r-1": 7}, "wall_ns": round(gateway_now.timestamp() * 1e9), "active_captures": [active]}


async def beat(clinic: kit.Clinic, form: dict[str, Any], token: str = kit.GATEWAY_TOKEN) -> int:
    async with clinic.gateway() as http:
        return (await http.post(HEARTBEAT, json=form, headers={"Authorization": f"Bearer {token}"})).status


async def begin_capture(clinic: kit.Clinic, capture: str = "c-1", started_at: datetime | None = None) -> None:
    form = {"runner": "r-1", "started_at": (started_at or clinic.now - timedelta(minutes=20)).isoformat()}
    async with clinic.gateway() as http:
        assert (await http.put(f"/api/v1/captures/{capture}", json=form)).status in (200, 201)


async def verdict_of(clinic: kit.Clinic) -> dict[str, Any]:
    async with clinic.as_(kit.RUNNER) as http:
        return await (await http.get(VERDICT)).json()
