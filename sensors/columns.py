"""Columns: many packets of one characteristic read at once, which is what an hour of a run needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.layout import U24, Field, Layout
from sensors.recording import Column


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """One row a packet; NaN where the sensor did not say, or where `readable` is False."""

    readable: NDArray[np.bool_]
    flags: NDArray[np.int64]
    short_bytes: NDArray[np.int64]
    fields: dict[str, Column]


def columns(layout: Layout, payloads: Sequence[bytes], names: Collection[str]) -> Columns:
    """Read the named fields of every packet, as `layout.read` would one after the other.

    Packets of one length with the same flags have their numbers at the same places, so they are read together.
    """
    alike: dict[tuple[bytes, int], list[int]] = defaultdict(list)
    for row, payload in enumerate(payloads):
        alike[payload[: layout.flags_size], len(payload)].append(row)
    read = Columns(
        readable=np.zeros(len(payloads), dtype=np.bool_),
        flags=np.zeros(len(payloads), dtype=np.int64),
        short_bytes=np.zeros(len(payloads), dtype=np.int64),
        fields={name: np.full(len(payloads), np.nan) for name in names},
    )
    for rows in alike.values():
        _fill(read, layout, np.array(rows), [payloads[row] for row in rows])
    return read


def _fill(read: Columns, layout: Layout, rows: NDArray[np.int64], payloads: list[bytes]) -> None:
    """Write the rows of packets that have one plan; those from which nothing can be read stay as they are."""
    plan = layout.plan_of(payloads[0])
    if plan.complaint is not None:
        return
    read.readable[rows] = True
    read.flags[rows] = plan.flags
    read.short_bytes[rows] = plan.short_bytes
    table = np.frombuffer(b"".join(payloads), dtype=np.uint8).reshape(len(rows), len(payloads[0]))
    at = layout.flags_size
    for field in plan.fields:
        if field.name in read.fields:
            read.fields[field.name][rows] = _numbers(field, table[:, at : at + field.size])
        at += field.size


def _numbers(field: Field, raw: NDArray[np.uint8]) -> Column:
    """The values of one field, from one row of bytes a packet."""
    if field.code == U24:
        number = raw @ np.array([1, 1 << 8, 1 << 16])
    else:
        number = np.ascontiguousarray(raw).view("<" + field.code)[:, 0]
    values: Column = np.where(np.isin(number, field.absent), np.nan, number)
    return values if field.per is None else values / field.per
