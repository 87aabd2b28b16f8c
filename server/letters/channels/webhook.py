"""Webhook: a signed POST to a program, by the conventions of Standard Webhooks (webhook-id, -timestamp, -signature)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets

from rules.signs.alert_kinds import Urgency
from server.letters.channel import BadChannel, Config, Field, Message, checked_url, host_of, typed_fields
from server.letters.outward import Outward

KIND = "webhook"
LABEL = "Webhook"
PREFIX = "whsec_"
FIELDS = (
    Field(name="url", label="Address", hint="https://…"),
    Field(
        name="secret",
        label="Signing secret",
        secret=True,
        optional=True,
        hint="whsec_… ; made for you where you have none, and shown once.",
    ),
)


def check(typed: Config, outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    checked_url(config["url"], ("https", "http") if outward.lan else ("https",))
    config["secret"] = config["secret"] or PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    if len(_key(config)) < 16:
        raise BadChannel("A signing secret is whsec_ and at least 16 bytes in base64.")
    return config


def provider(config: Config) -> str:
    return f"webhook {host_of(config['url'])}"


def shown(config: Config) -> str:
    return host_of(config["url"])


async def send(config: Config, message: Message, outward: Outward) -> None:
    body = json.dumps(
        {
            "id": message.key,
            "title": message.title,
            "text": message.text,
            "urgency": Urgency(message.urgency).name,
            "link": outward.link,
            "detail": message.detail or None,
        },
        ensure_ascii=False,
    ).encode()
    await outward.post(config["url"], body=body, headers=signed(config, message.key, body, outward))


def signed(config: Config, key: str, body: bytes, outward: Outward) -> dict[str, str]:
    """The headers; the signature covers the id, the moment and the body, so that none of them can be another's."""
    at = str(int(outward.clock().timestamp()))
    mac = hmac.new(_key(config), f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "webhook-id": key,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def _key(config: Config) -> bytes:
    try:
        return base64.b64decode(config["secret"].removeprefix(PREFIX), validate=True)
    except binascii.Error as why:
        raise BadChannel("A signing secret is whsec_ and at least 16 bytes in base64.") from why
