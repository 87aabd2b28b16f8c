"""Layout: the field table of a characteristic, read in the order of its specification as far as the bytes reach."""

from __future__ import annotations

import struct
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


class Layout:
    """Flags first, then those fields that the flags promise."""

    def __init__(self, characteristic: str, flags_code: str, *fields: Field) -> None:
        self._characteristic = characteristic
        self._flags = struct.Struct("<" + flags_code)
        self._fields = fields
        self._plans: dict[tuple[int, int], _Plan] = {}

    def read(self, payload: bytes) -> tuple[int, dict[str, Any]]:
        """Give the flags and the fields by name, with `short_bytes` and `extra_bytes`.

        Reading stops at the first field that does not fit: it and all after it stay away, as do fields that were not
        promised. Raises UnreadablePacket where the flags are cut, or where not even the first promised field fits.
        """
        flags = self.flags(payload)
        plan = self._plans.get((flags, len(payload))) or self._remember(flags, payload)
        values: dict[str, Any] = plan.counts.copy()
        for (name, per, absent), raw in zip(plan.fields, plan.numbers.unpack_from(payload), strict=True):
            number = int.from_bytes(raw, "little") if raw.__class__ is bytes else raw
            values[name] = None if number in absent else number if per is None else number / per
        return flags, values

    def flags(self, payload: bytes) -> int:
        """Raise UnreadablePacket where even the flags are cut."""
        if len(payload) < self._flags.size:
            raise UnreadablePacket(self._characteristic, payload, "it ends within its flags")
        flags: int = self._flags.unpack_from(payload)[0]
        return flags

    def promised_bytes(self, flags: int) -> int:
        """How long a whole packet with these flags is."""
        return self._flags.size + sum(struct.calcsize("<" + f.code) for f in self._fields if f.promised_by(flags))

    def _remember(self, flags: int, payload: bytes) -> _Plan:
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        plan = self._plans[flags, len(payload)] = self._plan(flags, payload)
        return plan

    def _plan(self, flags: int, payload: bytes) -> _Plan:
        promised = [field for field in self._fields if field.promised_by(flags)]
        fitting: list[Field] = []
        end = self._flags.size
        for field in promised:
            end += struct.calcsize("<" + field.code)
            if end > len(payload):
                break
            fitting.append(field)
        if promised and not fitting:
            raise UnreadablePacket(self._characteristic, payload, f"too short for its first field, {promised[0].name}")
        whole = self.promised_bytes(flags)
        return _Plan(
            numbers=struct.Struct(f"<{self._flags.size}x" + "".join(field.code for field in fitting)),
            fields=tuple((field.name, field.per, field.absent) for field in fitting),
            counts={"short_bytes": max(0, whole - len(payload)), "extra_bytes": max(0, len(payload) - whole)},
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to read the packets of one length with the same flags."""

    numbers: struct.Struct
    fields: tuple[tuple[str, float | None, tuple[int, ...]], ...]
    counts: dict[str, int]
