"""SC Control Point (0x2A55): orders to a foot pod and its answers, read here and never written by us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.ble.sensor_location import location_name
from sensors.errors import UnreadablePacket

_SET_CUMULATIVE, _UPDATE_LOCATION, _LIST_LOCATIONS, _RESPONSE = 0x01, 0x03, 0x04, 0x10
_OPERATIONS = {1: "set_cumulative", 2: "start_calibration", 3: "update_location", 4: "list_locations"}
_RESULTS = {1: "success", 2: "op_not_supported", 3: "invalid_parameter", 4: "operation_failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScControlPoint:
    """An order has `op`, an answer has `response_to` and `result`; a result without a meaning is None."""

    CHARACTERISTIC: ClassVar[str] = "2A55"
    SERVICE: ClassVar[str] = "1814"
    NOTIFIES: ClassVar[bool] = False  # reading a run needs no orders, and a gatekeeper gives none
    READABLE: ClassVar[bool] = False

    op: str | None = None
    value_m: float | None = None
    location: str | None = None
    response_to: int | None = None
    result: str | None = None
    locations: tuple[str | None, ...] | None = None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket for an operation that is not defined and for an answer to nothing."""
        code, rest = payload[:1], payload[1:]
        if code == bytes([_RESPONSE]) and rest:
            return cls._answer(rest[0], rest[1:])
        if code and code[0] in _OPERATIONS:
            return cls._order(code[0], rest)
        raise UnreadablePacket(cls.CHARACTERISTIC, payload, "it holds neither a known order nor an answer")

    @classmethod
    def _order(cls, code: int, rest: bytes) -> Self:
        wanted = {_SET_CUMULATIVE: 4, _UPDATE_LOCATION: 1}.get(code, 0)
        whole = len(rest) >= wanted
        metres = int.from_bytes(rest[:4], "little") / 10
        return cls(
            op=_OPERATIONS[code],
            value_m=metres if code == _SET_CUMULATIVE and whole else None,
            location=location_name(rest[0]) if code == _UPDATE_LOCATION and whole else None,
            short_bytes=max(0, wanted - len(rest)),
            extra_bytes=max(0, len(rest) - wanted),
        )

    @classmethod
    def _answer(cls, response_to: int, rest: bytes) -> Self:
        if not rest:
            return cls(response_to=response_to, short_bytes=1)
        result, said = _RESULTS.get(rest[0]), rest[1:]
        if response_to == _LIST_LOCATIONS and result == "success":
            return cls(response_to=response_to, result=result, locations=tuple(map(location_name, said)))
        return cls(response_to=response_to, result=result, extra_bytes=len(said))
