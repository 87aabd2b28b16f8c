"""The published packet vectors, where they lie beside the project."""

import json
import os
from pathlib import Path

import pytest

from sensors import ble


def _vectors():
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    return json.loads(Path(folder, "ble_vectors.json").read_text()) if folder else []


@pytest.mark.real
@pytest.mark.parametrize("vector", _vectors(), ids=lambda vector: f"{vector['characteristic']}-{vector['hex']}")
def test_a_published_vector_is_read_as_published(vector):
    read = ble.to_json(ble.decode(vector["characteristic"], bytes.fromhex(vector["hex"])))
    for name, expected in vector["expect"].items():
        assert read[name] == (pytest.approx(expected, abs=0.001) if _is_number(expected) else expected), name
    assert (read["short_bytes"] > 0) == vector.get("truncated", False)


def _is_number(value):
    return isinstance(value, int | float | list) and not isinstance(value, bool)
