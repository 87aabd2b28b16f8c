"""CSV with a Recording's columns: read, written, and given back to the last bit."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors import files
from sensors.errors import UnreadableFile
from sensors.files.csv_columns import to_csv
from sensors.recording import CHANNELS, Recording


def only(text):
    (run,) = files.read(text.encode())
    return run


def refusal(text):
    with pytest.raises(UnreadableFile) as why:
        files.read(text.encode())
    return str(why.value)


def test_the_columns_may_come_in_any_order_and_a_cell_may_be_empty():
    recording = only("speed_mps,t_s,grade\n3.0,0,\n,1,0.02\nnan,2,NaN\n").recording
    assert recording.t_s.tolist() == [0, 1, 2]
    assert np.array_equal(recording.speed_mps, [3.0, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(recording.grade, [np.nan, 0.02, np.nan], equal_nan=True)
    assert np.isnan(recording.heart_rate_bpm).all()


def test_the_remarks_before_the_header_are_heard():
    recording = only(
        "# start: 2026-03-01T07:00:00Z\n# cadence_unit: strides\n# source altitude_m: barometer\n"
        "# pause: 10 20.5\n# note: made by hand: twice\nt_s,altitude_m\n0,100\n1,101\n"
    ).recording
    assert recording.start == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert recording.cadence_unit == "strides"
    assert recording.sources == {"altitude_m": "barometer"}
    assert recording.pauses_s == ((10.0, 20.5),)
    assert recording.notes == ("made by hand: twice",)


def test_a_column_nobody_knows_is_left_out_and_said():
    assert only("t_s,speed_mps,mood\n0,3,9\n").recording.notes == ("columns not known here were left out: mood",)


def test_a_spreadsheet_that_uses_the_comma_for_decimals_is_read():
    assert only("t_s;speed_mps\n0;3,25\n1;3,5\n").recording.speed_mps.tolist() == [3.25, 3.5]


def test_smart_recording_shows_in_the_interval():
    assert only("t_s,speed_mps\n0,3\n5,3\n10,3\n").recording.hold_s == 8.0
    assert only("t_s,speed_mps\n0,3\n1,3\n2,3\n").recording.hold_s == 3.0
    assert only("# hold_s: 3\nt_s,speed_mps\n0,3\n5,3\n10,3\n").recording.hold_s == 3.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("t_s,speed_mps\n0,3\n1,inf\n", "'inf' in line 3, column speed_mps"),
        ("t_s,speed_mps\n0,-Infinity\n", "'-Infinity' in line 2, column speed_mps"),
        ("# note: x\nt_s,speed_mps\n0,fast\n", "'fast' in line 3, column speed_mps, which is no number"),
        ("t_s,speed_mps\n,3\n", "no time in line 2"),
        ("t_s,speed_mps\n", "only a header"),
        ("t_s,t_s\n0,1\n", "names a column twice"),
        ("# start: yesterday\nt_s\n0\n", "'yesterday', which is no time"),
        ("# cadence_unit: hops\nt_s\n0\n", "'hops'; it can be steps or strides"),
        ("# pause: 10\nt_s\n0\n", "a pause that is not two numbers"),
        ("# from_packets: maybe\nt_s\n0\n", "from_packets 'maybe'; leave the line out, or write yes"),
        ("# hold_s: nan\nt_s\n0\n", "'nan' for hold_s"),
        ("t_s\n" + "9" * 400 + "\n", "which nobody can run"),
    ],
)
def test_what_is_no_number_is_refused_with_its_place(text, sentence):
    assert sentence in refusal(text)


NUMBERS = st.floats(allow_infinity=False)
WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)


@st.composite
def recordings(draw):
    rows = draw(st.integers(1, 8))
    column = st.lists(NUMBERS, min_size=rows, max_size=rows)
    return Recording.of(
        draw(st.lists(st.floats(allow_infinity=False, allow_nan=False), min_size=rows, max_size=rows)),
        **{name: draw(column) for name in CHANNELS},
        start=draw(st.none() | st.datetimes(timezones=st.just(UTC))),
        sources=draw(st.dictionaries(st.sampled_from(CHANNELS), WORDS)),
        cadence_unit=draw(st.sampled_from([None, "steps", "strides"])),
        hold_s=draw(st.sampled_from([3.0, 8.0])),
        from_packets=draw(st.booleans()),
        pauses_s=tuple(draw(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), max_size=3))),
        unreadable_packets=draw(st.integers(0, 1000)),
        notes=tuple(draw(st.lists(WORDS, max_size=3))),
    )


@given(recordings())
def test_what_is_written_is_read_back_to_the_last_bit(recording):
    (run,) = files.read(to_csv(recording))
    again = run.recording
    for name in ("t_s", *CHANNELS):
        assert np.array_equal(getattr(again, name), getattr(recording, name), equal_nan=True), name
    for name in (
        "start",
        "sources",
        "cadence_unit",
        "hold_s",
        "from_packets",
        "pauses_s",
        "unreadable_packets",
        "notes",
    ):
        assert getattr(again, name) == getattr(recording, name), name


def test_the_sport_is_written_with_it():
    (run,) = files.read(to_csv(Recording.of([0.0]), sport="walking"))
    assert run.sport == "walking"
