"""One module a GATT characteristic; the folder is the registry, and this is its door."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, Self

from sensors.errors import UnreadablePacket
from sensors.packet import short_uuid


class Measurement(Protocol):
    """What every characteristic of this folder is: a frozen dataclass with these facts beside its own fields.

    `NOTIFIES`: subscribe to it. `READABLE`: read it once a connection. Neither: leave it alone.
    """

    CHARACTERISTIC: ClassVar[str]
    SERVICE: ClassVar[str]
    NOTIFIES: ClassVar[bool]
    READABLE: ClassVar[bool]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def short_bytes(self) -> int:
        """Bytes that the flags promised and the packet lacks."""

    @property
    def extra_bytes(self) -> int:
        """Bytes that no known field accounts for."""

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Raise UnreadablePacket where nothing can be read, and nothing else."""


def decode(characteristic: str, payload: bytes) -> Measurement:
    """Read one packet; the characteristic as "2A53", "2a53" or in its long form.

    Raises UnreadablePacket for a characteristic nobody here knows and for bytes from which nothing can be read.
    """
    known = characteristics()
    kind = known.get(characteristic) or known.get(short_uuid(characteristic))
    if kind is None:
        raise UnreadablePacket(characteristic, payload, "nobody here knows this characteristic")
    return kind.decode(bytes(payload))  # Bluetooth stacks hand out bytearrays


@functools.cache
def characteristics() -> Mapping[str, type[Measurement]]:
    """Every characteristic that can be read, by its short form."""
    found: dict[str, type[Measurement]] = {}
    for module in pkgutil.iter_modules(__path__):
        for thing in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(thing, type) and "CHARACTERISTIC" in vars(thing):
                found[vars(thing)["CHARACTERISTIC"]] = thing
    return MappingProxyType(dict(sorted(found.items())))


def services() -> Mapping[str, str]:
    """The service in which each characteristic is found: {"2A53": "1814", …}."""
    return {short: kind.SERVICE for short, kind in characteristics().items()}


def to_json(measurement: Measurement) -> dict[str, Any]:
    """The fields by name, flat; None stays null, lists are lists."""
    said = {field.name: getattr(measurement, field.name) for field in fields(measurement)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()}
