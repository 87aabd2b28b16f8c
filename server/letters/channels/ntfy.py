"""ntfy: a push to whoever subscribed to a topic, at ntfy.sh or at a server of one's own."""

from __future__ import annotations

import re

from server.letters.channel import BadChannel, Config, Field, Message, checked_url, host_of, typed_fields
from server.letters.outward import Outward

KIND = "ntfy"
LABEL = "ntfy"
FIELDS = (
    Field(name="topic", label="Topic", secret=True, hint="Long and hard to guess: who knows it reads along."),
    Field(name="server", label="Server", optional=True, hint="https://ntfy.sh unless you run your own."),
    Field(name="token", label="Access token", secret=True, optional=True),
)
TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")


def check(typed: Config, outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    if TOPIC.fullmatch(config["topic"]) is None:
        raise BadChannel("A topic has up to 64 letters, digits, hyphens and underscores.")
    config["server"] = checked_url(config["server"] or "https://ntfy.sh", ("https", "http")).rstrip("/")
    if config["token"] and config["server"].startswith("http://") and not outward.loopback:
        raise BadChannel(
            "An access token is sent only with encryption: the address of the server begins with https://."
        )
    return config


def provider(config: Config) -> str:
    return f"ntfy {host_of(config['server'])}"


def shown(config: Config) -> str:
    return f"{config['topic'][:3]}… at {host_of(config['server'])}"


async def send(config: Config, message: Message, outward: Outward) -> None:
    headers = {
        "Title": message.title,
        "Priority": "urgent" if message.is_urgent else "default",
        "Click": outward.link,
        # A later message with the same sequence takes the place of the earlier one on the phone.
        "X-Sequence-ID": message.key,
        "Idempotency-Key": message.key,
    }
    if config["token"]:
        headers["Authorization"] = f"Bearer {config['token']}"
    url = f"{config['server']}/{config['topic']}"
    await outward.post(url, body=message.body("").encode(), headers=headers)
