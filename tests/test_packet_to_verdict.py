"""One packet, from the shoe to the page: real bleak on a simulated radio, two processes, real SQLite, real HTTP."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from datetime import UTC, datetime, timedelta

import clinic_kit as kit
import pytest

from rules.decide import decide
from sensors import ble, store
from sensors.packet import Packet
from server import review
from server.keys import REVIEWER
from server.storage import captures, chunks, runs

RUN_MINUTES, RATE = 4, 100


async def record(clinic, folder):
    """The gateway as a process of its own: it scans, connects, records one run, uploads it and ends."""
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(kit.GATEWAY_TOKEN)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "run", "--radio", "virtual", "--sessions", "1", "--json",
        "--rate", str(RATE), "--run-minutes", str(RUN_MINUTES), "--server", clinic.address,
        "--token-file", str(token), "--data", str(folder / "gateway"), "--runner", kit.RUNNER.id,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode == 0, err.decode()
    return json.loads(out.splitlines()[-1])


@pytest.mark.timeout(300)
async def test_a_packet_travels_from_the_foot_pod_to_the_verdict_on_the_page(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path}/clinic.db", datetime.now(UTC) + timedelta(minutes=1)) as clinic:
        # 1. Three simulated sensors spoke, and nothing of what they said was lost on the way to the server.
        last_word = await record(clinic, tmp_path)
        clinic.now = datetime.now(UTC) + timedelta(minutes=1)
        assert last_word["event"] == "complete"
        received = last_word["packets"]["received"]
        assert last_word["packets"] == {"received": received, "journaled": received, "uploaded": received}
        assert received > 2 * 60 * RUN_MINUTES

        # 2. One packet of the foot pod, as it lies in the gateway's journal ...
        journal = sqlite3.connect(f"file:{tmp_path / 'gateway' / 'journal.db'}?mode=ro", uri=True)
        place = journal.execute(
            "select n from packets where characteristic = '2A53' order by n limit 1 offset ?", (60 * RUN_MINUTES // 2,)
        ).fetchone()[0]
        boot, mono_ns, sensor, payload = journal.execute(
            "select boot, mono_ns, sensor, payload from packets where n = ?", (place,)
        ).fetchone()

        # 3. ... lies on the server byte for byte, among as many others as were received.
        await clinic.app[REVIEWER].review_due()
        with clinic.desk.database.read() as db:
            capture = captures.find(db, last_word["capture"])
            lines = chunks.body_of(db, capture).splitlines()
            assert chunks.packets_held(db, capture) == received == len(lines)
        (packet,) = [
            p for p in map(Packet.from_line, lines) if (p.boot, p.mono_ns, p.sensor) == (boot, mono_ns, sensor)
        ]
        assert packet.payload == payload

        # 4. It says a speed and a cadence, and they stand in the recording at its second.
        said = ble.to_json(ble.decode(packet.characteristic, packet.payload))
        with clinic.desk.database.read() as db:
            recording = store.unpack(runs.recording_of(db, kit.RUNNER.id, capture.id))
            look = review.look(db, kit.RUNNER, clinic.now)
        first_ns = min(p.mono_ns for p in map(Packet.from_line, lines))
        at_s = (mono_ns - first_ns) / 1e9
        row = abs(recording.t_s - at_s).argmin()
        assert abs(recording.t_s[row] - at_s) < 2
        assert recording.cadence_spm[row] == pytest.approx(said["cadence_per_min"], abs=6)
        assert set(recording.sources.values()) == {"treadmill", "foot pod", "heart strap"}

        # 5. The recording became one session that ended just now ...
        (run,) = look.runs
        assert timedelta(0) <= clinic.now - run.run.end < timedelta(minutes=3)
        assert run.run.measured["quality"] == "OK"
        assert run.run.measured["run_s"] == pytest.approx(0.87 * 60 * RUN_MINUTES, rel=0.1)
        assert run.run.measured["inc2_s"] > 0

        # 6. ... on which the verdict rests: tomorrow's answer is still to come, so nobody is ready.
        assert look.verdict == decide(look.case)
        missing = {part.item: part.measured for part in look.verdict.missing}
        assert missing["latest_24h"] == "PENDING" and not look.verdict.sufficient

        # 7. And the runner reads it on the page.
        async with clinic.as_(kit.RUNNER) as browser:
            page = await (await browser.get(f"/runners/{kit.RUNNER.id}")).text()
        assert f'data-decision="{look.verdict.decision.name}"' in page
        assert "answer to come" in page
