"""Channels: every module of this folder is one way to reach a person; the folder is the registry."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import cast

from server.letters.channel import Channel

CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        channel.KIND: channel
        for channel in (
            cast(Channel, import_module(f"{__name__}.{module.name}")) for module in sorted(iter_modules(__path__))
        )
    }
)
