"""Channel: what a way to a person is, what it asks them to type, and what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from rules.signs.alert_kinds import Urgency
from server.letters.outward import Outward

Config = Mapping[str, str]
LONGEST = 2000  # of what is typed into one field


class BadChannel(Exception):
    """What was typed cannot be a channel; the sentence is for whoever typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel carries. `key` stays the same for every try; `detail` is there only where the person chose it."""

    key: str
    title: str
    text: str
    urgency: int
    detail: str = ""

    @property
    def is_urgent(self) -> bool:
        return self.urgency >= Urgency.PAGE

    def body(self, link: str, *, reference: bool = False) -> str:
        """The whole text; the reference shows a reader that two are one, where the provider cannot."""
        parts = [self.text, self.detail, link, f"Reference {self.key[:8]}" if reference else ""]
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to type; a secret is never shown again."""

    name: str
    label: str
    secret: bool = False
    optional: bool = False
    hint: str = ""


class Channel(Protocol):
    """What a module of the folder `channels` offers.

    `check` gives the configuration as it is kept, or raises BadChannel; `provider` names what breaks down together;
    `shown` is what a person knows the channel by, without a secret; `send` returns once the provider has taken the
    message, and raises NotDelivered otherwise.
    """

    KIND: str
    LABEL: str
    FIELDS: tuple[Field, ...]

    def check(self, typed: Config, outward: Outward) -> dict[str, str]: ...

    def provider(self, config: Config) -> str: ...

    def shown(self, config: Config) -> str: ...

    async def send(self, config: Config, message: Message, outward: Outward) -> None: ...


def typed_fields(fields: tuple[Field, ...], typed: Config) -> dict[str, str]:
    """What was typed, without what was not asked. Raises BadChannel where something is missing."""
    found = {field.name: typed.get(field.name, "").strip() for field in fields}
    for field in fields:
        value = found[field.name]
        if not value and not field.optional:
            raise BadChannel(f"{field.label} is missing.")
        if len(value) > LONGEST or not value.isprintable():
            raise BadChannel(f"{field.label} holds something that cannot be kept.")
    return found


def checked_url(text: str, schemes: tuple[str, ...]) -> str:
    """A URL with one of these schemes and a host. Raises BadChannel."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as why:
        raise BadChannel("This is not an address that can be read.") from why
    if parts.scheme not in schemes or not host or parts.username is not None:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise BadChannel(f"The address must begin with {wanted} and name a host, without a password in it.")
    return text


def host_of(url: str) -> str:
    """The host and port of a URL: what breaks down together."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
