"""The compact form in which a Recording is kept: every bit comes back, and damage is always seen."""

from __future__ import annotations

import hashlib
import math
import struct
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from sensors.errors import UnreadableRecording
from sensors.recording import CHANNELS, CadenceUnit, Recording
from sensors.store_columns import Packed, pack_column, unpack_column

MAGIC = b"SGRC"
VERSION = 1
DIGEST_BYTES = 16  # of SHA-256, over all that stands before it
MOST_ROWS = 2_000_000  # a day at 20 Hz; a form that promises more would fill the memory of whoever unpacks it

_HEAD = struct.Struct("<4sBI")  # magic, version, length of the header


class _Header(msgspec.Struct, kw_only=True):
    """All of a Recording but its columns, and how each column is packed."""

    rows: Annotated[int, Meta(ge=0)]
    columns: Annotated[list[Packed], Meta(min_length=1 + len(CHANNELS), max_length=1 + len(CHANNELS))]
    start: str | None
    sources: dict[str, str]
    cadence_unit: CadenceUnit | None
    hold_s: float
    from_packets: bool = False  # absent in recordings that were stored before decoder version 3
    pauses_s: list[tuple[float, float]]
    unreadable_packets: int
    notes: list[str]


def pack(recording: Recording) -> bytes:
    """Bytes from which `unpack` makes the same Recording, NaN and the last bit of every value included.

    Raise ValueError where a pause or the hold is not finite, or there are more than MOST_ROWS rows.
    """
    if len(recording) > MOST_ROWS:
        raise ValueError(f"a recording has at most {MOST_ROWS} rows, not {len(recording)}")
    if not all(map(math.isfinite, (recording.hold_s, *(end for pause in recording.pauses_s for end in pause)))):
        raise ValueError("a recording holds its samples for a finite time, and its pauses begin and end")
    packed, blobs = zip(*(pack_column(getattr(recording, name)) for name in ("t_s", *CHANNELS)), strict=True)
    header = msgspec.json.encode(
        _Header(
            rows=len(recording),
            columns=list(packed),
            start=None if recording.start is None else recording.start.isoformat(),
            sources=dict(recording.sources),
            cadence_unit=recording.cadence_unit,
            hold_s=float(recording.hold_s),
            from_packets=recording.from_packets,
            pauses_s=[(float(begin), float(end)) for begin, end in recording.pauses_s],
            unreadable_packets=recording.unreadable_packets,
            notes=list(recording.notes),
        )
    )
    body = _HEAD.pack(MAGIC, VERSION, len(header)) + header + b"".join(blobs)
    return body + _digest(body)


def unpack(data: bytes, *, most_rows: int = MOST_ROWS) -> Recording:
    """The Recording that was packed.

    Raise UnreadableRecording where even one bit differs from what was packed, a newer release packed it, or it has
    more than `most_rows` rows (then before they take any memory).
    """
    if data[: len(MAGIC)] != MAGIC:
        raise UnreadableRecording("These bytes are no recording that was stored here.")
    body, digest = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    if len(body) < _HEAD.size or _digest(body) != digest:
        raise UnreadableRecording("This stored recording is damaged: its checksum does not match.")
    _, version, header_bytes = _HEAD.unpack_from(body)
    if version != VERSION:
        raise UnreadableRecording(f"This recording was stored in form {version}; this release knows form {VERSION}.")
    try:
        return _unpacked(body[_HEAD.size :], header_bytes, most_rows)
    # The checksum held, so only another program can have written what fails here.
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError) as why:
        raise UnreadableRecording(f"This stored recording cannot be understood: {why}.") from why


def _unpacked(content: bytes, header_bytes: int, most_rows: int) -> Recording:
    header = msgspec.json.decode(content[:header_bytes], type=_Header)
    if header.rows > most_rows:
        raise ValueError(f"it has {header.rows} rows, where {most_rows} are allowed")
    ends = np.cumsum([header_bytes, *(column.size for column in header.columns)]).tolist()
    columns = [
        unpack_column(packed, content[begin:end], header.rows)
        for packed, begin, end in zip(header.columns, ends, ends[1:], strict=False)
    ]
    return Recording.of(
        columns[0],
        **dict(zip(CHANNELS, columns[1:], strict=True)),
        start=None if header.start is None else datetime.fromisoformat(header.start),
        sources=header.sources,
        cadence_unit=header.cadence_unit,
        hold_s=header.hold_s,
        from_packets=header.from_packets,
        pauses_s=tuple(header.pauses_s),
        unreadable_packets=header.unreadable_packets,
        notes=tuple(header.notes),
    )


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:DIGEST_BYTES]
