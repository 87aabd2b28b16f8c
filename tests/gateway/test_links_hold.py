"""A sensor that is lost, silent or odd is found again, and each packet comes once."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from bleak.exc import BleakError
from gateway_kit import PATIENCE_S

from gateway.clock import SystemClock
from gateway.inlet import Inlet
from gateway.link import LONGEST_PAUSE_S, Link, pause_s
from gateway.scanner import Scanner, wanted_services
from gateway.virtual.pods import Pod
from gateway.virtual.runs import Body, Moment, Segment, perform
from gateway.virtual.stage import Stage
from gateway.watchdog import LONGEST_PATIENCE_S, Watchdog
from sensors.devices import SensorInfo

STEP = b"\x00\x00\x03\xaa"


class Held:
    def __init__(self, stage: Stage, pod: Pod, silence_s: float, first_word_s: float) -> None:
        self.stage, self.pod, self.inlet, self.states = stage, pod, Inlet(), []
        self.watchdog = Watchdog(asyncio.get_running_loop().time, silence_s, first_word_s)
        self.link = Link(
            SensorInfo(address=pod.address, name=pod.name),
            stage.radio,
            Scanner(stage.radio),
            SystemClock("test"),
            self.inlet,
            self.watchdog,
            lambda link: self.states.append(link.state),
            jitter=lambda: 0.1,
        )

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await asyncio.sleep(0.005)

    async def connected(self, times: int = 1) -> None:
        await self.until(lambda: self.link.connections == times and self.link.state == "connected")

    def heard(self) -> list[bytes]:
        came = []
        while (one := self.inlet.next_now()) is not None:
            came.append(one.packet.payload)
        return came


@asynccontextmanager
async def held(silence_s: float = 30, first_word_s: float = 30, kind: str = "footpod") -> AsyncIterator[Held]:
    async with Stage(Body(seed=1)) as stage:
        here = Held(stage, getattr(stage, kind), silence_s, first_word_s)
        running = asyncio.create_task(here.link.run())
        try:
            yield here
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_link_learns_who_the_sensor_is() -> None:
    async with held() as here:
        await here.connected()
        assert here.link.info == SensorInfo(
            address=here.pod.address,
            name="Stride Sim 01",
            model="Foot pod S1",
            serial="SIM-FP-01",
            location="in_shoe",
            cadence_unit=None,
        )
        assert here.link.battery_percent == 83


async def test_a_drop_is_noticed_and_the_sensor_found_again() -> None:
    async with held() as here:
        await here.connected()
        await here.pod.drop_link()
        await here.connected(times=2)
        assert here.states[:4] == ["connecting", "connected", "lost", "searching"]


async def test_after_drops_each_packet_still_comes_once() -> None:
    async with held() as here:
        for connection in (1, 2, 3):
            await here.connected(connection)
            for number in range(5):
                await here.pod.say(STEP + bytes([number]))
            assert here.heard() == [STEP + bytes([number]) for number in range(5)]
            await here.pod.drop_link()


async def test_a_silent_link_is_cut_and_made_anew() -> None:
    async with held(silence_s=0.2) as here:
        await here.connected()
        await here.pod.say(STEP)
        await here.connected(times=2)
        assert here.watchdog.barks == 1


async def test_a_sensor_that_goes_on_speaking_is_left_alone() -> None:
    async with held(silence_s=0.01) as here:
        now = 0.0
        here.watchdog._now = lambda: now
        await here.connected()
        for _ in range(12):
            await here.pod.say(STEP)
            now += 0.009  # nearly too long, twelve times
            await asyncio.sleep(0.03)  # the watchdog looks
        assert here.link.connections == 1


async def test_a_sensor_that_never_spoke_is_given_more_time_after_each_vain_try() -> None:
    now = 0.0
    dog = Watchdog(lambda: now, silence_s=15, first_word_s=60)
    patience = []
    for _ in range(6):
        dog.watch()
        patience.append(dog._deadline() - now)
        now = dog._deadline()
        await dog.wait_for_silence()
    assert patience == [60, 120, 240, 480, LONGEST_PATIENCE_S, LONGEST_PATIENCE_S]
    dog.watch()
    dog.heard()
    assert dog._deadline() - now == 15
    dog.watch()
    assert dog._deadline() - now == 60


async def test_malformed_and_empty_packets_come_byte_for_byte() -> None:
    odd = [b"", b"\xff", bytes(range(20)), b"\x00" * 19]
    async with held() as here:
        await here.connected()
        for payload in odd:
            await here.pod.say(payload)
        assert here.heard() == odd


class PowerPod(Pod):
    """A foot pod that tells running power as a bicycle would (Cycling Power Service)."""

    service, characteristic, model = 0x1818, 0x2A63, "Power pod S1"

    def measured(self, _moment: Moment) -> bytes:
        return struct.pack("<Hh", 0, 250)


async def test_power_is_subscribed_to_as_well() -> None:
    async with Stage(Body(seed=1)) as stage:
        pod = PowerPod(stage.air, "C0:11:22:33:44:07", "Power Sim 07", "SIM-PW-07")
        await pod.switch_on()
        here = Held(stage, pod, 30, 30)
        running = asyncio.create_task(here.link.run())
        await here.connected()
        await pod.say(pod.measured(perform((Segment(for_s=1, speed_mps=3.0),), stage.body)[0]))
        heard = here.inlet.next_now()
        assert heard is not None and heard.packet.characteristic == "2A63"
        assert here.inlet.values(pod.address) == {"values": {"power_w": 250}}
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await pod.switch_off()


async def test_a_sensor_that_is_away_is_looked_for_until_it_comes() -> None:
    async with held() as here:
        await here.connected()
        await here.pod.switch_off()
        await here.until(lambda: here.link.state == "lost")
        await here.until(lambda: "out of reach" in here.link.trouble)
        await here.pod.switch_on()
        await here.connected(times=2)


async def test_a_read_that_fails_is_no_reason_to_hang_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with held() as here:

        async def refuse(*_: object, **__: object) -> bytearray:
            raise BleakError("insufficient authentication")

        monkeypatch.setattr(here.stage.radio.client, "read_gatt_char", refuse)
        await here.connected()
        assert here.link.info.model is None
        await here.pod.say(STEP)
        assert here.heard() == [STEP]


async def test_the_queue_counts_what_it_cannot_take_and_never_waits() -> None:
    inlet = Inlet(bound=3)
    async with held() as here:
        here.link._inlet = inlet
        await here.connected()
        for _ in range(5):
            await here.pod.say(STEP)
        assert (inlet.received[here.pod.address], inlet.overflowed) == (5, 2)


async def test_a_sweep_finds_linked_sensors_that_no_longer_advertise() -> None:
    async with held() as here:
        await here.connected()
        found = await Scanner(here.stage.radio).sweep(PATIENCE_S, until=here.stage.strap.address)
        assert found[here.pod.address].rssi_dbm is None
        assert found[here.stage.strap.address].rssi_dbm is not None


def test_the_services_looked_for_are_those_with_something_to_record() -> None:
    assert {"1814", "1826", "180D", "1818"} <= set(wanted_services())
    assert "180A" not in wanted_services() and "180F" not in wanted_services()


def test_pauses_between_tries_grow_to_half_a_minute() -> None:
    assert [pause_s(vain, 1.0) for vain in (0, 1, 2, 20)] == [0.25, 0.5, 1.0, LONGEST_PAUSE_S]
    assert pause_s(3, 0.0) == 0.0


async def test_whatever_a_radio_library_raises_the_sensor_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with held() as here:
        kind, real, tries = here.stage.radio.client, here.stage.radio.client.connect, []

        async def stumble(self: object, pair: bool, **words: object) -> None:
            tries.append(pair)
            if len(tries) == 1:
                raise ZeroDivisionError("nobody expected this")
            await real(self, pair, **words)

        monkeypatch.setattr(kind, "connect", stumble)
        await here.connected()
        assert len(tries) == 2


async def test_a_sensor_that_was_heard_elsewhere_ends_the_pause() -> None:
    async with held() as here:
        here.link._jitter = lambda: 1.0
        await here.connected()
        await here.pod.switch_off()
        await here.until(lambda: here.link.state == "searching")
        await here.until(lambda: here.link.state == "lost")
        resting = asyncio.create_task(here.link._rest(10 * PATIENCE_S))
        await asyncio.sleep(0)
        here.link.seen()
        async with asyncio.timeout(PATIENCE_S):
            await resting


async def test_a_library_that_swallows_a_cancellation_keeps_no_gateway_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = asyncio.Event()

    async def deaf(*_: object, **__: object) -> dict[str, object]:
        asked.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0.3)
        return {}

    async with Stage(Body(seed=1)) as stage:
        here = Held(stage, stage.footpod, 30, 30)
        monkeypatch.setattr(here.link._scanner, "sweep", deaf)
        running = asyncio.create_task(here.link.run())
        await asked.wait()
        running.cancel()
        done, _ = await asyncio.wait([running], timeout=PATIENCE_S)
        assert done
