"""Unmodified bleak finds, connects, reads and hears pods that are only air."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.exc import BleakDeviceNotFoundError, BleakError
from bleak_retry_connector import BleakClientWithServiceCache, establish_connection
from gateway_kit import PATIENCE_S, jog

from gateway.clock import AcceleratedClock, SystemClock, displacement
from gateway.virtual.pods import Pod
from gateway.virtual.runs import Body, perform
from gateway.virtual.stage import Stage
from sensors import ble


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(Body(seed=3)) as stage:
        yield stage


async def connected(stage: Stage, pod: Pod) -> BleakClient:
    device = await BleakScanner.find_device_by_address(pod.address, timeout=PATIENCE_S, backend=stage.radio.scanner)
    assert device is not None
    return await establish_connection(BleakClientWithServiceCache, device, pod.name, backend=stage.radio.client)


async def scanned(stage: Stage, number: int, **words: Any) -> dict[str, Any]:
    """What scans find by address, as soon as they found so many."""
    found: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < number:
            found |= await BleakScanner.discover(0.4, return_adv=True, backend=stage.radio.scanner, **words)
    return found


def clock(rate: float = 200, duration_s: float = 1000) -> AcceleratedClock:
    return AcceleratedClock("simulated", rate, displacement(duration_s, rate), SystemClock("test"))


async def test_a_scan_finds_the_three_pods_with_their_services(stage: Stage) -> None:
    found = await scanned(stage, 3)
    assert {address: (device.name, said.service_uuids[0][4:8]) for address, (device, said) in found.items()} == {
        stage.footpod.address: ("Stride Sim 01", "1814"),
        stage.treadmill.address: ("Mill Sim 02", "1826"),
        stage.strap.address: ("Heart Sim 03", "180d"),
    }


async def test_a_scan_for_one_service_finds_one_pod(stage: Stage) -> None:
    found = await BleakScanner.discover(0.4, service_uuids=["180d"], backend=stage.radio.scanner)
    assert [device.address for device in found] == []  # bleak wants the long form, as on every platform
    found = await scanned(stage, 1, service_uuids=["0000180d-0000-1000-8000-00805f9b34fb"])
    assert list(found) == [stage.strap.address]


async def test_a_pod_can_be_read_like_a_real_one(stage: Stage) -> None:
    client = await connected(stage, stage.footpod)
    said = {}
    for short in ("2A54", "2A5D", "2A19", "2A24", "2A25", "2A29"):
        said |= ble.to_json(ble.decode(short, bytes(await client.read_gatt_char(short.lower()))))
    assert said["location"] == "in_shoe"
    assert (said["model"], said["serial"], said["battery_percent"]) == ("Foot pod S1", "SIM-FP-01", 83)
    assert said["walk_run_status"] and said["stride_length"] and said["total_distance"]
    await client.disconnect()


async def test_every_notification_arrives_at_two_hundred_times_the_pace(stage: Stage) -> None:
    heard: list[bytes] = []
    client = await connected(stage, stage.treadmill)
    await client.start_notify("2acd", lambda _characteristic, data: heard.append(bytes(data)))
    time = clock()
    moments = perform(jog(200), stage.body)
    await stage.treadmill.run(time, time.fire(), moments)
    assert heard == [stage.treadmill.measured(moment) for moment in moments]
    assert stage.treadmill.said == len(moments)
    await client.disconnect()


async def test_packets_say_what_the_runner_does(stage: Stage) -> None:
    for moment in perform(jog(120), stage.body):
        belt = ble.decode("2ACD", stage.treadmill.measured(moment))
        assert belt.speed_mps == pytest.approx(moment.speed_mps, abs=0.002)
        assert belt.incline_percent == pytest.approx(moment.grade * 100, abs=0.06)
        assert belt.elapsed_s == moment.elapsed_s and belt.extra_bytes == belt.short_bytes == 0
        heart = ble.decode("2A37", stage.strap.measured(moment))
        assert heart.heart_rate_bpm == round(moment.heart_rate_bpm) and heart.contact == "detected"
        step = stage.footpod.measured(moment)
        if step is not None:
            foot = ble.decode("2A53", step)
            assert foot.speed_mps == pytest.approx(moment.speed_mps, abs=0.003)
            assert foot.cadence_per_min == round(moment.cadence_spm)
            assert foot.total_distance_m == pytest.approx(moment.distance_m, abs=0.06)


async def test_a_foot_at_rest_is_silent_after_some_seconds(stage: Stage) -> None:
    said = [stage.footpod.measured(moment) for moment in perform(jog(30, rest_s=40), stage.body)]
    assert said[0] is None and said[-1] is None
    assert sum(packet is not None for packet in said) == pytest.approx(30 + 5, abs=4)


async def test_a_dropped_link_is_told_and_the_pod_can_be_found_again(stage: Stage) -> None:
    gone = asyncio.Event()
    client = await connected(stage, stage.strap)
    client._backend.set_disconnected_callback(gone.set)
    await stage.strap.drop_link()
    async with asyncio.timeout(PATIENCE_S):
        await gone.wait()
    assert not client.is_connected
    with pytest.raises(BleakError):
        await client.read_gatt_char("2a38")
    await client.disconnect()
    again = await connected(stage, stage.strap)
    assert bytes(await again.read_gatt_char("2a38")) == b"\x01"
    await again.disconnect()


async def test_a_read_that_is_under_way_when_the_link_breaks_fails_and_does_not_cancel(stage: Stage) -> None:
    client = await connected(stage, stage.strap)
    reading = asyncio.create_task(client.read_gatt_char("2a38"))
    await asyncio.sleep(0)
    await stage.strap.drop_link()
    with pytest.raises(BleakError):
        await reading
    await client.disconnect()


async def test_a_client_left_behind_hears_the_next_connection_as_bluetoothd_lets_it(stage: Stage) -> None:
    heard: list[str] = []
    first = await connected(stage, stage.strap)
    await first.start_notify("2a37", lambda *_: heard.append("first"))
    await stage.strap.drop_link()
    await asyncio.sleep(0.05)
    second = await connected(stage, stage.strap)
    await second.start_notify("2a37", lambda *_: heard.append("second"))
    await stage.strap.say(b"\x06\x50")
    assert heard == ["first", "second"]
    await first.disconnect()
    await stage.strap.say(b"\x06\x50")
    assert heard == ["first", "second", "second"]
    await second.disconnect()


async def test_linked_sensors_are_known_without_a_scan(stage: Stage) -> None:
    client = await connected(stage, stage.strap)
    adapter = await BleakAdapter.get(backend=stage.radio.adapter_backend)
    assert [device.address for device in await adapter.get_connected_devices(["180d"])] == [stage.strap.address]
    await client.disconnect()


async def test_a_pod_that_is_not_there_is_said_so(stage: Stage) -> None:
    client = BleakClient("C0:11:22:33:44:99", backend=stage.radio.client, timeout=0.2)
    with pytest.raises(BleakDeviceNotFoundError):
        await client.connect()


@pytest.mark.parametrize("payload", [b"", b"\x00", bytes(20), bytes(range(256)) * 2])
async def test_any_bytes_can_be_said_and_arrive_as_they_are(stage: Stage, payload: bytes) -> None:
    heard: list[bytes] = []
    client = await connected(stage, stage.footpod)
    await client.start_notify("2a53", lambda _characteristic, data: heard.append(bytes(data)))
    assert await stage.footpod.say(payload)
    assert heard == [payload]
    await client.disconnect()


async def test_nobody_listens_and_nothing_is_said(stage: Stage) -> None:
    assert not await stage.footpod.say(b"\x00\x00\x03\xaa")
    assert stage.footpod.said == 0
