"""The JSON stream: segments of constant values, and what they ask to be measured with."""

import json

import numpy as np
import pytest

from sensors import files
from sensors.errors import UnreadableFile


def only(**stream):
    (run,) = files.read(json.dumps(stream).encode())
    return run


def refusal(text):
    with pytest.raises(UnreadableFile) as why:
        files.read(text.encode())
    return str(why.value)


def test_a_segment_is_one_sample_a_second_from_nought():
    recording = only(segments=[{"for_s": 3, "speed_mps": 3.0}, {"for_s": 2, "speed_mps": 6.0}]).recording
    assert recording.t_s.tolist() == [0, 1, 2, 3, 4]
    assert recording.speed_mps.tolist() == [3, 3, 3, 6, 6]
    assert recording.hold_s == 3.0
    assert recording.start is None


def test_a_channel_that_a_segment_leaves_out_was_not_said():
    recording = only(
        segments=[{"for_s": 2, "speed_mps": 3.0, "grade": 0.02}, {"for_s": 1, "heart_rate_bpm": None, "power_w": 200}]
    ).recording
    assert np.array_equal(recording.speed_mps, [3, 3, np.nan], equal_nan=True)
    assert np.array_equal(recording.grade, [0.02, 0.02, np.nan], equal_nan=True)
    assert np.array_equal(recording.power_w, [np.nan, np.nan, 200], equal_nan=True)
    assert np.isnan(recording.cadence_spm).all()


def test_the_rate_may_stand_above_or_in_a_segment():
    segments = [{"for_s": 1, "speed_mps": 3.0}, {"for_s": 1, "hz": 5, "speed_mps": 4.0}]
    assert only(segments=segments, hz=2).recording.t_s.tolist() == [0, 0.5, 1, 1.2, 1.4, 1.6, 1.8]
    assert only(segments=segments).recording.t_s.tolist() == [0, 1, 1.2, 1.4, 1.6, 1.8]


@pytest.mark.parametrize(("hz", "hold_s"), [(1, 3), (2 / 3, 3), (0.66, 8), (0.25, 8)])
def test_a_smart_stream_that_speaks_less_often_than_every_one_and_a_half_seconds_holds_for_longer(hz, hold_s):
    run = only(segments=[{"for_s": 600, "speed_mps": 3.0}], hz=hz, source={"recording": "smart"})
    assert (run.recording.hold_s, run.recording.from_packets) == (hold_s, False)


@pytest.mark.parametrize("source", [None, {}, {"recording": None}, {"recording": "every second"}])
def test_any_other_stream_stands_for_packets_which_hold_three_seconds(source):
    stream = {"source": source} if source is not None else {}
    run = only(segments=[{"for_s": 600, "speed_mps": 3.0}], hz=0.25, **stream)
    assert (run.recording.hold_s, run.recording.from_packets) == (3.0, True)


@pytest.mark.parametrize(
    ("drop", "kept"),
    [([], [0, 1, 2, 3, 4]), ([1, 3], [0, 3, 4]), ([[0, 1], [3, 9]], [1, 2]), ([[2, 2]], [0, 1, 2, 3, 4])],
)
def test_samples_are_dropped_by_their_place(drop, kept):
    run = only(segments=[{"for_s": 5, "speed_mps": 3.0}], drop_samples=drop)
    assert run.recording.t_s.tolist() == kept


def test_what_it_asks_to_be_measured_with_is_passed_on_as_found():
    asked = {
        "references": {"v_max_mps": 8.0, "v_max_kind": "measured"},
        "fatigue_onset_s": 1800,
        "previous": {"ended_h_before": 20, "run_s": 2400},
        "source": {"cadence_unit": None},
    }
    assert only(segments=[{"for_s": 1}], **asked, expect={"run_s": 1}, about="a test").asked == asked
    assert only(segments=[{"for_s": 1}]).asked == {}


@pytest.mark.parametrize(
    ("altitude", "source"),
    [("barometric", "barometer"), ("barometer", "barometer"), ("baro", "barometer"), ("gps", "gps"), (None, "stream")],
)
def test_the_altitude_has_the_source_that_is_stated(altitude, source):
    run = only(segments=[{"for_s": 1, "altitude_m": 100}], source={"altitude": altitude})
    assert run.recording.sources == {"altitude_m": source}


def test_a_stated_grade_is_a_treadmills():
    assert only(segments=[{"for_s": 1, "grade": 0.0}]).recording.sources == {"grade": "treadmill"}


@pytest.mark.parametrize("unit", ["steps", "strides", None])
def test_the_unit_of_cadence_passes_through(unit):
    assert (
        only(segments=[{"for_s": 1, "cadence_spm": 85}], source={"cadence_unit": unit}).recording.cadence_unit == unit
    )


def test_a_misspelt_channel_is_said():
    assert only(segments=[{"for_s": 1, "speed": 3.0}]).recording.notes == ("not known and left out: speed",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "missing required field `segments`"),
        ('{"segments": []}', "0 samples"),
        ('{"segments": [{"speed_mps": 3.0}]}', "missing required field `for_s`"),
        ('{"segments": [{"for_s": 0}]}', "`float` > 0.0"),
        ('{"segments": [{"for_s": -5}]}', "`float` > 0.0"),
        ('{"segments": [{"for_s": "60"}]}', "Expected `float`, got `str`"),
        ('{"segments": [{"for_s": 60, "speed_mps": "3"}]}', "Expected `float | null`, got `str`"),
        ('{"segments": [{"for_s": 60, "speed_mps": true}]}', "Expected `float | null`, got `bool`"),
        ('{"segments": [{"for_s": 60, "speed_mps": NaN}]}', "JSON is malformed"),
        ('{"segments": [{"for_s": 60, "speed_mps": Infinity}]}', "JSON is malformed"),
        ('{"segments": [{"for_s": 60, "speed_mps": 1e999}]}', "out of range"),
        ('{"segments": [{"for_s": 900000, "hz": 1000}]}', "900000000 samples"),
        ('{"segments": [{"for_s": 60, "hz": 0}]}', "`float` > 0.0"),
        ('{"segments": [{"for_s": 5}], "drop_samples": [0, 5]}', "drops every sample"),
        ('{"segments": [{"for_s": 5}], "drop_samples": [3, 1]}', "[from, to)"),
        ('{"segments": [{"for_s": 5}], "drop_samples": [1, 2, 3]}', "[from, to)"),
        ('{"segments": [{"for_s": 5}], "drop_samples": "all"}', "Expected `array`"),
        ('{"segments": [{"for_s": 5}], "source": {"cadence_unit": "hops"}}', "'hops'; it can be steps or strides"),
        ('{"segments": [{"for_s": 5}], "references": 8.0}', "Expected `object | null`"),
        ('{"segments": [{"for_s": 5}', "Input data was truncated"),
        ('{"programme": "PHT", "sessions": []}', "missing required field `segments`"),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_its_place(text, sentence):
    assert sentence in refusal(text)
