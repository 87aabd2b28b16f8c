"""Layout: the field table of a characteristic, read in the order of its specification as far as the bytes reach."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sensors.errors import UnreadablePacket

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
    def always(self) -> bool:
        """Whether it is there under any flags."""
        return not self.when and not self.unless

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


class Layout:
    """Flags first, then those fields that the flags promise, then perhaps one that repeats to the end."""

    def __init__(self, characteristic: str, flags_code: str, *fields: Field, repeated: Field | None = None) -> None:
        self._characteristic = characteristic
        self.flags_size = struct.calcsize("<" + flags_code)
        self._fields = fields
        self._repeated = repeated
        self._plans: dict[tuple[bytes, int], Plan] = {}

    def read(self, payload: bytes) -> tuple[int, dict[str, Any]]:
        """Give the flags and the fields by name, with `short_bytes` and `extra_bytes`.

        Reading stops at the first field that does not fit: it and all after it stay away, as do fields that were not
        promised. Raises UnreadablePacket where the flags are cut, where a field is cut that is there under any flags,
        or where not even the first promised field fits.
        """
        plan = self.plan_of(payload)
        if plan.complaint is not None:
            raise UnreadablePacket(self._characteristic, payload, plan.complaint)
        values: dict[str, Any] = {"short_bytes": plan.short_bytes, "extra_bytes": plan.extra_bytes}
        numbers = plan.numbers.unpack_from(payload)
        for field, raw in zip(plan.fields, numbers, strict=False):
            values[field.name] = _number(field, raw)
        if plan.repeated:
            values[plan.repeated.name] = tuple(_number(plan.repeated, raw) for raw in numbers[len(plan.fields) :])
        return plan.flags, values

    def promised_bytes(self, flags: int) -> int:
        """How long a whole packet with these flags is, at least: a field that repeats comes once or more."""
        fields = (*self._fields, self._repeated) if self._repeated else self._fields
        return self.flags_size + sum(field.size for field in fields if field.promised_by(flags))

    def plan(self, flags: int, size: int) -> Plan:
        """What to read of packets with these flags and of this size."""
        promised = [field for field in self._fields if field.promised_by(flags)]
        fitting = list(_fitting(promised, size - self.flags_size))
        whole = self.promised_bytes(flags)
        codes = "".join(field.code for field in fitting)
        repeated = self._repeated if self._repeated and self._repeated.promised_by(flags) and size >= whole else None
        if repeated:
            codes += repeated.code * (1 + (size - whole) // repeated.size)
            whole = size + (whole - size) % repeated.size
        return Plan(
            flags=flags,
            fields=tuple(fitting),
            numbers=struct.Struct(f"<{self.flags_size}x{codes}"),
            short_bytes=max(0, whole - size),
            extra_bytes=max(0, size - whole),
            repeated=repeated,
            complaint=_complaint(promised, fitting),
        )

    def plan_of(self, payload: bytes) -> Plan:
        """The plan for this packet, made once and remembered."""
        head, size = payload[: self.flags_size], len(payload)
        plan = self._plans.get((head, size))
        if plan is None:
            plan = self.plan(int.from_bytes(head, "little"), size) if len(head) == self.flags_size else _FLAGS_CUT
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[head, size] = plan
        return plan


def _complaint(promised: Sequence[Field], fitting: Sequence[Field]) -> str | None:
    """What stands against reading the packet: it lacks a field that every packet has, or the first of its own."""
    for place, field in enumerate(promised[len(fitting) :], len(fitting)):
        if place == 0 or field.always:
            return f"too short for {field.name}"
    return None


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
