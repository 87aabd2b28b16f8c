"""A record that needs several packets is one record, and half of one is none."""

import numpy as np
import pytest
from notifications import BELT, SECOND_NS, WALL_NS, heard

from sensors.split_records import joined
from sensors.timeline import BootClock, merge

CLOCKS = [BootClock(boot="boot-1", offset_ns=WALL_NS, trusted=True)]
MATRIX = ("9f0061003600000000ff7f0000ffff05006e0002", "001f71000002cc003c06ff7f1a00")
MYRUN = ("1f0084012a00000000000001000000", "80064e020200ffffff372700")


def _run(*packets):
    return merge([heard(at_s, BELT, "2ACD", bytes.fromhex(hex_)) for at_s, hex_ in packets], clocks=CLOCKS)


@pytest.mark.parametrize(("halves", "speed_mps"), [(MATRIX, 113 / 360), (MYRUN, 590 / 360)])
def test_two_halves_are_one_record_at_the_time_of_the_second(halves, speed_mps):
    run = _run((10.0, halves[0]), (10.1, halves[1]))
    assert len(run) == 1
    assert run.start.timestamp() == pytest.approx(WALL_NS / SECOND_NS + 10.1)
    assert (run.speed_mps[0], run.grade[0]) == (speed_mps, 0.0)


def test_halves_that_came_at_one_moment_are_put_in_their_order():
    run = _run((10.0, MYRUN[1]), (10.0, MYRUN[0]))
    assert (run.speed_mps.tolist(), run.grade.tolist()) == ([590 / 360], [0.0])


def test_a_half_is_dropped_when_the_other_takes_longer_than_two_seconds():
    run = _run((10.0, MYRUN[0]), (12.1, MYRUN[1]))
    assert np.isnan(run.grade).all()
    assert run.speed_mps.tolist() == [590 / 360]
    assert "Parts of treadmill records whose rest never came were left out: 1." in run.notes


def test_a_half_is_kept_for_two_seconds():
    assert _run((10.0, MYRUN[0]), (12.0, MYRUN[1])).grade.tolist() == [0.0]


def test_a_first_half_is_never_a_standstill():
    run = _run((10.0, MYRUN[0]))
    assert len(run) == 0
    assert "Parts of treadmill records whose rest never came were left out: 1." in run.notes


def test_three_parts_are_one_record_and_a_later_field_wins():
    at = np.array([0, 1, 2], dtype=np.int64) * SECOND_NS
    parts = np.array([True, True, False])
    t_ns, fields, left_over = joined(
        at, parts, {"a": np.array([1.0, np.nan, np.nan]), "b": np.array([1.0, 2.0, np.nan]), "c": np.array([1, 2, 3.0])}
    )
    assert t_ns.tolist() == [2 * SECOND_NS]
    assert {name: column.tolist() for name, column in fields.items()} == {"a": [1.0], "b": [2.0], "c": [3.0]}
    assert left_over == 0


def test_one_record_says_nothing_for_the_next():
    at = np.array([0, 1, 2], dtype=np.int64) * SECOND_NS
    _, fields, _ = joined(at, np.array([True, False, False]), {"grade": np.array([0.05, np.nan, np.nan])})
    np.testing.assert_array_equal(fields["grade"], [0.05, np.nan])
