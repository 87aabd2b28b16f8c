"""The gateway with bleak as it is, Debian's bluetoothd and a real kernel; only the radio waves are simulated."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bluez_gateway import GatewayProcess
    from bluez_inside import Room

    from gateway.virtual.pods import FootPod

pytestmark = [pytest.mark.bluez, pytest.mark.timeout(800)]
Start = Callable[..., "GatewayProcess"]


def step(number: int) -> bytes:
    """A foot pod's packet of a runner at 3 m/s; the distance makes each one unlike every other."""
    return struct.pack("<BHBI", 0x02, 3 * 256, 170, number)


async def run(pod: FootPod, steps: range) -> list[bytes]:
    """Take these steps, and return what the pod said of them."""
    said = [step(number) for number in steps]
    for payload in said:
        assert await pod.say(payload), "nobody is subscribed"
        await asyncio.sleep(0.05)
    return said


async def on_disk(gateway: GatewayProcess, said: list[bytes], seconds: float = 100.0) -> list[bytes]:
    """What is on disk once all that was said should be, and as much again would have come had it been doubled."""
    from bluez_gateway import journaled

    try:
        async with asyncio.timeout(seconds):
            while len(journaled(gateway.folder)) < len(said):
                await asyncio.sleep(0.2)
        await asyncio.sleep(1.5)
    except TimeoutError:
        pass
    return journaled(gateway.folder)


async def test_a_short_run_is_recorded_and_every_packet_of_it_is_on_disk(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway(sessions=1, stillness_s=5)
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(40))
    await gateway.says("closed")
    assert await gateway.ended() == 0
    assert await on_disk(gateway, said) == said
    (sensors,) = [event["sensors"] for event in gateway.events if event["event"] == "sensors"][-1:]
    assert [(one["name"], one["model"], one["battery_percent"]) for one in sensors] == [("Stride Sim", pod.model, 83)]
    assert not await room.bluez.is_connected(pod.address)


async def test_after_three_drops_each_packet_still_comes_once(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway()
    said = []
    for number in range(4):
        await gateway.says("connected", sensor=pod.address)
        said += await run(pod, range(5 * number, 5 * number + 5))
        assert await on_disk(gateway, said) == said
        if number < 3:
            await pod.drop_link()
            await gateway.says("lost", sensor=pod.address, trouble="the link broke")


async def test_a_pod_that_a_killed_gateway_left_linked_is_taken_over(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway()
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(10))
    assert await on_disk(gateway, said) == said
    gateway.kill()
    await asyncio.sleep(3)
    assert await room.bluez.is_connected(pod.address), "bluetoothd keeps the link that nobody wants any more"
    gateway = start_gateway()
    await gateway.says("resumed")
    await gateway.says("connected", sensor=pod.address)
    said += await run(pod, range(10, 20))
    assert await on_disk(gateway, said) == said


async def test_bluetoothd_is_killed_and_the_run_goes_on_once_it_is_back(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway(silence_s=5)
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(10))
    room.bluetoothd.kill()
    await gateway.says("lost", sensor=pod.address)
    await gateway.says("trouble", where="radio")
    room.bluetoothd.start()
    await gateway.says("connected", sensor=pod.address)
    said += await run(pod, range(10, 20))
    assert await on_disk(gateway, said) == said


async def test_the_message_bus_dies_and_the_run_goes_on_once_it_is_back(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway(silence_s=5)
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(10))
    room.bus.kill()
    await gateway.says("lost", sensor=pod.address)
    await gateway.says("trouble", where="radio")
    room.bluetoothd.kill()  # where it has not ended by itself, for it is of no use without a bus
    await room.start_daemons()
    await gateway.says("connected", sensor=pod.address)
    said += await run(pod, range(10, 20))
    assert await on_disk(gateway, said) == said


async def test_an_adapter_that_comes_back_under_another_number_is_used_again(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway()
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(10))
    before = await room.bluez.powered(room.chip.address)
    await room.chip.pull_out()
    await pod.drop_link()  # its own supervision of the link tells it
    await gateway.says("lost", sensor=pod.address)
    trouble = await gateway.says("trouble", where="radio")
    assert "NO_BLUETOOTH" not in trouble["what"], "a sentence is for people"
    with room.broken_chip():
        assert await room.plug_in() != before
        await gateway.says("connected", sensor=pod.address)
        said += await run(pod, range(10, 20))
        assert await on_disk(gateway, said) == said


async def test_a_link_that_is_up_and_dead_is_ended_by_the_watchdog(room: Room, start_gateway: Start) -> None:
    pod = await room.pod()
    gateway = start_gateway(silence_s=8)
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(10))
    room.chip.leave_the_room()
    await pod.drop_link()
    await asyncio.sleep(4)
    assert await room.bluez.is_connected(pod.address), "BlueZ has noticed nothing"
    await gateway.says("lost", sensor=pod.address, trouble="connected, but silent: the link was cut")
    assert not await room.bluez.is_connected(pod.address)
    room.chip.come_back()
    await gateway.says("connected", sensor=pod.address)
    said += await run(pod, range(10, 20))
    assert await on_disk(gateway, said) == said


async def test_empty_and_malformed_packets_are_kept_as_they_came(room: Room, start_gateway: Start) -> None:
    odd = [b"\x00", b"\xff", b"\x07\x00", b"", b"\xff" * 20, b"", bytes(20)]
    pod = await room.pod()
    gateway = start_gateway()
    await gateway.says("connected", sensor=pod.address)
    said = await run(pod, range(2))
    for payload in odd:
        assert await pod.say(payload)
        said.append(payload)
    said += await run(pod, range(2, 4))
    assert await on_disk(gateway, said) == said
