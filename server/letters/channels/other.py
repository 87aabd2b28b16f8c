"""Any other service that apprise speaks, by its URL, where the service has an address of its own."""

from __future__ import annotations

from server.letters.apprised import notify, service_of
from server.letters.channel import BadChannel, Config, Field, Message, typed_fields
from server.letters.outward import Outward

KIND = "other"
LABEL = "Another service (apprise URL)"
FIELDS = (Field(name="url", label="URL", secret=True, hint="Such as discord://… or slack://…, as apprise writes it."),)


def check(typed: Config, _outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    if service_of(config["url"]) is None:
        raise BadChannel(
            "This service cannot be used here. These can, by their apprise URL: Discord, Google Chat, Join, PagerDuty, "
            "Prowl, Pushbullet and Slack. Certificates are always checked. For a server of your own use ntfy or a "
            "webhook."
        )
    return config


def provider(config: Config) -> str:
    return f"other {service_of(config['url']) or 'unknown'}"


def shown(config: Config) -> str:
    return service_of(config["url"]) or "unknown"


async def send(config: Config, message: Message, outward: Outward) -> None:
    await notify(config["url"], message, outward)
