"""The parts of a session as one recording: a pause between them, no second heard twice, no slope believed too far."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rules.exposure import measure
from sensors.recording import Recording
from server.runs import joining

START = datetime(2026, 3, 30, 7, tzinfo=UTC)


def run(minute, seconds, speed=3.0, **more):
    start = START + timedelta(minutes=minute)
    return Recording.of(np.arange(seconds), speed_mps=np.full(seconds, speed), start=start, **more)


def test_a_pause_between_two_parts_is_neither_running_nor_silence():
    whole = measure(joining.join([run(0, 600), run(30, 1200)]))
    assert (whole.metrics["run_s"], whole.metrics["run_m"]) == (1800, 5400)
    assert (whole.quality, whole.coverage_v, whole.dur_s) == ("OK", 1.0, 3000)
    assert whole.metrics["cont_run_s"] == 1200


def test_where_two_overlap_the_earlier_is_heard_and_no_second_counts_twice():
    whole = measure(joining.join([run(0, 600), run(8, 600, speed=4.0)]))
    assert whole.metrics["run_s"] == pytest.approx(1080, abs=1)
    assert whole.metrics["run_m"] == pytest.approx(600 * 3 + 480 * 4, abs=8)


def test_one_recording_stays_as_it_is():
    alone = run(0, 60)
    assert joining.join([alone]) is alone


def test_a_part_is_cut_out_and_begins_where_it_was_cut():
    cut = joining.part(run(0, 600), START + timedelta(minutes=4), None)
    assert (cut.start, len(cut), cut.t_s[0], cut.t_s[-1]) == (START + timedelta(minutes=4), 360, 0, 359)
    assert len(joining.part(run(0, 600), None, START + timedelta(minutes=4))) == 240


def test_a_pod_beside_a_silent_watch_is_not_held_for_longer_than_it_spoke():
    quiet = Recording.of([0, 1, 2, 9, 10], speed_mps=[3] * 5, start=START)  # 7 s of silence
    watch = Recording.of(np.arange(0, 600, 5), speed_mps=[3] * 120, start=START + timedelta(minutes=5), hold_s=8.0)
    assert measure(joining.join([quiet, watch])).metrics["run_s"] == pytest.approx(
        measure(quiet).metrics["run_s"] + measure(watch).metrics["run_s"], abs=3
    )
    assert measure(joining.join([quiet, watch])).metrics["eff80_n"] is None


def test_strides_and_steps_become_steps():
    pod = run(0, 60, cadence_spm=np.full(60, 85.0), cadence_unit="strides")
    watch = run(5, 60, cadence_spm=np.full(60, 170.0), cadence_unit="steps")
    both = joining.join([pod, watch])
    assert both.cadence_unit == "steps" and np.nanmin(both.cadence_spm) == np.nanmax(both.cadence_spm) == 170


def test_an_incline_that_was_typed_in_earns_no_dose_beside_one_that_was_measured():
    belt = run(0, 600, grade=np.full(600, 0.03), sources={"grade": "treadmill"})
    typed = run(15, 600, grade=np.full(600, 0.03), sources={"grade": "runner"})
    whole = measure(joining.join([belt, typed]))
    assert whole.metrics["inc2_s"] is None and whole.metrics["inc2_ceil_s"] == pytest.approx(1200, abs=2)


def test_a_satellites_height_is_no_slope_beside_a_barometer():
    heights = 100 + 0.09 * np.arange(600)
    barometer = run(0, 600, altitude_m=np.full(600, 100.0), sources={"altitude_m": "barometer"})
    satellite = run(15, 600, altitude_m=heights, sources={"altitude_m": "gps"})
    whole = joining.join([barometer, satellite])
    assert np.isnan(whole.altitude_m[whole.t_s > 700]).all()
    assert measure(whole).metrics["inc2_s"] is None


def test_what_was_noted_of_one_part_is_noted_of_the_whole():
    lost = run(0, 600, notes=("partial: the file ends in the middle",), unreadable_packets=2)
    whole = joining.join([lost, run(15, 600, unreadable_packets=1)])
    assert measure(whole).quality == "POOR" and whole.unreadable_packets == 3


def test_pauses_of_a_later_part_move_with_it():
    later = Recording.of([0, 1, 100, 101], speed_mps=[3] * 4, start=START + timedelta(minutes=5), pauses_s=((2, 100),))
    assert (302.0, 400.0) in joining.join([run(0, 60), later]).pauses_s
