"""Every real file beside the project: read or refused with a sentence, whole, and near to what it says of itself."""

import numpy as np
import pytest
from real_files import differences_percent, duration_s, real_files

from sensors import files, store
from sensors.errors import UnreadableFile
from sensors.recording import CHANNELS

REFUSED = {
    "runkeeper-negative-time-step-at-start.gpx": "it holds cycling",  # Runkeeper names the sport in the track's name
}
# The manifest counts all that a file holds; these hold more than one run, or a side of a clock that jumped.
PARTS = {
    "Multisession.fit": [254, 237],
    "sample_mulitple_header.fit": [518],  # the run of a triathlon
    "Multiple-Trainings.tcx": [773, 541, 1054],
    "time-jump.fit": [465],
    "test.tcx": [373],  # the last point breaks off in the middle
}
DAMAGED = ("activity-unexpected-eof.fit", "activity-filecrc.fit", "test.tcx", "time-jump.fit")

HELD = list(real_files())
SERIES = [one for one in real_files(longitudinal=True) if "longitudinal" in one.path.parts]


@pytest.mark.real
@pytest.mark.parametrize("held", HELD, ids=lambda one: one.path.name)
def test_a_real_file_is_read_whole_or_refused_with_a_sentence(held):
    name, data = held.path.name, held.path.read_bytes()
    if name in REFUSED:
        with pytest.raises(UnreadableFile, match=REFUSED[name]):
            files.read(data)
        return
    runs = files.read(data)
    assert [len(run.recording) for run in runs] == PARTS.get(name, [held.number("records")])
    if name not in PARTS:
        assert duration_s(runs[0].recording) == pytest.approx(held.number("duration_s"), abs=1)
    partial = [note for run in runs for note in run.recording.notes if note.startswith("partial: ")]
    assert bool(partial) == (name in DAMAGED)


@pytest.mark.real
@pytest.mark.parametrize("held", HELD, ids=lambda one: one.path.name)
def test_a_real_recording_is_stored_to_the_last_bit(held):
    if held.path.name in REFUSED:
        return
    for run in files.read(held.path.read_bytes()):
        again = store.unpack(store.pack(run.recording))
        for name in ("t_s", *CHANNELS):
            before, after = (getattr(one, name).view(np.uint64) for one in (run.recording, again))
            assert np.array_equal(before, after), name


@pytest.mark.real
@pytest.mark.parametrize("held", SERIES, ids=lambda one: one.path.name)
def test_a_run_of_the_long_series_is_as_long_as_its_manifest_says(held):
    data = held.path.read_bytes()
    if held.said["sport"] not in ("running", "walking"):
        with pytest.raises(UnreadableFile, match="There is no run in this file, it holds"):
            files.read(data)
        return
    (run,) = files.read(data)
    assert run.sport == held.said["sport"]
    assert len(run.recording) == held.number("records")
    assert abs(differences_percent(run)["duration"]) < 1.0
