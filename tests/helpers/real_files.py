"""The real files that may stand beside the project, and how a recording compares with what a file says of itself."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensors.files.run import FileRun
from sensors.recording import CHANNELS, Recording


def folder() -> Path | None:
    """Where the real files are, None where there are none."""
    named = os.environ.get("STRIDEGATE_REAL_DATA")
    data = Path(named) / "data" if named else None
    return data if data is not None and (data / "MANIFEST.tsv").is_file() else None


@dataclass(frozen=True, slots=True)
class RealFile:
    """A file and its row of the manifest."""

    path: Path
    said: dict[str, str]

    def number(self, *names: str) -> float | None:
        """The first of these columns that holds a number."""
        texts = (self.said.get(name) or "" for name in names)
        return next((float(text) for text in texts if text.lstrip("-").replace(".", "", 1).isdigit()), None)


def real_files(*, longitudinal: bool = False) -> Iterator[RealFile]:
    """Every file of the manifest, and of the one runner's long series where wanted."""
    top = folder()
    for place in [top, top / "longitudinal" if longitudinal else None] if top else []:
        if place is None:
            continue
        with (place / "MANIFEST.tsv").open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                yield RealFile(place / row["file"], row)


def every_file() -> list[Path]:
    """All that lies in the folder, in the manifest or not."""
    top = folder()
    held = sorted(top.rglob("*")) if top else []
    return [path for path in held if path.is_file() and path.name != "MANIFEST.tsv"]


def covered(recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """The order of the samples in time, and how long each stands for; the last for a second."""
    order = np.argsort(recording.t_s, kind="stable")
    t_s = recording.t_s[order]
    return order, np.minimum(np.diff(t_s, append=t_s[-1] + 1), recording.hold_s)


def duration_s(recording: Recording) -> float:
    """From the first sample to the last."""
    return float(recording.t_s.max() - recording.t_s.min())


def distance_m(recording: Recording) -> float:
    """Speed over the time for which it was known."""
    order, hold_s = covered(recording)
    return float(np.nansum(recording.speed_mps[order] * hold_s))


def joined_m(recording: Recording) -> float:
    """Speed along straight lines from sample to sample, over every silence but a pause: what no holding can bend."""
    told = ~np.isnan(recording.speed_mps)
    order = np.argsort(recording.t_s[told], kind="stable")
    t_s, speed = recording.t_s[told][order], recording.speed_mps[told][order]
    ran_s = np.diff(t_s)
    for begin, end in recording.pauses_s:
        ran_s -= np.clip(np.minimum(end, t_s[1:]) - np.maximum(begin, t_s[:-1]), 0, None)
    return float(np.sum(np.clip(ran_s, 0, None) * (speed[1:] + speed[:-1]) / 2))


def cadence_spm(recording: Recording) -> float | None:
    """The mean of the steps a minute; standing still counts as 0, as watches count it."""
    order, hold_s = covered(recording)
    cadence = recording.cadence_spm[order] * (2 if recording.cadence_unit == "strides" else 1)
    told = ~np.isnan(cadence)
    return float(np.average(cadence[told], weights=hold_s[told])) if told.any() else None


def channels(recording: Recording) -> list[str]:
    """The channels that hold anything."""
    return [name for name in CHANNELS if not np.isnan(getattr(recording, name)).all()]


def differences_percent(run: FileRun) -> dict[str, float]:
    """How far the samples are from the file's own summary, where it has one."""
    measured = {
        "duration": (duration_s(run.recording), run.summary.duration_s),
        "distance": (distance_m(run.recording), run.summary.distance_m),
        "cadence": (cadence_spm(run.recording), run.summary.cadence_spm),
    }
    return {
        name: 100 * (ours - theirs) / theirs for name, (ours, theirs) in measured.items() if ours is not None and theirs
    }


def silent_s(recording: Recording) -> float:
    """Seconds for which no sample stands, outside the pauses that the file declares."""
    _, hold_s = covered(recording)
    paused_s = sum(end - begin for begin, end in recording.pauses_s)
    return max(0.0, duration_s(recording) + 1 - float(hold_s.sum()) - paused_s)
