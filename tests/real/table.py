"""A table of every real file: what was read, how far that is from the file's own summary, and why. Run it as it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "helpers"))

from real_files import (
    RealFile,
    channels,
    differences_percent,
    distance_m,
    duration_s,
    folder,
    real_files,
    silent_s,
)

from sensors import files
from sensors.errors import UnreadableFile
from sensors.files.run import FileRun
from sensors.recording import SENSOR_HOLD_S

FAR_PERCENT = 1.0

OWN_SPEED = "every second is there; the watch's speeds do not add up to its own distance, which it smooths apart"
HELD_SPEED = "smart recording: a speed held for seconds is not the mean of them"
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
    ("Multiple-Trainings.tcx", "distance"): "the first seconds state 19 m/s, over which the distance moves 2 m/s",
    **{
        (f"activity-{name}.fit", quantity): SAMPLE
        for name in ("filecrc", "settings-corruptheader", "unexpected-eof")
        for quantity in ("duration", "distance")
    },
}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--long", action="store_true", help="also one runner's long series")
    if folder() is None:
        print("Set STRIDEGATE_REAL_DATA to the folder that holds data/MANIFEST.tsv.", file=sys.stderr)
        return 2
    held = list(real_files(longitudinal=arguments.parse_args().long))
    unexplained = sum(_report(one) for one in held)
    print(f"\n{len(held)} files, {unexplained} differences of more than {FAR_PERCENT} % that nobody explained")
    return 1 if unexplained else 0


def reason(run: FileRun, name: str, quantity: str) -> str | None:
    """Why this run differs: what is known of the file, or what its samples show."""
    recording = run.recording
    silent = silent_s(recording)
    if (name, quantity) in KNOWN:
        return KNOWN[name, quantity]
    if quantity == "cadence" and silent > 0:
        return f"{silent:.0f} s lie in silences longer than a sample stands for, at which the watch counted on"
    if quantity != "distance" or recording.sources.get("speed_mps") != "watch":
        return None
    if recording.hold_s == SENSOR_HOLD_S:
        return OWN_SPEED
    return f"{HELD_SPEED}, and {silent:.0f} s lie in longer silences" if silent > 0 else HELD_SPEED


def _report(one: RealFile) -> int:
    """Print a file, and count the differences that nobody explained."""
    try:
        runs = files.read(one.path.read_bytes())
    except UnreadableFile as why:
        print(f"{one.path.name}\n    refused: {why}")
        return 0
    print(one.path.name)
    return sum(_report_run(one.path.name, run) for run in runs)


def _report_run(name: str, run: FileRun) -> int:
    recording, unexplained = run.recording, 0
    print(f"    {run.sport}: {len(recording)} samples, {duration_s(recording):.0f} s, {distance_m(recording):.0f} m")
    print(f"    channels: {', '.join(f'{each} ({recording.sources[each]})' for each in channels(recording))}")
    for note in recording.notes:
        print(f"    note: {note}")
    far = differences_percent(run)
    print("    against its summary: " + (", ".join(f"{each} {by:+.1f} %" for each, by in far.items()) or "it has none"))
    for quantity, by in far.items():
        if abs(by) > FAR_PERCENT:
            why = reason(run, name, quantity)
            unexplained += why is None
            print(f"    {quantity}: {why or 'NOT EXPLAINED'}")
    return unexplained


if __name__ == "__main__":
    sys.exit(main())
