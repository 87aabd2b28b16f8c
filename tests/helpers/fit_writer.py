"""A small writer of FIT files, so that every oddity of a watch can be made to order."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from fitdecode.utils import compute_crc

FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
START_S = 1_141_000_000  # in FIT seconds; some day in February 2026
START = datetime.fromtimestamp(FIT_EPOCH.timestamp() + START_S, tz=UTC)

ENUM, U8, S16, U16, S32, U32, TEXT, BYTE = 0x00, 0x02, 0x83, 0x84, 0x85, 0x86, 0x07, 0x0D
_CODES = {ENUM: "B", U8: "B", S16: "h", U16: "H", S32: "i", U32: "I"}

# Message and field numbers, base types and scales of the FIT profile: (number, base type, scale, offset).
MESSAGES: dict[str, int] = {
    "file_id": 0,
    "sport": 12,
    "session": 18,
    "record": 20,
    "event": 21,
    "device_info": 23,
    "field_description": 206,
    "developer_data_id": 207,
}
_TIME = (253, U32, 1, 0)
FIELDS: dict[str, dict[str, tuple[int, int, float, float]]] = {
    "file_id": {"type": (0, ENUM, 1, 0), "manufacturer": (1, U16, 1, 0), "time_created": (4, U32, 1, 0)},
    "sport": {"sport": (0, ENUM, 1, 0), "sub_sport": (1, ENUM, 1, 0), "name": (3, TEXT, 1, 0)},
    "session": {
        "timestamp": _TIME,
        "start_time": (2, U32, 1, 0),
        "sport": (5, ENUM, 1, 0),
        "sub_sport": (6, ENUM, 1, 0),
        "total_elapsed_time": (7, U32, 1000, 0),
        "total_distance": (9, U32, 100, 0),
        "avg_running_cadence": (18, U8, 1, 0),
        "avg_fractional_cadence": (92, U8, 128, 0),
        "sport_profile_name": (110, TEXT, 1, 0),
    },
    "record": {
        "timestamp": _TIME,
        "position_lat": (0, S32, 2**31 / 180, 0),
        "position_long": (1, S32, 2**31 / 180, 0),
        "altitude": (2, U16, 5, 500),
        "heart_rate": (3, U8, 1, 0),
        "cadence": (4, U8, 1, 0),
        "distance": (5, U32, 100, 0),
        "speed": (6, U16, 1000, 0),
        "power": (7, U16, 1, 0),
        "compressed_speed_distance": (8, BYTE, 1, 0),
        "grade": (9, S16, 100, 0),
        "fractional_cadence": (53, U8, 128, 0),
        "enhanced_speed": (73, U32, 1000, 0),
        "enhanced_altitude": (78, U32, 5, 500),
    },
    "event": {"timestamp": _TIME, "event": (0, ENUM, 1, 0), "event_type": (1, ENUM, 1, 0)},
    "device_info": {
        "timestamp": _TIME,
        "device_index": (0, U8, 1, 0),
        "device_type": (1, U8, 1, 0),
        "source_type": (25, ENUM, 1, 0),
    },
    "developer_data_id": {"developer_data_index": (3, U8, 1, 0)},
    "field_description": {
        "developer_data_index": (0, U8, 1, 0),
        "field_definition_number": (1, U8, 1, 0),
        "fit_base_type_id": (2, U8, 1, 0),
        "field_name": (3, TEXT, 1, 0),
        "units": (8, TEXT, 1, 0),
    },
}
ACTIVITY, COURSE = 4, 6
GENERIC, RUNNING, CYCLING, TRANSITION, SWIMMING, WALKING, RACKET = 0, 1, 2, 3, 5, 11, 64
TREADMILL = 1
TIMER, TIMER_START, TIMER_STOP_ALL = 0, 0, 4
LOCAL_BAROMETER = {"device_type": 4, "source_type": 5}


class FitWriter:
    """Messages in the order they are given; `bytes` closes the file with its checksums."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._developer: dict[str, tuple[int, str]] = {}

    def message(self, name: str, /, developer: Mapping[str, float] | None = None, **values: object) -> FitWriter:
        """One message with its own definition before it."""
        added = developer or {}
        shapes = [FIELDS[name][field] for field in values]
        raw = [_raw(shape, value) for shape, value in zip(shapes, values.values(), strict=True)]
        definition = bytes([0x60 if added else 0x40, 0, 0]) + struct.pack("<HB", MESSAGES[name], len(values))
        for (number, kind, _, _), one in zip(shapes, raw, strict=True):
            definition += bytes([number, len(one), kind])
        if added:
            definition += bytes([len(added)])
            definition += b"".join(bytes([self._developer[one][0], 4, 0]) for one in added)
        self._body += definition + b"\0" + b"".join(raw)
        self._body += b"".join(struct.pack("<I", round(value)) for value in added.values())
        return self

    def developer_field(self, name: str, units: str) -> FitWriter:
        """Describe a developer field of whole numbers, as a Connect IQ app does."""
        if not self._developer:
            self.message("developer_data_id", developer_data_index=0)
        self._developer[name] = (len(self._developer), units)
        return self.message(
            "field_description",
            developer_data_index=0,
            field_definition_number=self._developer[name][0],
            fit_base_type_id=U32,
            field_name=name,
            units=units,
        )

    def compressed(self, offset: int, **values: object) -> FitWriter:
        """A record whose header holds the last five bits of its time; the definition is written each time."""
        shapes = [FIELDS["record"][field] for field in values]
        raw = [_raw(shape, value) for shape, value in zip(shapes, values.values(), strict=True)]
        self._body += bytes([0x41, 0, 0]) + struct.pack("<HB", MESSAGES["record"], len(values))
        for (number, kind, _, _), one in zip(shapes, raw, strict=True):
            self._body += bytes([number, len(one), kind])
        self._body += bytes([0x80 | 1 << 5 | offset & 0x1F]) + b"".join(raw)
        return self

    def bytes(self) -> bytes:
        header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(self._body), b".FIT")
        whole = header + struct.pack("<H", compute_crc(header)) + bytes(self._body)
        return whole + struct.pack("<H", compute_crc(whole))


def a_run(
    seconds: int = 60,
    *,
    every_s: int = 1,
    sport: int = RUNNING,
    session: Mapping[str, object] | None = None,
    before: Iterable[tuple[str, Mapping[str, object]]] = (),
    **channels: object,
) -> bytes:
    """A whole activity of one session; each channel is a value or a function of the second."""
    writer = FitWriter().message("file_id", type=ACTIVITY, manufacturer=1, time_created=START_S)
    for name, values in before:
        writer.message(name, **values)
    channels = {"enhanced_speed": 3.0, **channels}
    for second in range(0, seconds, every_s):
        told = {name: value(second) if callable(value) else value for name, value in channels.items()}
        writer.message("record", timestamp=START_S + second, **{k: v for k, v in told.items() if v is not None})
    summed = {"start_time": START_S, "sport": sport, "total_elapsed_time": seconds, **(session or {})}
    return writer.message("session", timestamp=START_S + seconds, **summed).bytes()


def _raw(shape: tuple[int, int, float, float], value: object) -> bytes:
    _, kind, scale, offset = shape
    if kind == TEXT:
        return str(value).encode() + b"\0"
    if kind == BYTE:
        return bytes(value)  # type: ignore[call-overload]
    return struct.pack("<" + _CODES[kind], round((float(value) + offset) * scale))  # type: ignore[arg-type]
