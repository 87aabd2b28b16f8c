"""Pushover, by apprise."""

from __future__ import annotations

import re

from server.letters.apprised import notify
from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import Outward

KIND = "pushover"
LABEL = "Pushover"
FIELDS = (
    Field(name="user", label="User key", secret=True),
    Field(name="token", label="Application token", secret=True),
)
KEY = re.compile(r"[A-Za-z0-9]{30}")


def check(typed: Config, _outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    for field in FIELDS:
        if KEY.fullmatch(config[field.name]) is None:
            raise BadChannel(f"{field.label}: Pushover's keys have 30 letters and digits.")
    return config


def provider(_config: Config) -> str:
    return "pushover"


def shown(config: Config) -> str:
    return f"{config['user'][:3]}…"


async def send(config: Config, message: Message, outward: Outward) -> None:
    # "emergency" would ring until somebody answers and needs a loop of its own; "high" breaks the phone's quiet hours.
    priority = "high" if message.is_urgent else "normal"
    await notify(f"pover://{config['user']}@{config['token']}?priority={priority}", message, outward)
