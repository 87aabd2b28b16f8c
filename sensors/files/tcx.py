"""TCX files of Garmin Connect and others: every running activity, and the readable beginning of one cut short."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError  # nosec B405

import numpy as np
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from sensors.errors import UnreadableFile
from sensors.files.columns import Point, recording_of, strides_or_steps
from sensors.files.run import PARTIAL, FileRun, Summary
from sensors.files.sport import remark, sport_named, taken
from sensors.files.xml_text import FORBIDDEN, holds_element, local_name, number_in, plain_xml, utc_seconds


def recognises(head: bytes) -> bool:
    """The root element has a name nobody else uses."""
    return holds_element(head, "TrainingCenterDatabase")


def read(data: bytes) -> tuple[FileRun, ...]:
    """The running activities of the file, sorted by start, in whatever order they stood.

    Raise UnreadableFile where there is none, or where the file declares entities.
    """
    activities = [activity for activity in _activities(plain_xml(data)) if activity.points]
    wanted = taken(activity.sport for activity in activities)
    runs = [_run(activity) for activity in activities if activity.sport in wanted]
    return tuple(sorted(runs, key=lambda run: run.begins_s))


@dataclass(slots=True)
class _Activity:
    sport: str
    points: list[Point] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    summed_up: bool = True
    timed_s: float = 0.0
    distance_m: float = 0.0
    cadence_by_time: float = 0.0


def _run(activity: _Activity) -> FileRun:
    cadence = np.array([point.get("cadence_spm", math.nan) for point in activity.points])
    speed = np.array([point.get("speed_mps", math.nan) for point in activity.points])
    recording = recording_of(
        activity.points,
        sources={
            **dict.fromkeys(("speed_mps", "cadence_spm", "heart_rate_bpm", "power_w"), "watch"),
            "altitude_m": "gps",
        },
        cadence_unit=strides_or_steps(cadence, speed),
        pauses=activity.pauses,
        notes=(*activity.notes, *remark(activity.sport)),
    )
    return FileRun(recording=recording, sport=activity.sport, summary=_summary(activity))


def _summary(activity: _Activity) -> Summary:
    """The laps together; they count the time of the timer, so the pauses are added. One lap missing, all are."""
    if not activity.summed_up or not activity.timed_s:
        return Summary()
    paused_s = sum(end - begin for begin, end in activity.pauses)
    cadence = activity.cadence_by_time / activity.timed_s
    return Summary(
        duration_s=activity.timed_s + paused_s,
        distance_m=activity.distance_m or None,
        cadence_spm=(cadence if cadence >= 130 else 2 * cadence) or None,
    )


def _activities(text: str) -> list[_Activity]:
    """Every activity; where the XML breaks off, what stood before it, with a note."""
    reader = _Reader()
    try:
        for event, element in iterparse(io.BytesIO(text.encode()), events=("start", "end"), forbid_dtd=True):
            reader.begin(element) if event == "start" else reader.end(element)
    except DefusedXmlException as why:
        raise UnreadableFile(FORBIDDEN) from why
    except ParseError as why:
        if not reader.activities:
            raise UnreadableFile("This TCX file is damaged, no run could be read from it.") from why
        activity = reader.activities[-1]
        activity.summed_up = False
        activity.notes.append(f"{PARTIAL}the file breaks off after {len(activity.points)} samples")
    return reader.activities


class _Reader:
    """Gathers activities while the XML streams by; elements are emptied behind it."""

    def __init__(self) -> None:
        self.activities: list[_Activity] = []
        self._tracks_in_lap = 0
        self._stopped_s: float | None = None

    def begin(self, element: Element) -> None:
        match local_name(element.tag):
            case "Activity":
                self.activities.append(_Activity(sport_named(element.get("Sport"))))
                self._stopped_s = None
            case "Lap":
                self._tracks_in_lap = 0
            case "Track":
                # Within a lap a new track begins where the timer was started again.
                again = self._tracks_in_lap > 0 and self.activities and self.activities[-1].points
                self._stopped_s = self.activities[-1].points[-1].get("at_s") if again else None
                self._tracks_in_lap += 1

    def end(self, element: Element) -> None:
        if not self.activities:
            return  # a planned course has points too
        match local_name(element.tag):
            case "Trackpoint":
                self._add(_point(element))
                element.clear()
            case "Lap":
                _sum_up(self.activities[-1], element)
                element.clear()

    def _add(self, point: Point) -> None:
        activity = self.activities[-1]
        if self._stopped_s is not None and "at_s" in point:
            activity.pauses.append((self._stopped_s, point["at_s"]))
            self._stopped_s = None
        activity.points.append(point)


_FIELDS = {
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "Value": "heart_rate_bpm",  # the only element inside HeartRateBpm
    "Speed": "speed_mps",
    "Watts": "power_w",
    "Cadence": "cadence_spm",
    "RunCadence": "cadence_spm",  # stands behind Cadence and wins over it
}


def _point(trackpoint: Element) -> Point:
    point: dict[str, float] = {}
    for element in trackpoint.iter():
        name = local_name(element.tag)
        value = utc_seconds(element.text) if name == "Time" else number_in(element.text)
        if value is not None and (name == "Time" or name in _FIELDS):
            point["at_s" if name == "Time" else _FIELDS[name]] = value
    return point


def _sum_up(activity: _Activity, lap: Element) -> None:
    said = {local_name(element.tag): number_in(element.text) or 0.0 for element in lap}
    seconds = said.get("TotalTimeSeconds", 0.0)
    cadences = (number_in(one.text) for one in lap.iter() if local_name(one.tag) == "AvgRunCadence")
    activity.timed_s += seconds
    activity.distance_m += said.get("DistanceMeters", 0.0)
    activity.cadence_by_time += seconds * (next(cadences, None) or 0.0)
