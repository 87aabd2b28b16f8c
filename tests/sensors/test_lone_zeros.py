"""A nought that no belt can mean is left out, and one that it can mean is kept."""

import struct

import numpy as np
import pytest
from notifications import POD, WALL_NS, belt_says, heard, pod_says

from sensors.timeline import BootClock, merge

CLOCKS = [BootClock(boot="boot-1", offset_ns=WALL_NS, trusted=True)]


def _belt(*speeds_kmh, every_s=1):
    return merge([belt_says(every_s * place, speed) for place, speed in enumerate(speeds_kmh)], clocks=CLOCKS)


def test_a_belt_does_not_stop_and_run_again_within_a_second():
    run = _belt(9, 0, 9, 0, 9, 0, 9)
    assert run.speed_mps.tolist() == [2.5] * 4
    assert run.t_s.tolist() == [0, 2, 4, 6]
    assert any("left out: 3" in note for note in run.notes)


@pytest.mark.parametrize(
    "speeds_kmh",
    [(0, 0, 0, 0), (9, 9, 0, 0, 9, 9), (0, 9, 9), (9, 9, 0)],
    ids=["an idle belt", "two noughts", "a start", "a stop"],
)
def test_a_standstill_is_one(speeds_kmh):
    run = _belt(*speeds_kmh)
    assert run.speed_mps.tolist() == [speed / 3.6 for speed in speeds_kmh]
    assert not any("left out" in note for note in run.notes)


def test_a_nought_between_readings_long_apart_is_one():
    assert _belt(9, 0, 9, every_s=2).speed_mps.tolist() == [2.5, 0, 2.5]


def test_a_foot_may_stand_still_for_a_second():
    run = merge([pod_says(second, speed) for second, speed in enumerate([3, 0, 3])], clocks=CLOCKS)
    assert run.speed_mps.tolist() == [3, 0, 3]


def test_a_power_that_alternates_with_nought_is_the_power():
    packets = [pod_says(second, 3) for second in range(8)]
    packets += [heard(second, POD, "2A63", struct.pack("<Hh", 0, 250 * (second % 2))) for second in range(8)]
    run = merge(packets, clocks=CLOCKS)
    np.testing.assert_array_equal(run.power_w[1:], 250.0)
    np.testing.assert_array_equal(merge(packets[::-1], clocks=CLOCKS).power_w, run.power_w)
