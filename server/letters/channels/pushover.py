"""Pushover."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import Outward

KIND = "pushover"
LABEL = "Pushover"
FIELDS = (
    Field(name="user", label="User key", secret=True),
    Field(name="token", label="Application token", secret=True),
)
API_URL = "https://api.pushover.net/1/messages.json"
# "Emergency" rings until it is answered and needs a loop of its own; "high" breaks the phone's quiet hours.
NORMAL, HIGH = 0, 1
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
    form = {
        "user": config["user"],
        "token": config["token"],
        "title": message.title,
        "message": message.body(outward.link, reference=True),
        "priority": HIGH if message.is_urgent else NORMAL,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    await outward.post(API_URL, body=urlencode(form).encode(), headers=headers)
