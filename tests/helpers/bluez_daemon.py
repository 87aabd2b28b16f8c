"""Debian's message bus and bluetoothd, started and killed at will, and what they say of adapters and devices."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from dbus_fast import BusType, Message, MessageType, unpack_variants
from dbus_fast.aio import MessageBus

BUS = ("dbus-daemon", "--system", "--nofork", "--nopidfile")
BLUETOOTHD = ("/usr/libexec/bluetooth/bluetoothd", "--nodetach", "--debug")


class Daemon:
    """A program as the operating system would keep it; its words go to `log`."""

    def __init__(self, command: tuple[str, ...], log: Path) -> None:
        self._command, self._log = command, log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def kill(self) -> None:
        """As kill -9: it cleans up nothing and says goodbye to nobody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)


class Bluez:
    """Questions to org.bluez, beside the gateway's own connection to it."""

    async def has_bus(self) -> bool:
        bus = MessageBus(bus_type=BusType.SYSTEM)
        try:
            return (await bus.connect()).connected
        except OSError:
            return False
        finally:
            bus.disconnect()

    async def objects(self) -> dict[str, dict[str, Any]]:
        """Every object with its interfaces; {} where nobody answers."""
        question = Message(
            destination="org.bluez",
            path="/",
            interface="org.freedesktop.DBus.ObjectManager",
            member="GetManagedObjects",
        )
        bus = MessageBus(bus_type=BusType.SYSTEM)
        try:
            async with asyncio.timeout(10):
                answer = await (await bus.connect()).call(question)
        except OSError:
            return {}
        finally:
            bus.disconnect()
        if answer is None or answer.message_type is MessageType.ERROR:
            return {}
        return {path: unpack_variants(interfaces) for path, interfaces in answer.body[0].items()}

    async def powered(self, adapter: str) -> str | None:
        """The adapter's name, such as hci0, once it is there and switched on."""
        for path, interfaces in (await self.objects()).items():
            words = interfaces.get("org.bluez.Adapter1", {})
            if words.get("Address") == adapter and words.get("Powered"):
                return path.rsplit("/", 1)[-1]
        return None

    async def is_connected(self, device: str) -> bool:
        found = (interfaces.get("org.bluez.Device1", {}) for interfaces in (await self.objects()).values())
        return any(words.get("Address") == device and words.get("Connected") for words in found)


async def until(is_so: Callable[[], Awaitable[Any]], seconds: float, what: str) -> Any:
    """The first answer that is true; raise TimeoutError that says what was waited for."""
    try:
        async with asyncio.timeout(seconds):
            while not (answer := await is_so()):
                await asyncio.sleep(0.2)
            return answer
    except TimeoutError as why:
        raise TimeoutError(f"within {seconds} s: {what}") from why
