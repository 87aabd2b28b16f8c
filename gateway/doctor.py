"""Doctor: what stands between this machine and a recorded run, one line for each thing looked at."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage, which

from gateway.clock import SECOND_NS
from gateway.disk import FILE_NAME, JournalError, open_to_read, problem
from gateway.ledger import Ledger
from gateway.radio import Radio
from gateway.scanner import RadioUnavailable, Scanner
from gateway.settings import Settings
from gateway.sync import CLOCK_TOLERANCE_NS
from gateway.token import BadToken, read_token
from gateway.upload import Refused, Server, TryLater, Unwelcome, session

ENOUGH_BYTES = 200 * 2**20  # a hundred hours of three sensors
SOUND_SQLITE = (3, 51, 3)  # before it, two connections that write at once may damage a file in WAL mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`is_well` is False where somebody must do something, None where it is only worth knowing; `mend` is a command."""

    what: str
    is_well: bool | None
    words: str
    mend: str = ""


async def examine(settings: Settings, radio: Radio) -> AsyncIterator[Check]:
    """Look at the disk, the journal, the token, the server, its clock and the radio."""
    yield _disk(settings.data)
    yield _sqlite()
    yield _journal(settings.data)
    yield await _bluetooth(radio)
    if settings.server is None or settings.token_file is None:
        yield Check(what="server", is_well=None, words="none is set: runs are recorded and kept here")
        return
    async for check in _server(settings.server, settings.token_file, settings.ca_file):
        yield check


def _disk(folder: Path) -> Check:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = disk_usage(there).free
    is_well = free >= ENOUGH_BYTES
    words = f"{free / 2**20:,.0f} MiB free for {folder}"
    return Check(what="disk", is_well=is_well, words=words, mend="" if is_well else f"du -xh {there} | sort -h | tail")


def _sqlite() -> Check:
    words = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < SOUND_SQLITE:
        words += ": older than 3.51.3, safe here because one connection alone writes"
    return Check(what="sqlite", is_well=None, words=words)


def _journal(folder: Path) -> Check:
    if not (folder / FILE_NAME).exists():
        return Check(what="journal", is_well=None, words="none yet: it is made at the first run")
    try:
        journal = Ledger(open_to_read(folder / FILE_NAME))
        broken = problem(journal.db)
        count = 0 if broken else len(journal.captures())
        journal.close()
    except (JournalError, sqlite3.Error) as why:
        return Check(what="journal", is_well=False, words=f"cannot be read: {why}")
    words = f"{broken}; the next start sets it aside and saves what can be read" if broken else ""
    mend = "stridegate-gateway run" if broken else ""
    return Check(what="journal", is_well=not broken, words=words or f"sound, with {count} captures", mend=mend)


async def _bluetooth(radio: Radio) -> Check:
    try:
        found = await Scanner(radio).sweep(radio.sweep_s)
    except RadioUnavailable as why:
        return Check(what="bluetooth", is_well=False, words=str(why), mend=_bluetooth_mend())
    return Check(what="bluetooth", is_well=True, words=f"works; {len(found)} sensors in reach")


def _bluetooth_mend() -> str:
    """What is missing first: bluetoothd, its service, the right to speak to it, or the switch of the radio."""
    if not sys.platform.startswith("linux"):
        return ""
    if not Path("/usr/libexec/bluetooth/bluetoothd").exists() and not which("bluetoothctl"):
        return "sudo apt-get install bluez"
    if not Path("/sys/class/bluetooth").exists() or not any(Path("/sys/class/bluetooth").iterdir()):
        return "sudo rfkill unblock bluetooth && sudo modprobe btusb"
    return "sudo systemctl enable --now bluetooth"


async def _server(address: str, token_file: Path, ca_file: Path | None) -> AsyncIterator[Check]:
    try:
        token = read_token(token_file)
    except BadToken as why:
        yield Check(what="token", is_well=False, words=str(why), mend=f"stridegate-gateway pair {address}")
        return
    async with session(ca_file) as http:
        server = Server(http, address, token)
        try:
            await server.heartbeat({"wall_ns": time.time_ns()})  # without packets: the running gateway counts them
            yield Check(what="server", is_well=True, words=f"{address} answers and knows this gateway")
        except Refused as why:
            yield Check(what="server", is_well=None, words=f"{address} answers: {why}")
        except TryLater as why:
            yield Check(what="server", is_well=False, words=str(why), mend=f"curl {address}/readyz")
        except Unwelcome as why:
            yield Check(what="server", is_well=False, words=str(why), mend=f"stridegate-gateway pair {address}")
        if server.clock_offset_ns is not None:
            yield _clock(server.clock_offset_ns)


def _clock(offset_ns: int) -> Check:
    if abs(offset_ns) <= CLOCK_TOLERANCE_NS:
        return Check(what="clock", is_well=True, words="agrees with the server's")
    words = f"{offset_ns / SECOND_NS:+.0f} s to the server's; uploads say so, and the server corrects it"
    mend = "sudo timedatectl set-ntp true" if which("timedatectl") else ""
    return Check(what="clock", is_well=None, words=words, mend=mend)
