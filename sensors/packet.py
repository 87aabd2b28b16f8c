"""Packet: one Bluetooth notification as it came, and its line on the wire."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from sensors.errors import SensorError

BASE_UUID_TAIL = "-0000-1000-8000-00805f9b34fb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One notification. Never altered after the moment it came.

    `boot` names the run of the gateway's operating system within which `mono_ns` counts; `wall_ns` is what the
    gateway believed the time to be (nanoseconds since 1970, UTC), right or wrong; `sensor` is the Bluetooth address;
    `characteristic` is the short form "2A53" where the Bluetooth SIG gave one.
    """

    boot: str
    mono_ns: int
    wall_ns: int
    adapter: str
    sensor: str
    characteristic: str
    payload: bytes

    def to_line(self) -> bytes:
        """One JSON line with its newline; the same packet always gives the same bytes, for they are hashed."""
        return (
            _encoder.encode(
                _Line(
                    boot=self.boot,
                    mono_ns=self.mono_ns,
                    wall_ns=self.wall_ns,
                    adapter=self.adapter,
                    sensor=self.sensor,
                    char=self.characteristic,
                    hex=self.payload.hex(),
                )
            )
            + b"\n"
        )

    @classmethod
    def from_line(cls, line: bytes) -> Packet:
        """Raise BrokenLine where the line is not a packet."""
        try:
            said = _decoder.decode(line)
            payload = bytes.fromhex(said.hex)
        except (msgspec.MsgspecError, ValueError) as why:
            raise BrokenLine(f"not a packet: {why}") from why
        return cls(
            boot=said.boot,
            mono_ns=said.mono_ns,
            wall_ns=said.wall_ns,
            adapter=said.adapter,
            sensor=said.sensor,
            characteristic=short_uuid(said.char),
            payload=payload,
        )


class BrokenLine(SensorError):
    """A line of a capture that is not a packet."""


def short_uuid(uuid: str) -> str:
    """The four hex digits of a characteristic of the Bluetooth SIG ("2A53"), else the long form in lower case."""
    text = uuid.strip().lower().removeprefix("0x")
    if text.endswith(BASE_UUID_TAIL) and text.startswith("0000"):
        text = text[4:8]
    return text.upper() if len(text) == 4 else text


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    boot: str
    mono_ns: int
    wall_ns: int
    adapter: str
    sensor: str
    char: str
    hex: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)
