"""Telegram, by a bot of one's own."""

from __future__ import annotations

import json
import re

from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import Outward

KIND = "telegram"
LABEL = "Telegram"
FIELDS = (
    Field(name="token", label="Bot token", secret=True, hint="From @BotFather."),
    Field(name="chat", label="Chat id", hint="A number; write to your bot once, so that it may answer."),
)
API_URL = "https://api.telegram.org"
TOKEN = re.compile(r"[0-9]{6,12}:[-_A-Za-z0-9]{30,50}")
CHAT = re.compile(r"-?[0-9]{3,20}")


def check(typed: Config, _outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    if TOKEN.fullmatch(config["token"]) is None:
        raise BadChannel("This is not the token of a bot.")
    if CHAT.fullmatch(config["chat"]) is None:
        raise BadChannel("The chat id is a number.")
    return config


def provider(_config: Config) -> str:
    return "telegram"


def shown(config: Config) -> str:
    return f"chat …{config['chat'][-3:]}"


async def send(config: Config, message: Message, outward: Outward) -> None:
    body = {"chat_id": config["chat"], "text": f"{message.title}\n\n{message.body(outward.link, reference=True)}"}
    url = f"{API_URL}/bot{config['token']}/sendMessage"
    await outward.post(url, body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
