"""The messages of a FIT file, gathered activity by activity; what breaks the reading becomes a note."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import fitdecode

from sensors.errors import UnreadableFile
from sensors.files.columns import Point
from sensors.files.fit_points import at_s, point_of
from sensors.files.run import PARTIAL
from sensors.files.sport import NO_RUN

# Besides its own errors fitdecode raises these on damaged bytes: a developer field of an unknown type (KeyError), a
# field of size zero (ValueError), an unknown header shape (struct.error), a broken invariant (AssertionError), a value
# of the wrong kind in a sum or a scale (TypeError, OverflowError), a name in no alphabet (UnicodeDecodeError).
_FAULTS = (
    fitdecode.FitError,
    *(ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, struct.error),
)
MOST_FRAMES = 1_000_000  # a hundred hours of a restless watch; more would keep a computer busy for minutes
_STARTS = ("start",)
_STOPS = ("stop", "stop_all", "stop_disable", "stop_disable_all")


@dataclass(slots=True)
class Told:
    """What one activity said. Times are seconds since 1970."""

    points: list[Point] = field(default_factory=list)
    sessions: list[Mapping[str, object]] = field(default_factory=list)
    sports: list[Mapping[str, object]] = field(default_factory=list)
    switched: list[tuple[float, bool]] = field(default_factory=list)
    barometer: bool = False
    kind: str = "activity"
    ended: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def pauses(self) -> list[tuple[float, float]]:
        """From each stop of the timer to its next start."""
        pauses, stopped_s = [], None
        for moment_s, runs in self.switched:
            if not runs and stopped_s is None:
                stopped_s = moment_s
            elif runs and stopped_s is not None:
                pauses.append((stopped_s, moment_s))
                stopped_s = None
        return pauses


def activities(data: bytes) -> list[Told]:
    """Every activity of the file that has samples.

    Raise UnreadableFile where there is none: nothing readable, or a course, a workout, the settings of a watch.
    """
    heard: list[Told] = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            _listen(_closed(data), heard)
        except _FAULTS as why:
            _note_fault(heard, why)
        else:
            _note_unended(heard)
    runs = [told for told in heard if told.points and told.kind == "activity"]
    if not runs:
        raise UnreadableFile(_why_none(heard))
    oddities = len([one for one in warned if "CRC" not in str(one.message)])
    if oddities:
        runs[-1].notes.append(f"{oddities} malformed fields of the file were passed over")
    return runs


def _listen(data: bytes, heard: list[Told]) -> None:
    reader = fitdecode.FitReader(
        io.BytesIO(data),
        processor=None,
        check_crc=fitdecode.CrcCheck.WARN,
        error_handling=fitdecode.ErrorHandling.WARN,
    )
    for frame in islice(reader, MOST_FRAMES):
        if frame.frame_type == fitdecode.FIT_FRAME_HEADER:
            heard.append(Told())
        told = heard[-1]
        if frame.frame_type == fitdecode.FIT_FRAME_DATA:
            _hear(told, frame)
        elif frame.frame_type == fitdecode.FIT_FRAME_CRC:
            told.ended = True
            if not frame.matched:
                told.notes.append(f"{PARTIAL}the checksum of the file does not match, values may be missing or wrong")


def _hear(told: Told, message: Any) -> None:
    """Keep what this message says of the run; most messages of a watch say nothing of it."""
    match message.name:
        case "record":
            told.points.append(point_of(message))
        case "session":
            told.sessions.append(_said(message))
        case "sport":
            told.sports.append(_said(message))
        case "file_id":
            told.kind = _word(message.get_value("type", fallback=None)) or told.kind
        case "device_info":
            told.barometer |= message.get_value("local_device_type", fallback=None) == "barometer"
        case "event":
            _hear_event(told, message)


def _hear_event(told: Told, message: Any) -> None:
    said = _said(message)
    moment_s = said.get("timestamp")
    if said.get("event") == "timer" and isinstance(moment_s, float):
        if said.get("event_type") in _STARTS:
            told.switched.append((moment_s, True))
        elif said.get("event_type") in _STOPS:
            told.switched.append((moment_s, False))


def _said(message: Any) -> dict[str, object]:
    """The fields of a message by their names; moments as seconds since 1970."""
    said: dict[str, object] = {one.name: one.value for one in message.fields if one.value is not None}
    for name in ("timestamp", "start_time"):
        moment_s = at_s(said.pop(name, None))
        if moment_s is not None:
            said[name] = moment_s
    return said


def _word(value: object) -> str:
    """A value that the profile has a name for; a bare number has none."""
    return value if isinstance(value, str) else ""


def _closed(data: bytes) -> bytes:
    """A file whose watch died before it wrote the length says 0 there; then all that is there belongs to it."""
    header = data[0]
    if data[4:8] == b"\0\0\0\0" and len(data) > header + 2:
        return data[:4] + struct.pack("<I", len(data) - header) + data[8:]
    return data


def _note_fault(heard: list[Told], why: BaseException) -> None:
    if not heard:
        return
    told = heard[-1]
    if told.ended:
        told.notes.append("the bytes after the end of this run could not be read")
    elif isinstance(why, fitdecode.FitEOFError):
        told.notes.append(f"{PARTIAL}the file ends before it should, after {len(told.points)} samples")
    else:
        told.notes.append(f"{PARTIAL}the file is damaged after {len(told.points)} samples")


def _note_unended(heard: list[Told]) -> None:
    if heard and not heard[-1].ended:
        heard[-1].notes.append(f"{PARTIAL}the file has more messages than a run can have")


def _why_none(heard: list[Told]) -> str:
    kinds = [told.kind.replace("_", " ") for told in heard if told.kind != "activity"]
    if kinds:
        return f"There is no run in this file, it is a {kinds[0]} file of a watch."
    return NO_RUN if any(told.ended for told in heard) else "This FIT file is damaged, no run could be read from it."
