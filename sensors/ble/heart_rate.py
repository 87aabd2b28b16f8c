"""Heart Rate Measurement (0x2A37): beats a minute and the intervals between beats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from sensors.layout import NO_U16, Field, Layout

Contact = Literal["unsupported", "not detected", "detected"]

_WIDE, _ENERGY, _INTERVALS = 0x01, 0x08, 0x10
_CONTACT: tuple[Contact, ...] = ("unsupported", "unsupported", "not detected", "detected")

# A strap that has not found a pulse yet sends 0.
_LAYOUT = Layout(
    "2A37",
    "B",
    Field("heart_rate_bpm", "B", unless=_WIDE, absent=(0,)),
    Field("heart_rate_bpm", "H", when=_WIDE, absent=(0, *NO_U16)),
    Field("energy_kj", "H", when=_ENERGY),
    repeated=Field("rr_intervals_s", "H", per=1024, when=_INTERVALS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRate:
    """`contact` alone says little: straps report "not detected" beside a good heart rate.

    `rr_intervals_s` are oldest first, None where none were sent.
    """

    CHARACTERISTIC: ClassVar[str] = "2A37"
    SERVICE: ClassVar[str] = "180D"
    NOTIFIES: ClassVar[bool] = True
    READABLE: ClassVar[bool] = False
    LAYOUT: ClassVar[Layout] = _LAYOUT

    heart_rate_bpm: int | None = None
    contact: Contact
    energy_kj: int | None = None
    rr_intervals_s: tuple[float, ...] | None = None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where not even the heart rate is whole."""
        flags, values = _LAYOUT.read(payload)
        return cls(contact=_CONTACT[flags >> 1 & 0x03], **values)
