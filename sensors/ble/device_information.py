"""Device Information (service 0x180A): who made a sensor and which one it is, as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from sensors.errors import UnreadablePacket


@dataclass(frozen=True, slots=True, kw_only=True)
class ManufacturerName:
    CHARACTERISTIC: ClassVar[str] = "2A29"
    SERVICE: ClassVar[str] = "180A"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    manufacturer: str | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        return cls(manufacturer=_text(cls.CHARACTERISTIC, payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNumber:
    CHARACTERISTIC: ClassVar[str] = "2A24"
    SERVICE: ClassVar[str] = "180A"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    model: str | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        return cls(model=_text(cls.CHARACTERISTIC, payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialNumber:
    CHARACTERISTIC: ClassVar[str] = "2A25"
    SERVICE: ClassVar[str] = "180A"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    serial: str | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        return cls(serial=_text(cls.CHARACTERISTIC, payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareRevision:
    CHARACTERISTIC: ClassVar[str] = "2A26"
    SERVICE: ClassVar[str] = "180A"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    firmware: str | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        return cls(firmware=_text(cls.CHARACTERISTIC, payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareRevision:
    CHARACTERISTIC: ClassVar[str] = "2A27"
    SERVICE: ClassVar[str] = "180A"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    hardware: str | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        return cls(hardware=_text(cls.CHARACTERISTIC, payload))


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareRevision:
    CHARACTERISTIC: ClassVar[str] = "2A28"
    SERVICE: ClassVar[str] = "180A"
    NOTIFIES: ClassVar[bool] = False
    READABLE: ClassVar[bool] = True

    software: str | None
    short_bytes: int = 0
    extra_bytes: int = 0

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where there is no byte."""
        return cls(software=_text(cls.CHARACTERISTIC, payload))


def _text(characteristic: str, payload: bytes) -> str | None:
    """UTF-8, often padded with zero bytes; None where nothing printable is left."""
    if not payload:
        raise UnreadablePacket(characteristic, payload, "there is no byte in it")
    text = payload.decode("utf-8", errors="replace")
    return "".join(letter for letter in text if letter.isprintable()).strip() or None
