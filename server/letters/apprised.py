"""Apprised: services that apprise speaks, each tried once and none allowed to reach where it likes."""

from __future__ import annotations

import re

from server.letters.channel import Message
from server.letters.outward import NotDelivered, Outward, in_thread

# Tokens of an URL template by which a person could name any machine; such a service could reach inside the house.
NAMES_A_MACHINE = re.compile(r"\{(host|hostname|server|url|endpoint|fqdn|domain|instance|site)\}")


def service_of(url: str, *, lan: bool) -> str | None:
    """The name of the service behind an apprise URL, None where it cannot be used here."""
    import apprise  # noqa: PLC0415  # it takes a third of a second and 30 MB, and many never need it

    try:
        found = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    except (TypeError, ValueError, AttributeError):
        return None
    if found is None:
        return None
    name = str(found.service_name)
    fixed = str(getattr(type(found), "notify_url", "")).startswith("https://")
    free = any(NAMES_A_MACHINE.search(template) for template in map(str, type(found).templates))
    return name if (fixed and not free) or (lan and (fixed or free)) else None


async def notify(url: str, message: Message, outward: Outward) -> None:
    """Hand over to apprise, in a thread. Raises NotDelivered."""
    text = message.body(outward.link, reference=True)
    if not await in_thread(lambda: _notify(url, message.title, text)):
        raise NotDelivered("The service did not take it.")


def _notify(url: str, title: str, text: str) -> bool:
    import apprise  # noqa: PLC0415

    sender = apprise.Apprise()
    return bool(sender.add(url)) and bool(sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT))
