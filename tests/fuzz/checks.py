"""What must hold of whatever was read, from whatever bytes."""

from __future__ import annotations

import json
import math

import numpy as np

from rules.exposure import measure
from rules.vocabulary import References
from sensors import files, store
from sensors.errors import UnreadableFile
from sensors.recording import CHANNELS, Recording

RUNNER = References(v_max_mps=8.0, v_max_kind="measured", v_thr_mps=4.0)
MEASURED_ROWS = 20_000  # a recording of more is not measured here, for it would be slow


def check_file(data: bytes) -> None:
    """A file gives runs that can be kept and measured, or one sentence; a fault nobody foresaw is not one."""
    try:
        runs = files.read(data)
    except UnreadableFile as why:
        assert "never met before" not in str(why), why.__cause__
        assert str(why).endswith(".") and len(str(why)) < 100_000
        return
    assert runs
    begins = [run.begins_s for run in runs]
    assert begins == sorted(begins)
    for run in runs:
        assert run.sport is not None and len(run.recording) > 0
        check_recording(run.recording)


def check_recording(recording: Recording) -> None:
    assert np.isfinite(recording.t_s).all()
    assert not any(np.isinf(getattr(recording, name)).any() for name in CHANNELS)
    assert math.isfinite(recording.hold_s) and recording.hold_s >= 0
    assert all(math.isfinite(end) for pause in recording.pauses_s for end in pause)
    assert recording.start is None or recording.start.tzinfo is not None
    assert recording.unreadable_packets >= 0
    packed = store.pack(recording)
    assert store.pack(store.unpack(packed)) == packed
    if len(recording) <= MEASURED_ROWS:
        check_exposure(measure(recording, RUNNER))


def check_exposure(exposure) -> None:
    json.dumps(exposure.to_json(), allow_nan=False)
    assert 0 <= exposure.coverage_v <= 1
    assert exposure.quality in ("OK", "POOR")
    assert math.isfinite(exposure.dur_s) and exposure.dur_s >= 0
