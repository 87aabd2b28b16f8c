"""GPX files of phones and websites: the running tracks, with speeds from the positions where none are given."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import gpxpy
import gpxpy.gpx

from sensors.errors import UnreadableFile
from sensors.files.columns import Point, recording_of
from sensors.files.run import PARTIAL, FileRun
from sensors.files.sport import remark, sport_named, taken
from sensors.files.xml_text import holds_element, local_name, number_in, plain_xml, seconds_since_1970

# gpxpy takes this out too before it parses; done here, the place of a fault is one in our own text.
_DEFAULT_NAMESPACE = re.compile(r"""\sxmlns=(['"])[^'"]+\1""")
_DAMAGED = "This GPX file is damaged, no run could be read from it."
# gpxpy lets through whatever a wrong latitude, number or version makes Python raise.
_FAULTS = (gpxpy.gpx.GPXException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG

# Under whichever of the three namespaces (Garmin, Cluetrust, none) these stand.
_EXTENSIONS = {
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "cad": "cadence_spm",
    "cadence": "cadence_spm",
    "runcadence": "cadence_spm",
    "speed": "speed_mps",
    "power": "power_w",
    "powerinwatts": "power_w",
    "watts": "power_w",
}


def recognises(head: bytes) -> bool:
    """The root element is called gpx."""
    return holds_element(head, "gpx")


def read(data: bytes) -> tuple[FileRun, ...]:
    """One run for each running track with times, sorted by start.

    Raise UnreadableFile where there is none, or where the file declares entities.
    """
    document, notes = _parsed(_DEFAULT_NAMESPACE.sub("", plain_xml(data), count=1))
    tracks = [(_sport(track), _points(track)) for track in document.tracks]
    told = [(sport, points) for sport, points in tracks if any("at_s" in point for point in points)]
    if not told and any(points for _, points in tracks):
        raise UnreadableFile("There is no run in this file: its track has no times, it is a planned route.")
    wanted = taken(sport for sport, _ in told)
    runs = [_run(sport, points, notes) for sport, points in told if sport in wanted]
    return tuple(sorted(runs, key=lambda run: run.begins_s))


def _run(sport: str, points: list[Point], notes: tuple[str, ...]) -> FileRun:
    stated = any("speed_mps" in point for point in points)
    recording = recording_of(
        points,
        sources={
            "speed_mps": "watch" if stated else "gps",
            **dict.fromkeys(("cadence_spm", "heart_rate_bpm", "power_w"), "watch"),
            "altitude_m": "gps",
        },
        notes=(*notes, *remark(sport)),
    )
    return FileRun(recording=recording, sport=sport)


def _parsed(text: str) -> tuple[gpxpy.gpx.GPX, tuple[str, ...]]:
    """The document; one that breaks off is closed behind its last whole point."""
    try:
        return gpxpy.parse(text), ()
    except gpxpy.gpx.GPXXMLSyntaxException as why:
        whole, end, _ = _readable(text, why.__cause__).rpartition("</trkpt>")
    except _FAULTS as why:
        raise UnreadableFile(_DAMAGED) from why
    try:
        return gpxpy.parse(f"{whole}{end}</trkseg></trk></gpx>"), (f"{PARTIAL}the file breaks off before its end",)
    except _FAULTS as why:
        raise UnreadableFile(_DAMAGED) from why


def _readable(text: str, why: BaseException | None) -> str:
    """What stands before the fault."""
    line, column = getattr(why, "position", (None, None))
    if line is None:
        return text
    lines = re.split("\r\n|\r|\n", text)  # the ends of a line in XML, by which the parser counts
    return "\n".join([*lines[: line - 1], "".join(lines[line - 1 : line])[:column]])


def _sport(track: gpxpy.gpx.GPXTrack) -> str:
    """The type of the track; Runkeeper writes it as the first word of the name instead."""
    if track.type:
        return sport_named(track.type)
    first = sport_named((track.name or "").split(" ")[0])
    return first if first in ("running", "cycling", "walking", "hiking", "swimming") else "unknown"


def _points(track: gpxpy.gpx.GPXTrack) -> list[Point]:
    """The points in order of time, each with its distance along the ground; the positions go no further."""
    placed = [(_point(at), (at.latitude, at.longitude)) for segment in track.segments for at in segment.points]
    placed.sort(key=lambda one: one[0].get("at_s", math.inf))
    so_far_m, before = 0.0, None
    for point, here in placed:
        if abs(here[0]) <= 90 and abs(here[1]) <= 180:  # some place on earth
            so_far_m += _metres_between(before or here, here)
            point["distance_m"] = so_far_m
            before = here
    return [point for point, _ in placed]


def _metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great circle (haversine)."""
    latitude, latitude2 = math.radians(one[0]), math.radians(other[0])
    turn = math.radians(other[1] - one[1])
    half = math.sin((latitude2 - latitude) / 2) ** 2
    half += math.cos(latitude) * math.cos(latitude2) * math.sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def _point(at: gpxpy.gpx.GPXTrackPoint) -> dict[str, float]:
    point: dict[str, float] = {}
    at_s = None if at.time is None else seconds_since_1970(at.time)
    if at_s is not None:
        point["at_s"] = at_s
    for channel, value in (("altitude_m", at.elevation), ("speed_mps", at.speed)):
        if value is not None and math.isfinite(value):
            point[channel] = value
    for element in _elements(at.extensions):
        name = _EXTENSIONS.get(local_name(element.tag).casefold())
        number = number_in(element.text)
        if name and number is not None:
            point[name] = number
    return point


def _elements(extensions: list[Any]) -> Iterator[Any]:
    for extension in extensions:
        yield from extension.iter()
