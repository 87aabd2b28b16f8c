"""Damaged FIT files: what was whole is kept, the damage is said, and nothing but UnreadableFile ever comes out."""

import struct

import numpy as np
import pytest
from fit_writer import CYCLING, RUNNING, START_S, FitWriter, a_run
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors import files
from sensors.errors import UnreadableFile
from sensors.files import fit, fit_messages
from sensors.files.run import PARTIAL

WHOLE = a_run(120, cadence=85, heart_rate=150, altitude=100)


def notes_of(data):
    (run,) = files.read(data)
    return run.recording.notes


def test_a_whole_file_carries_no_note():
    assert notes_of(WHOLE) == ()


def test_a_file_cut_short_keeps_its_beginning_and_says_so():
    (run,) = files.read(WHOLE[: len(WHOLE) * 6 // 10])
    assert 60 < len(run.recording) < 120
    assert set(run.recording.speed_mps) == {3.0}
    assert run.recording.notes[0] == f"{PARTIAL}the file ends before it should, after {len(run.recording)} samples"


def test_a_wrong_checksum_is_said():
    at = WHOLE.index(struct.pack("<I", 3000))  # one speed
    damaged = WHOLE[:at] + b"\x01" + WHOLE[at + 1 :]
    (run,) = files.read(damaged)
    assert len(run.recording) == 120
    assert run.recording.notes == (f"{PARTIAL}the checksum of the file does not match, values may be missing or wrong",)


def test_a_missing_checksum_is_said():
    assert notes_of(WHOLE[:-2])[0].startswith(PARTIAL)


def test_bytes_behind_a_whole_run_leave_it_whole():
    assert notes_of(WHOLE + b"and some garbage") == ("the bytes after the end of this run could not be read",)


def test_a_file_whose_watch_died_before_it_wrote_the_length_is_read():
    (run,) = files.read(WHOLE[:4] + b"\0\0\0\0" + WHOLE[8:])
    assert len(run.recording) >= 119
    assert any(note.startswith(PARTIAL) for note in run.recording.notes)


def test_a_field_of_an_impossible_size_does_not_lose_the_run():
    """COROS PACE 2 writes such fields; the file is whole for all that."""
    broken = FitWriter()
    for second in range(20):
        broken.message("record", timestamp=START_S + second, speed=3.0)
    body = broken.bytes()
    definition = bytes([0x40, 0, 0]) + struct.pack("<HB", 20, 2)
    at = body.index(definition) + len(definition) + 3  # the second field: speed, two bytes of uint16
    damaged = body[: at + 2] + b"\x86" + body[at + 3 :]
    (run,) = files.read(damaged)
    assert len(run.recording) == 20
    assert any("malformed" in note for note in run.recording.notes)


def test_the_run_that_a_cut_triathlon_had_no_time_to_sum_up_is_taken_alone():
    writer = FitWriter().message("sport", sport=CYCLING)
    for second in range(300):
        writer.message("record", timestamp=START_S + second, speed=9.0)
    writer.message(
        "session", timestamp=START_S + 300, start_time=START_S, sport=CYCLING, total_elapsed_time=300
    ).message("sport", sport=RUNNING)
    for second in range(300, 600):
        writer.message("record", timestamp=START_S + second, speed=3.0)
    (run,) = files.read(writer.bytes()[:-10])
    assert run.sport == "running"
    assert set(run.recording.speed_mps[~np.isnan(run.recording.speed_mps)]) == {3.0}


def test_a_file_of_which_nothing_is_left_is_refused():
    with pytest.raises(UnreadableFile, match="This FIT file is damaged"):
        files.read(WHOLE[:40])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_ever_raises_anything_else(data):
    damaged = bytearray(a_run(12, cadence=85, altitude=100))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    try:
        runs = fit.read(bytes(damaged[:cut]))
    except UnreadableFile as why:
        assert str(why).endswith(".")
    else:
        assert all(len(run.recording) for run in runs)


@settings(max_examples=100, deadline=None)
@given(at=st.integers(14, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_of_the_body_goes_unsaid(at, bit):
    damaged = bytearray(WHOLE)
    damaged[at] ^= 1 << bit
    try:
        runs = fit.read(bytes(damaged))
    except UnreadableFile:
        return
    assert all(any(note.startswith(PARTIAL) for note in run.recording.notes) for run in runs)


def test_a_file_of_endless_messages_does_not_keep_a_computer_busy(monkeypatch):
    monkeypatch.setattr(fit_messages, "MOST_FRAMES", 100)
    (run,) = files.read(WHOLE)
    assert len(run.recording) < 100
    assert f"{PARTIAL}the file has more messages than a run can have" in run.recording.notes


def test_a_summary_without_a_length_does_not_split_a_damaged_run():
    writer = FitWriter()
    for second in range(300):
        writer.message("record", timestamp=START_S + second, speed=3.0)
    data = writer.message("session", timestamp=START_S, start_time=START_S, sport=RUNNING).bytes()
    (run,) = files.read(data[:-1])
    assert (run.sport, len(run.recording)) == ("running", 300)
