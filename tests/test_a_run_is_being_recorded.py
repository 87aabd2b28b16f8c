"""A real gateway records a run: its runner's verdict is shown meanwhile, its limits are on the live page, and nobody is
told that they are ready before the run has been judged."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import clinic_kit as kit
import pytest
from active_run_kit import bring_run, verdict_of
from gateway_kit import PATIENCE_S, Rehearsal, jog, settings, token_file

from gateway import sync as sync_module
from server.keys import REVIEWER
from server.storage import runs
from server.storage.runs import Plan

RATE, RUN_S, STILLNESS_S = 20, 300, 25
EARLIER_DAYS = (9, 6, 3)


async def complete_dose(clinic):
    """Three runs of stage P2 in the last days, well tolerated: ready."""
    entered = (clinic.now - timedelta(days=16)).isoformat()
    body = kit.plan(stage="P2", stage_entered_at=entered).body
    with clinic.desk.database.write() as db:
        runs.save_plan(db, Plan(runner_id="r-1", version=2, valid_from=clinic.now, by="p-1", body=body))
    for days in EARLIER_DAYS:
        await bring_run(clinic, clinic.now - timedelta(days=days))


async def live_limits(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        page = await (await http.get("/runners/r-1/live")).text()
    return re.findall(r"<span>([^<]*: at most [^<]*)</span>", page)


@pytest.mark.timeout(300)
async def test_a_run_withholds_nothing_while_it_goes_on_and_everything_until_it_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(sync_module, "LOOK_EVERY_S", 0.2)
    async with kit.clinic(f"sqlite:///{tmp_path}/clinic.db", datetime.now(UTC)) as clinic:
        await complete_dose(clinic)
        before = await verdict_of(clinic)
        assert before["decision"] == "PROGRESS_READY", before
        limits = await live_limits(clinic)

        async def watch(show: Rehearsal) -> None:
            await show.until(lambda: bool(show.of("begun")))
            during = await until(lambda said: said["recording"])
            assert (during["stale"], during["waiting"], during["decision"]) == (False, [], "CONTINUE"), during
            assert await live_limits(clinic) == limits
            await show.until(lambda: bool(show.of("complete")))

        async def until(is_so):
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    clinic.now = datetime.now(UTC)
                    if is_so(said := await verdict_of(clinic)):
                        return said
                    await asyncio.sleep(0.1)

        token = token_file(tmp_path, kit.GATEWAY_TOKEN)
        chosen = settings(tmp_path, runner="r-1", server=clinic.address, token_file=token, stillness_s=STILLNESS_S)
        assert await Rehearsal(chosen, jog(RUN_S, rest_s=STILLNESS_S + 5), rate=RATE).play(watch) == 0

        clinic.now = datetime.now(UTC) + timedelta(minutes=1)
        arrived = await verdict_of(clinic)
        assert arrived["stale"] and not arrived["recording"], "it has arrived and is to be measured"
        await clinic.app[REVIEWER].review_due()
        after = await verdict_of(clinic)
        assert (after["stale"], after["recording"]) == (False, False)
        assert after["decision"] != "PROGRESS_READY", "how it was tolerated is known tomorrow"
