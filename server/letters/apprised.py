"""Services that apprise supports and that have a fixed address, reached through the checked client only."""

from __future__ import annotations

import sys
from typing import Any

from server.letters.channel import Message
from server.letters.outward import NotDelivered, Outward, in_thread
from server.letters.pinned_requests import PinnedRequests

# Plugins whose requests all go to hosts that the plugin itself names: no part of the URL can choose another machine.
FIXED_HOSTS = frozenset({"discord", "google_chat", "join", "pagerduty", "prowl", "pushbullet", "slack"})


def service_of(url: str) -> str | None:
    """The name of the service behind an apprise URL, None if it cannot be used here."""
    plugin = _plugin(url)
    return None if plugin is None else str(plugin.service_name)


async def notify(url: str, message: Message, outward: Outward) -> None:
    """Send by apprise, in a thread. Raises NotDelivered."""
    text = message.body(outward.link, reference=True)
    if not await in_thread(lambda: _notify(url, message.title, text, outward)):
        raise NotDelivered("The service did not take it.")


def _notify(url: str, title: str, text: str, outward: Outward) -> bool:
    import apprise  # noqa: PLC0415  # it takes a third of a second and 30 MB, and many never need it

    plugin = _plugin(url)
    if plugin is None:
        return False
    sys.modules[type(plugin).__module__].requests = PinnedRequests(outward.connect)  # type: ignore[attr-defined]
    sender = apprise.Apprise()
    return bool(sender.add(plugin)) and bool(
        sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    )


def _plugin(url: str) -> Any:
    """The plugin for a URL, None if it is not one of FIXED_HOSTS or asks for no certificate checks."""
    import apprise  # noqa: PLC0415

    try:
        plugin = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    except (TypeError, ValueError, AttributeError):
        return None
    if plugin is None or _module_name(plugin) not in FIXED_HOSTS or not plugin.verify_certificate:
        return None
    return plugin


def _module_name(plugin: Any) -> str:
    """Such as discord for apprise.plugins.discord or slack for apprise.plugins.slack.base."""
    return type(plugin).__module__.removeprefix("apprise.plugins.").partition(".")[0]
