"""FIT files of watches: every run in them, with whatever could be read of a damaged one."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sensors.files.columns import DAY_S, Point, recording_of
from sensors.files.fit_messages import Told, activities
from sensors.files.fit_points import cadence_of, power_of
from sensors.files.run import PARTIAL, FileRun, Summary
from sensors.files.sport import remark, sport_named, taken

TAIL_S = 60.0  # records this long after the end of the last session belong to one that was never written
_INDOORS = ("treadmill", "indoor_running", "virtual_activity")


def recognises(head: bytes) -> bool:
    """The four letters stand behind the sizes and versions of the header."""
    return head[8:12] == b".FIT"


def read(data: bytes) -> tuple[FileRun, ...]:
    """Every run of the file, of every activity chained into it, sorted by start.

    Raise UnreadableFile where it holds none.
    """
    legs = [leg for told in activities(data) for leg in _legs(told)]
    wanted = taken(leg.sport for leg in legs)
    runs = [_run(leg) for leg in legs if leg.sport in wanted]
    return tuple(sorted(runs, key=lambda run: run.begins_s))


@dataclass(frozen=True, slots=True)
class _Leg:
    """One session of an activity: the run of a triathlon, or all of a plain file."""

    told: Told
    session: Mapping[str, object]
    sport: str
    points: list[Point]


def _legs(told: Told) -> Iterator[_Leg]:
    """Each session with its records; a record belongs to the last session that had begun."""
    sessions = [*sorted(told.sessions, key=_begin_s), *_unwritten(told)]
    begins = [_begin_s(session) for session in sessions[1:]]
    points: list[list[Point]] = [[] for _ in sessions]
    for point in told.points:
        points[bisect_right(begins, point.get("at_s", -math.inf))].append(point)
    for session, of_session in zip(sessions, points, strict=True):
        if of_session:
            yield _Leg(told, session, _sport(session, told.sports), of_session)


def _unwritten(told: Told) -> list[Mapping[str, object]]:
    """The session that a file cut short had no time to write, as far as the rest of the file tells it."""
    if not told.sessions:
        return [{}]
    if not any(note.startswith(PARTIAL) for note in told.notes):
        return []
    lasted = [_number(session.get("total_elapsed_time")) for session in told.sessions]
    end_s = max(
        _begin_s(session) + (seconds or math.inf) for session, seconds in zip(told.sessions, lasted, strict=True)
    )
    if not any(end_s + TAIL_S < point.get("at_s", -math.inf) < end_s + DAY_S for point in told.points):
        return []
    begun = told.sports[len(told.sessions) :]  # a watch writes the sport when a session begins
    return [{"start_time": end_s, **(begun[-1] if begun else {})}]


def _run(leg: _Leg) -> FileRun:
    power, power_source = power_of(leg.points)
    cadence, unit, cadence_source = cadence_of(leg.points)
    altitude_source = _altitude_source(leg)
    points = [{**point, **watts, **steps} for point, watts, steps in zip(leg.points, power, cadence, strict=True)]
    if leg.session.get("sub_sport") in _INDOORS:
        points = [{**point, "altitude_m": math.nan} for point in points]  # the weather of a room, not a slope
    recording = recording_of(
        points,
        sources={
            "speed_mps": "watch",
            "cadence_spm": cadence_source,
            "grade": altitude_source,
            "heart_rate_bpm": "watch",
            "power_w": power_source,
            "altitude_m": altitude_source,
        },
        cadence_unit=unit,
        pauses=leg.told.pauses,
        notes=(*leg.told.notes, *remark(leg.sport)),
    )
    return FileRun(recording=recording, sport=leg.sport, summary=_summary(leg.session))


def _sport(session: Mapping[str, object], sports: list[Mapping[str, object]]) -> str:
    """By the session; where it is silent, by the message in which the watch named the sport and its profile."""
    said = {**(sports[-1] if sports and (len(sports) == 1 or not session) else {}), **session}
    if said.get("sport") == "fitness_equipment" and said.get("sub_sport") in _INDOORS:
        return "running"
    sport = said.get("sport", "")
    profile = said.get("sport_profile_name") or said.get("name") or ""
    return sport_named(f"sport {sport}" if isinstance(sport, int) else str(sport), str(profile))


def _altitude_source(leg: _Leg) -> str:
    """Who measured height: the air pressure only where the file lists a barometer among its own sensors."""
    if leg.session.get("sub_sport") in _INDOORS:
        return "treadmill"
    return "barometer" if leg.told.barometer else "gps"


def _summary(session: Mapping[str, object]) -> Summary:
    cadence = _number(session.get("avg_running_cadence", session.get("avg_cadence")))
    if cadence is not None:
        cadence += _number(session.get("avg_fractional_cadence")) or 0.0
        cadence *= 1 if cadence >= 130 else 2  # strides by the specification; some write steps
    return Summary(
        duration_s=_number(session.get("total_elapsed_time")),
        distance_m=_number(session.get("total_distance")),
        cadence_spm=cadence,
    )


def _begin_s(session: Mapping[str, object]) -> float:
    begin_s = _number(session.get("start_time"))
    return -math.inf if begin_s is None else begin_s


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
