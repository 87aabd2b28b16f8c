"""Web push to the installed page; its text is encrypted for the browser, and the push service reads nothing."""

from __future__ import annotations

import json

import aiohttp

from server.letters.channel import BadChannel, Config, Field, Message, checked_url, host_of, typed_fields
from server.letters.outward import NotDelivered, Outward, refuse_status, said_of
from server.pacing import TRY_S

KIND = "web_push"
LABEL = "This browser"
FIELDS = (
    Field(name="endpoint", label="Endpoint", secret=True),
    Field(name="p256dh", label="Key", secret=True),
    Field(name="auth", label="Secret", secret=True),
)
KEPT_FOR_S = 24 * 3600  # by the push service, for a phone that is off


def check(typed: Config, outward: Outward) -> dict[str, str]:
    config = typed_fields(FIELDS, typed)
    checked_url(config["endpoint"], ("https", "http") if outward.lan else ("https",))
    if outward.vapid is None:
        raise BadChannel("This server has no key for web push.")
    return config


def provider(config: Config) -> str:
    return f"web push {host_of(config['endpoint'])}"


def shown(config: Config) -> str:
    return f"a browser, by {host_of(config['endpoint'])}"


async def send(config: Config, message: Message, outward: Outward) -> None:
    from pywebpush import WebPushException, webpush_async  # noqa: PLC0415  # half a second that many never need

    if outward.vapid is None:
        raise NotDelivered("This server has no key for web push.")
    body = {"key": message.key, "title": message.title, "text": message.body(""), "link": outward.link}
    keys: dict[str, str | bytes] = {"p256dh": config["p256dh"], "auth": config["auth"]}
    try:
        async with outward.http() as session:
            answer = await webpush_async(
                {"endpoint": config["endpoint"], "keys": keys},
                data=json.dumps(body),
                vapid_private_key=outward.vapid,
                vapid_claims={"sub": f"mailto:stridegate@{outward.domain}"},
                ttl=KEPT_FOR_S,
                # With one topic a second try takes the place of the first while the phone is off.
                headers={"Urgency": "high" if message.is_urgent else "normal", "Topic": message.key[:32]},
                aiohttp_session=session,
                timeout=TRY_S,
            )
    except WebPushException as why:
        if why.response is None:
            raise NotDelivered("The subscription of this browser cannot be used.", for_good=True) from why
        refuse_status(int(getattr(why.response, "status", 0)))
        raise NotDelivered("The push service did not take it.") from why
    except (aiohttp.ClientError, OSError, TimeoutError) as why:
        raise NotDelivered(said_of(why), down=True) from why
    except (ValueError, TypeError) as why:
        raise NotDelivered("The subscription of this browser cannot be used.", for_good=True) from why
    if not isinstance(answer, str):
        refuse_status(answer.status)
