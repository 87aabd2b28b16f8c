"""A table of every real file: what was read, how far that is from the file's own summary, and why. Run it as it is."""

from __future__ import annotations

import math
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "helpers"))

from real_files import (
    channels,
    differences_percent,
    distance_m,
    duration_s,
    every_file,
    folder,
    joined_m,
    silent_s,
)

from sensors import files
from sensors.errors import UnreadableFile
from sensors.files.run import FileRun

FAR_PERCENT = 1.0

FARTHEST_PERCENT = 5.0  # no watch whose speeds are farther from its distance is taken at a general word

OWN_SPEED = "the watch's own speeds, however they are joined, do not add up to its own distance, which it smooths apart"
HELD_SPEED = "a speed held for seconds is not the mean of them"
CREEPS = "the watch says speed 0 over {} of its distance, which creeps on while its runner stands"
SAMPLE = "a sample of the maker's own kit, the first 13.7 s of a walk: its speeds lag behind its distance"
CLOCK = "the clock jumped by 20 days after 102 records; that side was left out and the run is marked partial"

# (file, quantity): why the samples and the file's own summary differ by more than one percent.
KNOWN = {
    ("FR920xt-with-Stryd.fit", "distance"): OWN_SPEED,
    (
        "FR920xt-with-Stryd.fit",
        "cadence",
    ): "the cadence is the pod's, which never dropped out; the watch sums up its own",
    ("FR630-with-lth.fit", "distance"): OWN_SPEED,
    ("Move_2020_01_15_19_27_16_Running.fit", "distance"): f"{OWN_SPEED}; position in one record of four",
    ("mornindew-broken.fit", "cadence"): "the cadence is the pod's; the watch sums up its own",
    ("mornindew-broken.fit", "distance"): OWN_SPEED,
    ("time-jump.fit", "duration"): CLOCK,
    ("time-jump.fit", "distance"): CLOCK,
    ("invalid-altitude-and-empty-record-at-end.fit", "duration"): "a last record with only a time, 169 s later",
    ("invalid-altitude-and-empty-record-at-end.fit", "distance"): OWN_SPEED,
    ("Multisession.fit", "duration"): "the second session was closed 12 s after its last record",
    (
        "Multisession.fit",
        "distance",
    ): "after each of three stops the speed takes seconds to catch up: 20 m in 6 s at a stated 1.4 to 1.8 m/s",
    ("A-20250913T210453.fit", "cadence"): "131 of 714 s lie in silences; with those as standing 1.9 % are left",
    ("Multiple-Trainings.tcx", "distance"): "the first seconds state 19 m/s, over which the distance moves 2 m/s",
    ("football-2023-12-10.fit", "distance"): CREEPS.format("932 of 5731 m"),
    ("A-20250919T020042.fit", "distance"): CREEPS.format("81 of 416 m"),
    ("A-20250925T015846.fit", "distance"): CREEPS.format("89 of 388 m"),
    ("A-20251117T133005.fit", "distance"): CREEPS.format("123 of 1001 m"),
    **{
        (f"activity-{name}.fit", quantity): SAMPLE
        for name in ("filecrc", "settings-corruptheader", "unexpected-eof")
        for quantity in ("duration", "distance")
    },
}


def main() -> int:
    if folder() is None:
        print("Set STRIDEGATE_REAL_DATA to the folder that holds data/MANIFEST.tsv.", file=sys.stderr)
        return 2
    held, unexplained = every_file(), 0
    with ProcessPoolExecutor() as readers:
        for lines, unknown in readers.map(_report, held):
            print(lines, flush=True)
            unexplained += unknown
    print(f"\n{len(held)} files, {unexplained} differences of more than {FAR_PERCENT} % that nobody explained")
    return 1 if unexplained else 0


def reason(run: FileRun, name: str, quantity: str) -> str | None:
    """Why this run differs: what is known of the file, or what its samples show."""
    if (name, quantity) in KNOWN:
        return KNOWN[name, quantity]
    if quantity == "cadence":
        return _why_cadence(run)
    return _why_distance(run) if quantity == "distance" and run.recording.sources.get("speed_mps") == "watch" else None


def _why_cadence(run: FileRun) -> str | None:
    """A watch counts on while it records nothing: with its silences as standing there is no more than it sums up."""
    silent = silent_s(run.recording)
    heard_s = duration_s(run.recording) + 1 - silent
    standing = differences_percent(run)["cadence"] / 100 + 1
    if silent <= 0 or standing * heard_s / (heard_s + silent) > 1 + FAR_PERCENT / 100:
        return None
    return f"{silent:.0f} s lie in silences longer than a sample stands for, at which the watch counted on"


def _why_distance(run: FileRun) -> str | None:
    """Holding each speed until the next sample, or the watch itself."""
    summed_m = run.summary.distance_m or math.nan
    far = 100 * (joined_m(run.recording) - summed_m) / summed_m
    if abs(far) <= FAR_PERCENT:
        silent = silent_s(run.recording)
        return f"{HELD_SPEED}, and {silent:.0f} s lie in longer silences: joined {far:+.1f} %"
    return f"{OWN_SPEED}: joined {far:+.1f} %" if abs(far) <= FARTHEST_PERCENT else None


def _report(path: Path) -> tuple[str, int]:
    """What is said of a file, and how many differences nobody explained."""
    try:
        runs = files.read(path.read_bytes())
    except UnreadableFile as why:
        return f"{path.name}\n    refused: {why}", 0
    told = [_report_run(path.name, run) for run in runs]
    return "\n".join([path.name, *(line for lines, _ in told for line in lines)]), sum(unknown for _, unknown in told)


def _report_run(name: str, run: FileRun) -> tuple[list[str], int]:
    recording, far, unexplained = run.recording, differences_percent(run), 0
    lines = [
        f"{run.sport}: {len(recording)} samples, {duration_s(recording):.0f} s, {distance_m(recording):.0f} m",
        f"channels: {', '.join(f'{each} ({recording.sources[each]})' for each in channels(recording))}",
        *(f"note: {note}" for note in recording.notes),
        "against its summary: " + (", ".join(f"{each} {by:+.1f} %" for each, by in far.items()) or "it has none"),
    ]
    for quantity, by in far.items():
        if abs(by) > FAR_PERCENT:
            why = reason(run, name, quantity)
            unexplained += why is None
            lines.append(f"{quantity}: {why or 'NOT EXPLAINED'}")
    return [f"    {line}" for line in lines], unexplained


if __name__ == "__main__":
    sys.exit(main())
