"""Which sports of a file count as running, in the words of watches, phones and websites."""

from __future__ import annotations

from collections.abc import Iterable

from sensors.errors import UnreadableFile

# "9" and "1" are the sports of older Strava exports.
_RUNNING = {
    *("running", "run", "9", "jogging", "trail_running", "treadmill_running", "treadmill", "track_running"),
    *("street_running", "indoor_running", "virtual_run", "virtualrun", "trailrun", "trail_run", "ultra_run"),
}
_OTHERS = {
    "biking": "cycling",
    "bike": "cycling",
    "ride": "cycling",
    "1": "cycling",
    "road_biking": "cycling",
    "mountain_biking": "cycling",
    "cycling": "cycling",
    "swim": "swimming",
    "walk": "walking",
    "hike": "hiking",
    "other": "generic",
    "": "unknown",
}
# The profile names under which watches file a football match; the sport itself still says running.
_FOOTBALL = {"football", "soccer", "fútbol", "futbol", "fußball", "fussball", "futebol", "calcio", "voetbal", "fotboll"}

_ON_FOOT = ("running", "football", "walking", "hiking", "generic", "unknown")
_RUN = ("running", "football")


def sport_named(word: str | None, profile: str | None = None) -> str:
    """One of our words for a sport: "running", "football", "walking", "cycling"…; "unknown" where nothing is said."""
    if (profile or "").strip().casefold() in _FOOTBALL:
        return "football"
    plain = "_".join((word or "").casefold().replace("-", " ").split())
    if plain in _RUNNING:
        return "running"
    if plain in _FOOTBALL:
        return "football"
    return _OTHERS.get(plain, plain)


def taken(sports: Iterable[str]) -> frozenset[str]:
    """Which of a file's sports are read: the running alone, or the one sport on foot that there is.

    Raise UnreadableFile where there is neither.
    """
    held = list(dict.fromkeys(sports))
    running = frozenset(sport for sport in held if sport in _RUN)
    if running:
        return running
    if len(held) == 1 and held[0] in _ON_FOOT:
        return frozenset(held)
    raise UnreadableFile(f"There is no run in this file, it holds {_listed(held)}." if held else NO_RUN)


NO_RUN = "There is no run in this file."


def remark(sport: str) -> tuple[str, ...]:
    """The note a run carries whose file does not call it running."""
    if sport == "running":
        return ()
    return ("the file does not say its sport",) if sport == "unknown" else (f"the file calls this {sport}",)


def _listed(sports: list[str]) -> str:
    words = [sport.replace("_", " ") for sport in sports]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
