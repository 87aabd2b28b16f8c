"""Real files of watches and treadmills, where they are there: measured without a warning, close to what they say."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from rules.exposure import measure
from rules.vocabulary import References
from sensors.errors import UnreadableFile
from sensors.files import read
from sensors.recording import CHANNELS

pytestmark = pytest.mark.real

FOLDER = Path(os.environ.get("STRIDEGATE_REAL_DATA", "/nowhere")) / "data"
RUNS = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in (".fit", ".tcx", ".gpx")]
RUNNER = References(
    v_max_mps=7.5, v_max_kind="measured", v_thr_mps=3.8, d_prime_m=200.0, hr_max_bpm=190.0, hr_rest_bpm=50.0, sex="m"
)


@cache
def runs_of(path):
    try:
        return read(path.read_bytes())
    except UnreadableFile:
        return ()


@pytest.mark.skipif(not RUNS, reason="no real data here")
@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.name)
def test_a_real_run_is_measured_whatever_its_oddities(path):
    for run in runs_of(path):
        exposure = measure(run.recording, RUNNER)
        metrics = exposure.metrics
        assert json.dumps(exposure.to_json(), allow_nan=False)
        assert metrics["cont_run_s"] <= metrics["run_s"] <= metrics["run_s"] + metrics["walk_s"] <= exposure.dur_s
        assert metrics["fat_s"] == pytest.approx(max(0.0, metrics["run_s"] - 1800), abs=8)
        backwards = replace(run.recording, **{name: getattr(run.recording, name)[::-1] for name in ("t_s", *CHANNELS)})
        assert measure(backwards, RUNNER) == exposure


@pytest.mark.skipif(not RUNS, reason="no real data here")
def test_real_runs_add_up_to_the_distance_that_their_files_state():
    shares = []
    for path in RUNS:
        for run in runs_of(path):
            exposure = measure(run.recording, RUNNER)
            if run.summary.distance_m and exposure.quality == "OK":
                shares.append(sum(one.metres for one in exposure.histogram) / run.summary.distance_m)
    assert len(shares) > 20
    assert np.median(shares) == pytest.approx(1.0, abs=0.01)
    assert np.mean([0.9 < share < 1.1 for share in shares]) > 0.8
