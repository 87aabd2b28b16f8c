"""Broker: an MQTT broker that a person typed, or the one of the settings file."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where to publish, and as whom. One from the settings file may have a private address."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)
    from_settings: bool = False

    @classmethod
    def from_url(cls, url: str) -> Broker:
        """mqtt:// or mqtts://user:password@host:port."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (8883 if is_tls else 1883),
            is_tls=is_tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            from_settings=True,
        )
