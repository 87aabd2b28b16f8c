"""What `stridegate decode` and `stridegate measure` say, and that a mistake is one sentence."""

import io
import json
import zipfile
from pathlib import Path

import fit_writer
import pytest

from server import commands
from server.commands import Asked
from server.mistake import Mistake

NOTHING_ASKED = Asked()


@pytest.mark.parametrize("name", ["2A53", "2a53", "0x2A53", "00002a53-0000-1000-8000-00805F9B34FB"])
@pytest.mark.parametrize("payload", ["009101bb", "009101BB", "0x009101bb", "00 91 01 bb", "00:91:01:bb"])
def test_a_packet_is_read_under_all_its_names(name, payload):
    (line,) = commands.decode(name, payload, json=True)
    assert json.loads(line) == {
        "speed_mps": 401 / 256,
        "cadence_per_min": 187,
        "running": False,
        "stride_length_m": None,
        "total_distance_m": None,
        "short_bytes": 0,
        "extra_bytes": 0,
    }


@pytest.mark.parametrize("asked", [("2A53", ""), ("2A53", "009101"), ("2A53", "0"), ("2A53", "zz"), ("2ACE", "0000")])
def test_a_packet_that_cannot_be_read_is_a_mistake(asked):
    with pytest.raises(Mistake, match=r"^[^\n]+\.$"):
        commands.decode(*asked, json=True)


def test_a_run_in_an_archive_under_a_wrong_name_is_measured(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("1.fit", fit_writer.a_run(120))
        archive.writestr("2.fit", fit_writer.a_run(60))
    (tmp_path / "run.fit").write_bytes(packed.getvalue())
    lines = commands.measure(tmp_path / "run.fit", NOTHING_ASKED, json=True)
    assert [json.loads(line)["duration_s"] for line in lines] == [120, 60]


@pytest.mark.parametrize("data", [b"", b"\0" * 99, b"<html>", b"PK\3\4", b"t_s,speed_mps\n0,abc\n", b"{", b"<gpx/>"])
def test_a_file_without_a_run_is_a_mistake_with_its_name(tmp_path, data):
    (tmp_path / "run.fit").write_bytes(data)
    with pytest.raises(Mistake, match=r"^run\.fit: [^\n]+\.$"):
        commands.measure(tmp_path / "run.fit", NOTHING_ASKED, json=True)


def test_what_has_no_end_is_read_to_the_limit_and_no_further(monkeypatch):
    monkeypatch.setattr(commands, "LARGEST_FILE", 3 * 2**20)
    with pytest.raises(Mistake, match="larger than 3 MiB"):
        commands.measure(Path("/dev/zero"), NOTHING_ASKED, json=True)


@pytest.mark.parametrize("name", ["nowhere.fit", "."])
def test_what_is_no_file_is_a_mistake(tmp_path, name):
    with pytest.raises(Mistake, match="cannot be read"):
        commands.measure(tmp_path / name, NOTHING_ASKED, json=True)


def test_a_file_for_which_there_is_too_little_memory_is_a_mistake(tmp_path, monkeypatch):
    def read(_):
        raise MemoryError

    monkeypatch.setattr(commands.files, "read", read)
    (tmp_path / "run.fit").write_bytes(b"large")
    with pytest.raises(Mistake, match="more memory"):
        commands.measure(tmp_path / "run.fit", NOTHING_ASKED, json=True)
