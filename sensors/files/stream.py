"""The JSON stream: a run written down by hand as segments of constant values, for tests and examples."""

from __future__ import annotations

import math
from typing import Annotated, cast

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from sensors.errors import UnreadableFile
from sensors.files.columns import hold_for
from sensors.files.run import FileRun
from sensors.recording import CHANNELS, SENSOR_HOLD_S, CadenceUnit, Column, Recording

MOST_SAMPLES = 2_000_000  # a day at 20 Hz; more is a slip of the pen
_ASKED = ("references", "fatigue_onset_s", "previous", "source")
SMART = "smart"
_BAROMETER = ("barometric", "barometer", "baro")

Seconds = Annotated[float, Meta(gt=0, le=1_000_000)]
Rate = Annotated[float, Meta(gt=0, le=1000)]


class _Segment(msgspec.Struct, kw_only=True):
    for_s: Seconds
    hz: Rate | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    grade: float | None = None
    heart_rate_bpm: float | None = None
    power_w: float | None = None
    altitude_m: float | None = None


class _Stream(msgspec.Struct, kw_only=True):
    segments: list[_Segment]
    hz: Rate = 1.0
    drop_samples: list[int | list[int]] = []  # one pair, or a list of pairs
    source: dict[str, str | None] | None = None
    references: dict[str, object] | None = None
    fatigue_onset_s: float | None = None
    previous: dict[str, object] | None = None


def recognises(head: bytes) -> bool:
    """A JSON object; which one is said where it is read."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def read(data: bytes) -> tuple[FileRun, ...]:
    """The one run of the stream, a sample every 1/hz seconds from t = 0; a channel that a segment leaves out is NaN.

    It stands for the packets of sensors, unless its `source.recording` is "smart": then for the file of a watch.
    `asked` holds `references`, `fatigue_onset_s`, `previous` and `source` as found. Raise UnreadableFile with where
    and what is wrong.
    """
    try:
        stream = _decoder.decode(data.removeprefix(b"\xef\xbb\xbf"))
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as why:
        raise UnreadableFile(f"This JSON file is not a stream of segments: {why}.") from why
    columns = _columns(stream)
    kept = _kept(len(columns["t_s"]), stream.drop_samples)
    t_s = columns.pop("t_s")[kept]
    is_smart = (stream.source or {}).get("recording") == SMART
    recording = Recording.of(
        t_s,
        **{name: column[kept] for name, column in columns.items()},
        sources=_sources(stream),
        cadence_unit=_cadence_unit(stream),
        hold_s=hold_for(t_s) if is_smart else SENSOR_HOLD_S,
        from_packets=not is_smart,
        notes=_strangers(found),
    )
    asked: dict[str, object] = {
        name: found[name] for name in ("references", "fatigue_onset_s", "previous", "source") if name in found
    }
    return (FileRun(recording=recording, sport="running", asked=asked),)


def _columns(stream: _Stream) -> dict[str, Column]:
    counts = [math.ceil(segment.for_s * (segment.hz or stream.hz) - 1e-9) for segment in stream.segments]
    if not 0 < sum(counts) <= MOST_SAMPLES:
        raise UnreadableFile(f"This stream has {sum(counts)} samples; it may have 1 to {MOST_SAMPLES}.")
    begins = np.cumsum([0.0, *(segment.for_s for segment in stream.segments)])
    times = [
        begin + np.arange(count) / (segment.hz or stream.hz)
        for begin, count, segment in zip(begins, counts, stream.segments, strict=False)
    ]
    columns = {"t_s": np.concatenate(times)}
    for name in CHANNELS:
        values = [getattr(segment, name) for segment in stream.segments]
        columns[name] = np.repeat([math.nan if value is None else value for value in values], counts)
    return columns


def _kept(length: int, drop: list[int | list[int]]) -> NDArray[np.bool_]:
    pairs = [one for one in drop if isinstance(one, list)]
    numbers = [one for one in drop if isinstance(one, int)]
    kept = np.full(length, True)
    for pair in [*pairs, numbers] if numbers else pairs:
        if len(pair) != 2 or not 0 <= pair[0] <= pair[1]:
            raise UnreadableFile(f"This stream drops samples {pair}; that should be [from, to), counted from 0.")
        kept[pair[0] : pair[1]] = False
    if not kept.any():
        raise UnreadableFile("This stream drops every sample it has.")
    return kept


def _sources(stream: _Stream) -> dict[str, str]:
    """Who said each channel that is there: the stream's own word, or its maker."""
    said = stream.source or {}
    stated = [name for name in CHANNELS if any(getattr(one, name) is not None for one in stream.segments)]
    sources = dict.fromkeys(stated, "stream")
    if "grade" in stated:
        sources["grade"] = said.get("grade") or "treadmill"
    altitude = said.get("altitude")
    if "altitude_m" in stated and altitude:
        sources["altitude_m"] = "barometer" if altitude in _BAROMETER else altitude
    return sources


def _cadence_unit(stream: _Stream) -> CadenceUnit | None:
    unit = (stream.source or {}).get("cadence_unit")
    if unit not in (None, "steps", "strides"):
        raise UnreadableFile(f"This stream counts cadence in {unit!r}; it can be steps or strides.")
    return cast(CadenceUnit | None, unit)


def _strangers(found: dict[str, object]) -> tuple[str, ...]:
    segments = cast(list[dict[str, object]], found["segments"])
    strangers = sorted({name for segment in segments for name in segment} - set(_Segment.__struct_fields__))
    return (f"not known and left out: {', '.join(strangers)}",) if strangers else ()


_decoder = msgspec.json.Decoder(_Stream)
