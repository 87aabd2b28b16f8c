"""Gateways once they are in: listed, revoked in the middle of a run, given new tokens, followed by another one."""

import clinic_kit as kit
import pytest

from server.storage import people


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def begin(http, token=kit.GATEWAY_TOKEN, capture="c-1"):
    body = {"runner": "r-1", "started_at": kit.NOON.isoformat()}
    return (await http.put(f"/api/v1/captures/{capture}", json=body, headers=bearer(token))).status


async def put(http, seq, body, token=kit.GATEWAY_TOKEN, capture="c-1"):
    headers = bearer(token) | kit.digest(body)
    return (await http.put(f"/api/v1/captures/{capture}/chunks/{seq}", data=body, headers=headers)).status


async def test_a_gateway_that_is_revoked_in_the_middle_of_a_run_brings_nothing_more(clinic):
    chunks = kit.chunks(kit.packets(900, kit.NOON))
    async with clinic.gateway() as gateway, clinic.as_(kit.PHYSIO) as physio:
        assert await begin(gateway) == 201 and await put(gateway, 0, chunks[0]) == 201
        assert (await physio.post("/gateways/g-1/revoke")).status == 200
        assert await put(gateway, 1, chunks[1]) == 401
        assert (await gateway.post("/api/v1/gateways/me/heartbeat", json={})).status == 401
        assert "revoked" in await (await physio.get("/gateways")).text()


async def test_a_successor_goes_on_with_the_captures_of_a_dead_gateway(clinic):
    await clinic.desk.write(people.add_gateway, "g-2", "new corner", "second-token", [], clinic.now)
    chunks = kit.chunks(kit.packets(900, kit.NOON))
    began_ns = int(kit.NOON.timestamp()) * 1_000_000_000
    async with clinic.gateway() as gateway, clinic.as_(kit.PHYSIO) as physio:
        await begin(gateway)
        await put(gateway, 0, chunks[0])
        assert await put(gateway, 1, chunks[1], "second-token") == 404
        await physio.put("/api/v1/gateways/g-1/sensors/c0:00", json={"runner": "r-1", "nickname": "Ada's pod"})
        done = await (await physio.post("/api/v1/gateways/g-1/replace", json={"by": "g-2"})).json()
        assert done["captures"] == 1
        assert await put(gateway, 1, chunks[1]) == 401, "the dead one is revoked"
        assert await begin(gateway, "second-token") == 200
        for seq, body in enumerate(chunks[1:], start=1):
            assert await put(gateway, seq, body, "second-token") == 201
        ended = await gateway.post(
            "/api/v1/captures/c-1/complete", json=kit.closing("c-1", chunks, began_ns), headers=bearer("second-token")
        )
        assert ended.status == 200
        beat = await gateway.post("/api/v1/gateways/me/heartbeat", json={}, headers=bearer("second-token"))
        assert (await beat.json())["assignments"] == [{"sensor": "C0:00", "runner": "r-1", "nickname": "Ada's pod"}]
        again = await physio.post("/api/v1/gateways/g-1/replace", json={"by": "g-2"})
        assert again.status == 409


async def test_a_new_token_and_the_old_one_are_taken_until_the_new_one_is_used(clinic):
    async with clinic.gateway() as gateway:
        path = "/api/v1/gateways/me/token"
        lost = (await (await gateway.post(path)).json())["token"]
        new = (await (await gateway.post(path)).json())["token"]
        assert await begin(gateway) == 201, "an answer that was lost on the way loses nobody"
        assert await begin(gateway, lost) == 401
        assert await begin(gateway, new) == 200
        assert await begin(gateway) == 401, "the new one was used"
        assert await begin(gateway, new) == 200


async def test_a_sensor_is_assigned_by_who_cares_for_the_runner_and_told_to_the_gateway(clinic):
    sensor = "/api/v1/gateways/g-1/sensors/c0:00:00:00:00:01"
    async with clinic.as_(kit.PHYSIO) as physio, clinic.as_(kit.OTHER_PHYSIO) as other, clinic.gateway() as gateway:
        assert (await physio.put(sensor, json={"runner": "r-2"})).status == 404
        assert (await physio.put(sensor, json={"runner": "r-1", "nickname": "Ada\u202e"})).status == 200
        told = await (await gateway.post("/api/v1/gateways/me/heartbeat", json={})).json()
        assert told["assignments"] == [{"sensor": "C0:00:00:00:00:01", "runner": "r-1", "nickname": "Ada"}]
        listed = await (await other.get("/api/v1/gateways")).json()
        assert listed["gateways"][0]["sensors"] == [], "a stranger's runner is not named"
        await clinic.desk.write(people.give_consent, "r-2", "p-2", clinic.now)
        assert (await other.put(sensor, json={"runner": "r-2"})).status == 404, "nobody takes it from a stranger"
        assert (await physio.delete(sensor)).status == 200
        told = await (await gateway.post("/api/v1/gateways/me/heartbeat", json={})).json()
        assert told["assignments"] == []


async def test_the_list_says_when_it_spoke_last_in_which_version_and_from_where(clinic):
    async with clinic.gateway() as gateway, clinic.as_(kit.PHYSIO) as physio:
        await gateway.post(
            "/api/v1/gateways/me/heartbeat", json={"version": "0.1.0", "battery": {"pod": 81}, "held": {"r-1": 7}}
        )
        (one,) = (await (await physio.get("/api/v1/gateways")).json())["gateways"]
        said = {name: one[name] for name in ("name", "address", "version", "battery", "held", "last_contact")}
        assert said == {
            "name": "treadmill corner",
            "address": "127.0.0.1",
            "version": "0.1.0",
            "battery": {"pod": 81},
            "held": 7,
            "last_contact": "2026-03-30T12:00:00Z",
        }
        page = await (await physio.get("/gateways")).text()
        assert "81 %" in page and "7 packets" in page


async def test_packets_of_a_dead_gateway_are_waited_for_until_somebody_says_why_they_will_not_come(clinic):
    async with clinic.gateway() as gateway, clinic.as_(kit.PHYSIO) as physio:
        await gateway.post("/api/v1/gateways/me/heartbeat", json={"held": {"r-1": 7}})
        reason = {"reason": "the card in it broke"}
        await physio.post("/gateways/g-1/give-up", data=reason)
        verdict = "/api/v1/runners/r-1/verdict"
        assert (await (await physio.get(verdict)).json())["stale"], "it may yet bring them"
        await physio.post("/gateways/g-1/revoke")
        assert (await (await physio.get(verdict)).json())["stale"]
        await physio.post("/gateways/g-1/give-up", data=reason)
        assert not (await (await physio.get(verdict)).json())["stale"]


async def test_a_runner_without_any_gateway_brings_files(clinic):
    async with clinic.as_(kit.STRANGER) as http:
        body = b"t_s,speed_mps\n" + b"".join(b"%d,2.5\n" % second for second in range(900))
        sent = await http.post("/api/v1/runners/r-2/files?name=run.csv", data=body)
        assert sent.status in (201, 422), await sent.text()
        assert (await http.get("/runners/r-2")).status == 200
