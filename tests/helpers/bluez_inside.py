"""Inside the machine: what the tests are given (a room with a chip and pods, gateways), and where their reports go."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bluez_air import Chip, KernelAir, new_address
from bluez_daemon import BLUETOOTHD, BUS, Bluez, Daemon, until
from bluez_gateway import PATIENCE_S, GatewayProcess, wait_until_warm

from gateway.virtual.pods import FootPod

REPORTS = Path(os.environ["STRIDEGATE_BLUEZ_REPORTS"])
LOGS = Path("/run/logs")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    wait_until_warm()  # now, for a chip that waits for its answers is given up
    session.config.pluginmanager.register(_Reporter(session.config))


class _Reporter:
    """Writes each report where the run outside reads it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write(self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._write({"finished": nodeid})

    def _write(self, data: dict[str, Any]) -> None:
        with REPORTS.open("a") as out:
            out.write(json.dumps(data) + "\n")


class Room:
    """A chip that BlueZ knows, and pods around it."""

    def __init__(self, bus: Daemon, bluetoothd: Daemon) -> None:
        self.bus, self.bluetoothd = bus, bluetoothd
        self.bluez = Bluez()
        self.air = KernelAir()
        self.chip = Chip(self.air, new_address())

    async def start_daemons(self) -> None:
        """Start what does not run; bluetoothd ends at once where it finds no bus."""
        if not self.bus.runs:
            self.bus.start()
        await until(self.bluez.has_bus, PATIENCE_S, "the message bus answers")
        if not self.bluetoothd.runs:
            self.bluetoothd.start()

    async def plug_in(self) -> str:
        """Return the name under which the system has the chip, once it can be used."""
        await self.chip.plug_in()
        return await self.powered()

    async def powered(self) -> str:
        adapter = await until(lambda: self.bluez.powered(self.chip.address), PATIENCE_S, "the adapter is powered")
        return str(adapter)

    @contextmanager
    def broken_chip(self) -> Iterator[None]:
        """A chip that answers nothing, as one whose firmware has crashed: it has a number and is of no use."""
        with Path("/dev/vhci").open("r+b", buffering=0) as broken:
            broken.write(bytes([0xFF, 0x00]))
            yield

    async def pod(self) -> FootPod:
        """A foot pod, switched on, whose address nobody has met."""
        pod = FootPod(self.air, new_address(), "Stride Sim", "SIM-FP")  # type: ignore[arg-type]
        await pod.switch_on()
        return pod


@pytest.fixture(scope="session")
def daemons() -> Iterator[tuple[Daemon, Daemon]]:
    """The message bus and bluetoothd; a test may kill them, and the next one starts them again."""
    both = Daemon(BUS, LOGS / "bus.log"), Daemon(BLUETOOTHD, LOGS / "bluetoothd.log")
    yield both
    for daemon in both:
        daemon.kill()


@pytest.fixture
async def room(daemons: tuple[Daemon, Daemon]) -> AsyncIterator[Room]:
    room = Room(*daemons)
    await room.start_daemons()
    await room.plug_in()
    yield room
    await room.chip.pull_out()


@pytest.fixture
def start_gateway(tmp_path: Path) -> Iterator[Callable[..., GatewayProcess]]:
    """Start gateways over one journal; what they said is shown where the test fails."""
    started: list[GatewayProcess] = []

    def start(**settings: Any) -> GatewayProcess:
        started.append(GatewayProcess(tmp_path / "gateway", **settings))
        return started[-1]

    yield start
    for gateway in started:
        gateway.kill()
        told = [event for event in gateway.events if event["event"] not in ("sensors", "recording")]
        print(*map(json.dumps, told), gateway.words, sep="\n")
