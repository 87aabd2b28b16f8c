"""Pods: peripherals with real GATT services that say, once a second, what a simulated run feels like to them."""

from __future__ import annotations

import asyncio
import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence

from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Connection
from bumble.gatt import Characteristic, Service
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService

from gateway.clock import SECOND_NS, AcceleratedClock
from gateway.virtual.radio import Air
from gateway.virtual.runs import Moment

ADVERTISING_INTERVAL_MS = 60.0  # eager, so that a scan of half a second hears everybody
LATEST_NS = 3 * SECOND_NS // 10  # no notification is later than this: sooner, simulated time waits for it
READ = Characteristic.Properties.READ
NOTIFY = Characteristic.Properties.NOTIFY


class Pod(ABC):
    """One sensor. Faults are methods: `drop_link`, `say` (any bytes), `silent`."""

    service: int
    characteristic: int
    model: str

    def __init__(self, air: Air, address: str, name: str, serial: str) -> None:
        self.air, self.address, self.name = air, address, name
        self.silent = False
        self.said = 0  # notifications handed to a subscriber, faults included
        self._device = air.station(name, address)
        self._measurement: Characteristic[bytes] = Characteristic(
            UUID.from_16_bits(self.characteristic), NOTIFY, Characteristic.READABLE
        )
        self._device.add_services(
            [
                Service(UUID.from_16_bits(self.service), [self._measurement, *self._facts()]),
                BatteryService(lambda _connection: 83),
                DeviceInformationService("Simulated", self.model, serial),
            ]
        )
        self._subscribed = asyncio.Event()
        self._device.gatt_server.on("characteristic_subscription", self._on_subscription)
        self._device.on("connection", self._on_connection)

    @abstractmethod
    def measured(self, moment: Moment) -> bytes | None:
        """The packet for this moment; None where the sensor keeps quiet."""

    def _facts(self) -> Sequence[Characteristic[bytes]]:
        """Characteristics beside the measurement that a gateway may read."""
        return ()

    async def switch_on(self) -> None:
        await self._device.power_on()
        self._device.advertising_data = bytes(
            AdvertisingData(
                [
                    (AdvertisingData.Type.FLAGS, bytes([0x06])),
                    (AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, struct.pack("<H", self.service)),
                    (AdvertisingData.Type.COMPLETE_LOCAL_NAME, self.name.encode()),
                ]
            )
        )
        await self._device.start_advertising(
            auto_restart=True,
            advertising_interval_min=ADVERTISING_INTERVAL_MS,
            advertising_interval_max=ADVERTISING_INTERVAL_MS,
        )

    async def switch_off(self) -> None:
        if not self._device.powered_on:
            return
        await self._device.stop_advertising()
        await self.drop_link()
        await self._device.power_off()

    async def subscribed(self) -> None:
        """Wait until somebody listens."""
        await self._subscribed.wait()

    async def run(self, clock: AcceleratedClock, gun_ns: int, moments: Sequence[Moment]) -> None:
        """Say each moment at its second after the gun; time does not run on before it has arrived."""
        try:
            for second, moment in enumerate(moments):
                tick_ns = gun_ns + second * SECOND_NS
                clock.hold(self, tick_ns + LATEST_NS)
                await clock.sleep_until(tick_ns)
                packet = self.measured(moment)
                if packet is not None and not self.silent:
                    await self.say(packet)
        finally:
            clock.let_go(self)

    async def say(self, payload: bytes) -> bool:
        """Notify these bytes, well formed or not; False where nobody heard them."""
        if not self._subscribed.is_set():
            return False
        expected = self.air.delivered(self.address) + 1
        try:
            await self._device.notify_subscribers(self._measurement, payload)
        except BaseBumbleError:
            return False
        arrived = await self.air.wait_for(self.address, expected)
        self.said += arrived
        return arrived

    async def drop_link(self) -> None:
        """The sensor hangs up, as it does when it leaves the room; it advertises again at once."""
        for connection in list(self._device.connections.values()):
            await connection.disconnect()

    def _on_connection(self, connection: Connection) -> None:
        connection.on("disconnection", lambda _reason: self._subscribed.clear())

    def _on_subscription(
        self, _bearer: object, characteristic: Characteristic[bytes], notify: bool, _indicate: bool
    ) -> None:
        if characteristic is self._measurement:
            self._subscribed.set() if notify else self._subscribed.clear()


class FootPod(Pod):
    """A foot pod that sleeps while the foot rests (Running Speed and Cadence Service 1.0)."""

    service, characteristic, model = 0x1814, 0x2A53, "Foot pod S1"
    KEEPS_ON_S = 5  # real pods go quiet some seconds after the last step

    def __init__(self, air: Air, address: str, name: str, serial: str) -> None:
        super().__init__(air, address, name, serial)
        self._still_s = self.KEEPS_ON_S

    def measured(self, moment: Moment) -> bytes | None:
        self._still_s = 0 if moment.speed_mps > 0 else self._still_s + 1
        if self._still_s > self.KEEPS_ON_S:
            return None
        running = 0x04 if moment.speed_mps >= 2.0 else 0
        stride_cm = round(6000 * moment.speed_mps / moment.cadence_spm * 2) if moment.cadence_spm > 0 else 0
        return struct.pack(
            "<BHBHI",
            0x01 | 0x02 | running,
            round(moment.speed_mps * 256),
            round(moment.cadence_spm),
            stride_cm,
            round(moment.distance_m * 10),
        )

    def _facts(self) -> Sequence[Characteristic[bytes]]:
        return (
            Characteristic(UUID.from_16_bits(0x2A54), READ, Characteristic.READABLE, struct.pack("<H", 0x07)),
            Characteristic(UUID.from_16_bits(0x2A5D), READ, Characteristic.READABLE, bytes([0x02])),
        )


class Treadmill(Pod):
    """A treadmill that always speaks, standing or running (Fitness Machine Service 1.0, Treadmill Data)."""

    service, characteristic, model = 0x1826, 0x2ACD, "Treadmill S1"

    def measured(self, moment: Moment) -> bytes:
        flags = 0x0004 | 0x0008 | 0x0400  # total distance, inclination with ramp angle, elapsed time
        return struct.pack(
            "<HH3sHhH",
            flags,
            round(moment.speed_mps * 360),
            round(moment.distance_m).to_bytes(3, "little"),
            round(moment.grade * 1000),
            0x7FFF,  # this machine does not know the angle of its ramp
            moment.elapsed_s,
        )

    def _facts(self) -> Sequence[Characteristic[bytes]]:
        return (
            Characteristic(UUID.from_16_bits(0x2ACC), READ, Characteristic.READABLE, struct.pack("<II", 0x100C, 0)),
        )


class HeartStrap(Pod):
    """A chest strap with skin contact (Heart Rate Service 1.0)."""

    service, characteristic, model = 0x180D, 0x2A37, "Heart strap S1"

    def measured(self, moment: Moment) -> bytes:
        return bytes([0x06, round(moment.heart_rate_bpm)])

    def _facts(self) -> Sequence[Characteristic[bytes]]:
        return (Characteristic(UUID.from_16_bits(0x2A38), READ, Characteristic.READABLE, bytes([0x01])),)
