"""A run that is being recorded withholds no verdict, and until it is judged nothing reads PROGRESS_READY."""

from datetime import timedelta

import clinic_kit as kit
import pytest
from active_run_kit import beat, begin_capture, bring_run, complete_dose, heartbeat, verdict_of

from rules.active_run import RUN_BEING_RECORDED
from server.keys import REVIEWER
from server.storage import people

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WITHHELD = "A run has not arrived completely yet."


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def ready(clinic):
    """The clinic with a runner who is ready for the next stage."""
    await complete_dose(clinic)
    return clinic


async def test_during_a_run_ready_reads_continue_with_a_note_and_after_it_ready_again(ready):
    before = await verdict_of(ready)
    assert (before["decision"], before["recording"]) == ("PROGRESS_READY", False)
    await begin_capture(ready)
    assert (await verdict_of(ready))["waiting"] == [WITHHELD], "nobody says that it still goes on"
    assert await beat(ready, heartbeat(ready)) == 200
    during = await verdict_of(ready)
    assert (during["stale"], during["waiting"], during["recording"]) == (False, [], True)
    assert (during["decision"], during["verdict"]["decision"]) == ("CONTINUE", "CONTINUE")
    assert RUN_BEING_RECORDED in during["verdict"]["notes"]
    assert "PROGRESS_READY" not in str(during)


async def test_a_heartbeat_counts_for_two_minutes_and_a_run_for_15_minutes_after_its_last_packet(clinic):
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    began = clinic.now
    for later, withheld in ((2 * MINUTE, False), (2 * MINUTE + SECOND, True)):
        clinic.now = began + later
        assert (await verdict_of(clinic))["stale"] is withheld
    for rested, withheld in ((15 * MINUTE - SECOND, False), (15 * MINUTE, True)):
        await beat(clinic, heartbeat(clinic, last_packet_at=(clinic.now - rested).isoformat()))
        assert (await verdict_of(clinic))["stale"] is withheld, "of a run that has ended the packets are awaited"


@pytest.mark.parametrize("behind", [timedelta(hours=3), -timedelta(days=2)], ids=["a late clock", "a clock ahead"])
async def test_the_time_of_the_last_packet_is_corrected_by_the_clock_of_the_gateway(clinic, behind):
    await begin_capture(clinic)
    gateway_now = clinic.now - behind
    for rested, withheld in ((14 * MINUTE, False), (16 * MINUTE, True)):
        await beat(clinic, heartbeat(clinic, behind, last_packet_at=(gateway_now - rested).isoformat()))
        assert (await verdict_of(clinic))["stale"] is withheld


async def test_a_packet_from_the_future_does_not_prolong_a_run(clinic):
    await begin_capture(clinic)
    for ahead, withheld in ((2 * SECOND, False), (3 * SECOND, True)):
        await beat(clinic, heartbeat(clinic, last_packet_at=(clinic.now + ahead).isoformat()))
        assert (await verdict_of(clinic))["stale"] is withheld
    assert await beat(clinic, heartbeat(clinic, last_packet_at="9999-12-31T23:59:59Z")) == 200
    assert await beat(clinic, heartbeat(clinic, started_at="0001-01-01T00:00:00Z")) == 200


async def test_every_other_incomplete_capture_withholds_the_verdict_as_before(clinic):
    await begin_capture(clinic, "c-0", clinic.now - timedelta(hours=3))
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    assert (await verdict_of(clinic))["waiting"] == [WITHHELD]


async def test_packets_of_another_capture_are_awaited_and_those_of_the_run_are_not(clinic):
    form = heartbeat(clinic)
    await beat(clinic, form | {"held": {"r-1": 12}})
    assert (await verdict_of(clinic))["waiting"] == [
        "A gateway still holds 5 packets of a run and has not handed them over."
    ]
    await beat(clinic, form)
    assert (await verdict_of(clinic))["waiting"] == []


async def test_a_gateway_speaks_only_of_runners_that_are_assigned_to_it(clinic):
    await clinic.desk.write(people.add_gateway, "g-2", "another corner", "second-token", ["r-2"], clinic.now)
    await begin_capture(clinic)
    form = heartbeat(clinic)
    assert await beat(clinic, form, "second-token") == 200
    assert (await verdict_of(clinic))["stale"], "the runner is not assigned to it"


async def test_a_gateway_speaks_only_of_its_own_captures(clinic):
    await clinic.desk.write(people.add_gateway, "g-2", "another corner", "second-token", ["r-1"], clinic.now)
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic) | {"held": {}}, "second-token")
    assert WITHHELD in (await verdict_of(clinic))["waiting"], "the capture is of the first gateway"


async def test_a_gateway_that_is_revoked_vouches_for_nothing(clinic):
    await begin_capture(clinic)
    await beat(clinic, heartbeat(clinic))
    async with clinic.as_(kit.PHYSIO) as http:
        assert (await http.post("/gateways/g-1/revoke")).status == 200
    assert (await verdict_of(clinic))["stale"]


async def test_what_an_older_gateway_does_not_say_changes_nothing(clinic):
    await begin_capture(clinic)
    await beat(clinic, {"held": {"r-1": 7}, "wall_ns": 0})
    assert len((await verdict_of(clinic))["waiting"]) == 2
    await beat(clinic, heartbeat(clinic))
    await beat(clinic, {"held": {"r-1": 7}})
    assert not (await verdict_of(clinic))["stale"], "a program beside the gateway counts packets, and knows no captures"
    await beat(clinic, {"held": {"r-1": 7}, "active_captures": []})
    assert len((await verdict_of(clinic))["waiting"]) == 2


async def test_a_capture_that_has_arrived_is_not_being_recorded_whatever_the_last_heartbeat_said(ready):
    began = ready.now - 20 * MINUTE
    chunks = kit.chunks(kit.packets(900, began))
    await begin_capture(ready)
    async with ready.gateway() as http:
        for seq, body in enumerate(chunks):
            await http.put(f"/api/v1/captures/c-1/chunks/{seq}", data=body, headers=kit.digest(body))
        await beat(ready, heartbeat(ready) | {"held": {"r-1": 1}})
        closing = kit.closing("c-1", chunks, int(began.timestamp()) * 10**9)
        assert (await http.post("/api/v1/captures/c-1/complete", json=closing)).status == 200
    await ready.app[REVIEWER].review_due()
    waiting = (await verdict_of(ready))["waiting"]
    assert waiting == ["A gateway still holds 1 packets of a run and has not handed them over."]
    await beat(ready, {"held": {"r-1": 0}, "active_captures": []})
    after = await verdict_of(ready)
    assert (after["stale"], after["recording"], after["decision"]) == (False, False, "CONTINUE"), (
        "its morning is to come"
    )


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"wall_ns": None}, "wall_ns"),
        ({"wall_ns": -1}, "wall_ns"),
        ({"active_captures": [{"capture": "c-1", "runner": "r-1"}]}, "started_at"),
        ({"active_captures": "c-1"}, "active_captures"),
    ],
)
async def test_a_heartbeat_that_cannot_be_read_is_refused_in_one_sentence(clinic, changed, place):
    form = heartbeat(clinic) | changed
    async with clinic.gateway() as http:
        answer = await http.post("/api/v1/gateways/me/heartbeat", json=form)
        assert answer.status == 422 and place in (await answer.json())["detail"]


# An override


async def test_a_stricter_override_holds_during_a_run_and_one_to_ready_waits(ready):
    async with ready.as_(kit.PHYSIO) as http:
        path = "/api/v1/runners/r-1/overrides"
        hold = {"decision": "HOLD", "reason": "travelling, will see on return"}
        assert (await http.post(path, json=hold)).status == 201
        await beat(ready, heartbeat(ready))
        assert (await verdict_of(ready))["decision"] == "HOLD"
        ready.now += MINUTE
        go_on = {"decision": "PROGRESS_READY", "reason": "seen today, all is well"}
        assert (await http.post(path, json=go_on)).status == 201
    during = await verdict_of(ready)
    assert during["decision"] == "HOLD" and during["override"]["decision"] == "HOLD"
    await beat(ready, {"held": {}, "active_captures": []})
    assert (await verdict_of(ready))["decision"] == "PROGRESS_READY"


async def test_a_red_flag_stops_during_a_run_as_well(clinic):
    await beat(clinic, heartbeat(clinic))
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.post("/api/v1/runners/r-1/flags", json={"code": "saddle_numbness"})).status == 201
    assert (await verdict_of(clinic))["decision"] == "STOP_REFER"


async def test_the_preview_of_a_plan_promises_no_ready_today_during_a_run(ready):
    await beat(ready, heartbeat(ready))
    async with ready.as_(kit.PHYSIO) as http:
        answer = await http.post("/api/v1/runners/r-1/plan/preview", json={"change": {"stage_override": {"n": 2}}})
        today = (await answer.json())["days"][-1]
    assert (today["as_it_is"]["decision"], today["as_it_would_be"]["decision"]) == ("CONTINUE", "CONTINUE")


async def test_a_run_of_yesterday_is_judged_as_ever_during_a_run(clinic):
    await bring_run(clinic, clinic.now - timedelta(days=1), during=8, after=1, morning=1)
    await beat(clinic, heartbeat(clinic))
    during = await verdict_of(clinic)
    assert during["decision"] == "REGRESS" and during["recording"]
