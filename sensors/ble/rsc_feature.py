"""RSC Feature (0x2A54): what a foot pod says it can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.layout import Layout

_LAYOUT = Layout("2A54", "H")


@dataclass(frozen=True, slots=True, kw_only=True)
class RscFeature:
    """Without `walk_run_status` the running bit of a measurement means nothing."""

    CHARACTERISTIC: ClassVar[str] = "2A54"
    SERVICE: ClassVar[str] = "1814"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    stride_length: bool
    total_distance: bool
    walk_run_status: bool
    calibration: bool
    multi_location: bool
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where its two bytes are not there."""
        bits, counts = _LAYOUT.read(payload)
        return cls(
            stride_length=bool(bits & 0x01),
            total_distance=bool(bits & 0x02),
            walk_run_status=bool(bits & 0x04),
            calibration=bool(bits & 0x08),
            multi_location=bool(bits & 0x10),
            **counts,
        )
