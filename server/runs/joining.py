"""Joining: the recordings of one session become one Recording with gaps, and a part of one is cut out of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sensors.recording import CHANNELS, CadenceUnit, Column, Recording

LAST_HOLD_S = 1.0  # the last sample of a recording speaks for one second
GRADES = ("barometer", "gps")  # worked out of an altitude; a grade that somebody stated outranks them
ENTERED = "runner"


def part(recording: Recording, since: datetime | None, until: datetime | None) -> Recording:
    """The rows in [since, until) of a recording that has a start; None leaves that end as it is.

    A part that begins later starts there.
    """
    start = _start(recording)
    begin_s = -np.inf if since is None else (since - start).total_seconds()
    end_s = np.inf if until is None else (until - start).total_seconds()
    rows = _rows(recording, (recording.t_s >= begin_s) & (recording.t_s < end_s))
    return rows if since is None else _since(rows, since)


def join(recordings: Sequence[Recording]) -> Recording:
    """One recording of several, each of which has a start; the earlier in the list speaks where two overlap.

    Between them is a pause in which nobody says anything. Where they disagree on the source of a slope, the more
    doubtful word is kept: an incline that the runner typed in makes the whole of it typed in.
    """
    if len(recordings) == 1:
        return recordings[0]
    origin = min(_start(one) for one in recordings)
    shifted = [_since(one, origin) for one in recordings]
    apart = sorted((one for one in _without_overlaps(shifted) if len(one)), key=lambda one: float(one.t_s.min()))
    if not apart:
        return replace(recordings[0], **_facts(recordings))  # type: ignore[arg-type]
    hold_s = max(one.hold_s for one in apart)
    alike = [_same_unit(_agreeing(one, apart), apart) for one in apart]
    closed = [*(_silent_between(one, hold_s, ends=False) for one in alike[:-1]), _silent_between(alike[-1], hold_s)]
    t_s = np.concatenate([one.t_s for one in closed])
    channels = {name: np.concatenate([getattr(one, name) for one in closed]) for name in CHANNELS}
    facts = _facts(recordings) | {
        "sources": {name: source for name in CHANNELS if (source := _source(name, apart)) is not None},
        "cadence_unit": _unit(apart),
        "hold_s": hold_s,
        "from_packets": all(one.from_packets for one in apart),
        "pauses_s": (*_shifted_pauses(apart), *_gaps(apart)),
    }
    return Recording(t_s=t_s, **channels, start=origin, **facts)  # type: ignore[arg-type]


def _since(recording: Recording, origin: datetime) -> Recording:
    """The same with its seconds counted from `origin`."""
    by_s = (_start(recording) - origin).total_seconds()
    pauses = tuple((begin + by_s, end + by_s) for begin, end in recording.pauses_s)
    return replace(recording, start=origin, t_s=recording.t_s + by_s, pauses_s=pauses)


def _start(recording: Recording) -> datetime:
    if recording.start is None:
        raise ValueError("a recording without a start cannot be joined or cut")
    return recording.start


def _facts(recordings: Iterable[Recording]) -> dict[str, object]:
    every = list(recordings)
    return {
        "notes": tuple(dict.fromkeys(note for one in every for note in one.notes)),
        "unreadable_packets": sum(one.unreadable_packets for one in every),
    }


def _rows(recording: Recording, chosen: NDArray[np.bool_]) -> Recording:
    columns = {name: getattr(recording, name)[chosen] for name in ("t_s", *CHANNELS)}
    return replace(recording, **columns)


def _without_overlaps(recordings: Iterable[Recording]) -> list[Recording]:
    """Each without the time of which an earlier one of the list already speaks."""
    kept: list[Recording] = []
    for one in recordings:
        free = np.ones(len(one), dtype=bool)
        for other in kept:
            if len(other):
                free &= (one.t_s < other.t_s.min()) | (one.t_s > other.t_s.max())
        kept.append(_rows(one, free))
    return kept


def _source(channel: str, recordings: Sequence[Recording]) -> str | None:
    """Who says a channel of the whole: the first of those that say it, and of slopes the most doubtful one."""
    said = [one.sources.get(channel, "") for one in recordings if not np.isnan(getattr(one, channel)).all()]
    named = list(dict.fromkeys(source for source in said if source))
    if channel == "grade":
        stated = [source for source in named if source not in GRADES]
        return ENTERED if ENTERED in named else next(iter([*stated, *named]), None)
    if channel == "altitude_m" and "barometer" in named:
        return "barometer"
    return " and ".join(named) or None


def _agreeing(recording: Recording, every: Sequence[Recording]) -> Recording:
    """Without the slopes and heights whose source is none that may speak for the whole."""
    silenced = {}
    for channel in ("grade", "altitude_m"):
        whole, own = _source(channel, every), recording.sources.get(channel)
        typed_in = channel == "grade" and whole == ENTERED and own not in GRADES
        if whole is not None and own != whole and not typed_in:
            silenced[channel] = np.full(len(recording), np.nan)
    return replace(recording, **silenced)  # type: ignore[arg-type]


def _unit(recordings: Sequence[Recording]) -> CadenceUnit | None:
    units = {one.cadence_unit for one in recordings if not np.isnan(one.cadence_spm).all()}
    return units.pop() if len(units) == 1 else "steps" if units else recordings[0].cadence_unit


def _same_unit(recording: Recording, every: Sequence[Recording]) -> Recording:
    """In steps where others say something else; a unit that nobody named says nothing beside one that is known."""
    if _unit(every) == recording.cadence_unit:
        return recording
    factor = {"strides": 2.0, "steps": 1.0}.get(recording.cadence_unit or "", np.nan)
    return replace(recording, cadence_spm=recording.cadence_spm * factor)


def _silent_between(recording: Recording, hold_s: float, *, ends: bool = True) -> Recording:
    """With a row without any word where this one falls silent sooner than the whole is held, and before the next."""
    order = np.argsort(recording.t_s, kind="stable")
    sorted_ = replace(recording, **{name: getattr(recording, name)[order] for name in ("t_s", *CHANNELS)})
    t_s = sorted_.t_s
    silent = t_s[:-1][np.diff(t_s) > recording.hold_s] + recording.hold_s if recording.hold_s < hold_s else t_s[:0]
    extra = silent if ends else np.concatenate([silent, t_s[-1:] + LAST_HOLD_S])
    columns = {name: _with_silence(getattr(sorted_, name), len(extra)) for name in CHANNELS}
    return replace(sorted_, t_s=np.concatenate([t_s, extra]), **columns)  # type: ignore[arg-type]


def _with_silence(column: Column, rows: int) -> Column:
    return np.concatenate([column, np.full(rows, np.nan)])


def _shifted_pauses(recordings: Iterable[Recording]) -> Iterable[tuple[float, float]]:
    return (pause for one in recordings for pause in one.pauses_s)


def _gaps(recordings: Sequence[Recording]) -> Iterable[tuple[float, float]]:
    """From the end of each to the start of the next: nobody was expected to run."""
    reached = float(recordings[0].t_s.max()) + LAST_HOLD_S
    for one in recordings[1:]:
        begins = float(one.t_s.min())
        if begins > reached:
            yield reached, begins
        reached = max(reached, float(one.t_s.max()) + LAST_HOLD_S)
