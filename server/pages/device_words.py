"""Device words: a browser as people call it; what calls itself by another form stays as it is."""

from __future__ import annotations

from server.pages.reader import Reader

# Each calls itself by its own name and by those of the ones it descends from: the first that is found is meant.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def words(device: str, reader: Reader) -> str:
    """Such as "Firefox on Android" for what a browser says of itself."""
    browser = next((name for sign, name in BROWSERS if sign in device), None)
    system = next((name for sign, name in SYSTEMS if sign in device), None)
    if browser is None or system is None or not device.startswith("Mozilla/"):
        return device
    return reader.gettext("{browser} on {system}", browser=browser, system=system)
