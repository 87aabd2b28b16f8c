"""Field sport: bursts of acceleration, counted only where the sensor is quick enough to see them."""

from __future__ import annotations

import numpy as np
import pytest
from measured_runs import measured

from sensors.recording import Recording

COUNTS = ("acc2_n", "dec2_n", "acc3_n", "dec3_n")


def ramps(*legs, hz=10):
    """Speed from one value to the next, each leg so many seconds long; the last value holds for two seconds."""
    speeds, value = [], legs[0][0]
    for begin, end, for_s in legs:
        speeds += list(np.linspace(begin, end, round(for_s * hz), endpoint=False))
        value = end
    speeds += [value] * (2 * hz)
    return Recording.of(np.arange(len(speeds)) / hz, speed_mps=speeds)


def counts(run):
    return [measured(run).metrics[name] for name in COUNTS]


def test_a_burst_up_and_a_burst_down_are_counted_once_each():
    # 2.5 m/s^2 for 1.2 s each way: more than 2, less than 3
    assert counts(ramps((3, 3, 5), (3, 6, 1.2), (6, 6, 5), (6, 3, 1.2), (3, 3, 5))) == [1, 1, 0, 0]


def test_a_harder_burst_is_counted_at_both_limits():
    assert counts(ramps((2, 2, 5), (2, 6, 1.0), (6, 6, 5))) == [1, 0, 1, 0]  # 4 m/s^2


@pytest.mark.parametrize(("rate", "acc2"), [(2.0, 1), (1.98, 0)])
def test_the_limit_itself_counts(rate, acc2):
    assert counts(ramps((2, 2, 5), (2, 2 + 2 * rate, 2.0), (2 + 2 * rate, 2 + 2 * rate, 3)))[0] == acc2


def test_a_burst_shorter_than_two_fifths_of_a_second_is_noise():
    # at 10 Hz the smoothing over 0.5 s spreads a step of 0.5 m/s over five samples of 1 m/s^2
    assert counts(ramps((3, 3, 5), (3, 3.5, 0.1), (3.5, 3.5, 5))) == [0, 0, 0, 0]


@pytest.mark.parametrize(("hz", "measured_at_all"), [(1, False), (4, False), (5, True), (10, True), (20, True)])
def test_below_five_hertz_a_count_is_unknown_and_never_zero(hz, measured_at_all):
    run = ramps((3, 3, 60), hz=hz)
    assert counts(run) == ([0, 0, 0, 0] if measured_at_all else [None] * 4)


def test_a_change_over_a_gap_is_no_acceleration():
    times = [*np.arange(100) / 10, *(60 + np.arange(100) / 10)]
    assert counts(Recording.of(times, speed_mps=[3.0] * 100 + [7.0] * 100)) == [0, 0, 0, 0]


def test_cutting_is_never_measured():
    assert measured(ramps((3, 3, 60))).metrics["cod_att_n"] is None
