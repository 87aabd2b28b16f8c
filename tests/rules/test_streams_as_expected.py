"""The streams that the specification works out, if the folder with real data has them: each measures as it expects."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rules.case import read_references
from rules.exposure import Previous, measure
from sensors.files import read

pytestmark = pytest.mark.real

FOLDER = Path(os.environ.get("STRIDEGATE_REAL_DATA", "/nowhere")) / "streams2"
STREAMS = sorted(FOLDER.glob("*.json"))


@pytest.mark.skipif(not STREAMS, reason="no streams here")
@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_a_stream_measures_as_it_expects(path):
    document = json.loads(path.read_text())
    (run,) = read(path.read_bytes())
    previous = document.get("previous")
    form = measure(
        run.recording,
        read_references(document["references"]),
        fatigue_onset_s=document["fatigue_onset_s"],
        previous=None if previous is None else Previous(**previous),
    ).to_json()
    for name, expected in document["expect"].items():
        if isinstance(expected, int | float):
            assert form[name] == pytest.approx(expected, rel=document["relative_tolerance"]), name
        else:
            assert form[name] == expected, name
