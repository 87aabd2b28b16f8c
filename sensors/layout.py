"""Layout: the field table of a characteristic, read in the order of its specification as far as the bytes reach."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensors.errors import UnreadablePacket
from sensors.recording import Column

U24 = "3s"  # struct has no 24-bit number; it comes as three bytes

# "Not available", as treadmills send it. Life Fitness sends the signed mark 0x7FFF in unsigned fields too.
NO_U8 = (0xFF,)
NO_U16 = (0xFFFF, 0x7FFF)
NO_S16 = (0x7FFF,)
NO_U24 = (0xFFFFFF,)

_MOST_PLANS = 1024  # real sensors use two or three; the rest is noise or malice and need not be remembered


@dataclass(frozen=True, slots=True)
class Field:
    """One number of a packet: `code` is struct's, the value is divided by `per`, a value in `absent` means None.

    The field is there when all bits of `when` are set in the flags and none of `unless`.
    """

    name: str
    code: str
    per: float | None = None
    when: int = 0
    unless: int = 0
    absent: tuple[int, ...] = ()

    def promised_by(self, flags: int) -> bool:
        return flags & self.when == self.when and not flags & self.unless

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to read the packets of one length that have the same flags; with a `complaint`, that nothing can be read."""

    flags: int
    fields: tuple[Field, ...]
    numbers: struct.Struct
    short_bytes: int
    extra_bytes: int
    repeated: Field | None = None
    complaint: str | None = None


_FLAGS_CUT = Plan(
    flags=0, fields=(), numbers=struct.Struct(""), short_bytes=0, extra_bytes=0, complaint="it ends within its flags"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Many packets at once, one row each; NaN where the sensor did not say, or where `readable` is False."""

    readable: NDArray[np.bool_]
    flags: NDArray[np.int64]
    short_bytes: NDArray[np.int64]
    fields: dict[str, Column]


class Layout:
    """Flags first, then those fields that the flags promise, then perhaps one that repeats to the end."""

    def __init__(self, characteristic: str, flags_code: str, *fields: Field, repeated: Field | None = None) -> None:
        self._characteristic = characteristic
        self._flags_size = struct.calcsize("<" + flags_code)
        self._fields = fields
        self._repeated = repeated
        self._plans: dict[tuple[bytes, int], Plan] = {}

    def read(self, payload: bytes) -> tuple[int, dict[str, Any]]:
        """Give the flags and the fields by name, with `short_bytes` and `extra_bytes`.

        Reading stops at the first field that does not fit: it and all after it stay away, as do fields that were not
        promised. Raises UnreadablePacket where the flags are cut, or where not even the first promised field fits.
        """
        plan = self._plan_of(payload)
        if plan.complaint is not None:
            raise UnreadablePacket(self._characteristic, payload, plan.complaint)
        values: dict[str, Any] = {"short_bytes": plan.short_bytes, "extra_bytes": plan.extra_bytes}
        numbers = plan.numbers.unpack_from(payload)
        for field, raw in zip(plan.fields, numbers, strict=False):
            values[field.name] = _number(field, raw)
        if plan.repeated:
            values[plan.repeated.name] = tuple(_number(plan.repeated, raw) for raw in numbers[len(plan.fields) :])
        return plan.flags, values

    def columns(self, payloads: Sequence[bytes], names: Collection[str]) -> Columns:
        """Read the named fields of many packets as `read` would, an hour of them in a few milliseconds."""
        rows: dict[tuple[bytes, int], list[int]] = defaultdict(list)
        for row, payload in enumerate(payloads):
            rows[payload[: self._flags_size], len(payload)].append(row)
        read = Columns(
            readable=np.zeros(len(payloads), dtype=np.bool_),
            flags=np.zeros(len(payloads), dtype=np.int64),
            short_bytes=np.zeros(len(payloads), dtype=np.int64),
            fields={name: np.full(len(payloads), np.nan) for name in names},
        )
        for alike in rows.values():
            self._fill(read, alike, [payloads[row] for row in alike])
        return read

    def promised_bytes(self, flags: int) -> int:
        """How long a whole packet with these flags is, at least: a field that repeats comes once or more."""
        fields = (*self._fields, self._repeated) if self._repeated else self._fields
        return self._flags_size + sum(field.size for field in fields if field.promised_by(flags))

    def plan(self, flags: int, size: int) -> Plan:
        """What to read of packets with these flags and of this size."""
        promised = [field for field in self._fields if field.promised_by(flags)]
        fitting = list(_fitting(promised, size - self._flags_size))
        whole = self.promised_bytes(flags)
        codes = "".join(field.code for field in fitting)
        repeated = self._repeated if self._repeated and self._repeated.promised_by(flags) and size >= whole else None
        if repeated:
            codes += repeated.code * (1 + (size - whole) // repeated.size)
            whole = size + (whole - size) % repeated.size
        return Plan(
            flags=flags,
            fields=tuple(fitting),
            numbers=struct.Struct(f"<{self._flags_size}x{codes}"),
            short_bytes=max(0, whole - size),
            extra_bytes=max(0, size - whole),
            repeated=repeated,
            complaint=f"too short for its first field, {promised[0].name}" if promised and not fitting else None,
        )

    def _plan_of(self, payload: bytes) -> Plan:
        head, size = payload[: self._flags_size], len(payload)
        plan = self._plans.get((head, size))
        if plan is None:
            plan = self.plan(int.from_bytes(head, "little"), size) if len(head) == self._flags_size else _FLAGS_CUT
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[head, size] = plan
        return plan

    def _fill(self, read: Columns, rows: list[int], payloads: list[bytes]) -> None:
        """Write the rows of packets that have one plan."""
        plan = self._plan_of(payloads[0])
        if plan.complaint:
            return
        read.readable[rows] = True
        read.flags[rows] = plan.flags
        read.short_bytes[rows] = plan.short_bytes
        table = np.frombuffer(b"".join(payloads), dtype=np.uint8).reshape(len(rows), len(payloads[0]))
        at = self._flags_size
        for field in plan.fields:
            if field.name in read.fields:
                read.fields[field.name][rows] = _numbers(field, table[:, at : at + field.size])
            at += field.size


def _fitting(fields: Sequence[Field], room: int) -> Iterator[Field]:
    for field in fields:
        room -= field.size
        if room < 0:
            return
        yield field


def _number(field: Field, raw: int | bytes) -> float | None:
    number = int.from_bytes(raw, "little") if isinstance(raw, bytes) else raw
    if number in field.absent:
        return None
    return number if field.per is None else number / field.per


def _numbers(field: Field, raw: NDArray[np.uint8]) -> Column:
    """The same for a column of them: one row of bytes a packet."""
    if field.code == U24:
        number = raw @ np.array([1, 1 << 8, 1 << 16])
    else:
        number = np.ascontiguousarray(raw).view("<" + field.code)[:, 0]
    values: Column = np.where(np.isin(number, field.absent), np.nan, number)
    return values if field.per is None else values / field.per
