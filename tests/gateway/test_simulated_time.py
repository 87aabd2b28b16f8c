"""A simulated clock ends at the present, is never in the future, and waits for whoever is late."""

from __future__ import annotations

import asyncio

import pytest
from gateway_kit import StillClock
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import SECOND_NS, AcceleratedClock, SystemClock, displacement


def ticking(rate: float, duration_s: float) -> tuple[AcceleratedClock, StillClock]:
    real = StillClock()
    return AcceleratedClock("simulated", rate, displacement(duration_s, rate), real), real


def advance(real: StillClock, seconds: float) -> None:
    real.mono += round(seconds * SECOND_NS)
    real.wall += round(seconds * SECOND_NS)


def test_before_the_gun_it_runs_in_real_time_in_the_past() -> None:
    clock, real = ticking(60, 1800)
    began = clock.wall_ns()
    advance(real, 7)
    assert clock.wall_ns() - began == 7 * SECOND_NS
    assert real.wall - clock.wall_ns() == round(1770 * SECOND_NS)


def test_a_run_that_begins_with_its_displacement_ends_now() -> None:
    clock, real = ticking(60, 1800)
    gun = clock.fire()
    advance(real, 30)
    assert clock.wall_ns() - gun == 1800 * SECOND_NS
    assert abs(real.wall - clock.wall_ns()) <= 1


def test_after_the_present_is_reached_time_runs_as_it_does() -> None:
    clock, real = ticking(60, 1800)
    clock.fire()
    advance(real, 100)
    there = clock.wall_ns()
    advance(real, 5)
    assert clock.wall_ns() - there == 5 * SECOND_NS
    assert clock.wall_ns() == real.wall


@given(
    rate=st.floats(1, 500),
    duration_s=st.floats(0, 10_000),
    steps=st.lists(st.tuples(st.floats(0, 50), st.booleans()), max_size=20),
)
def test_nothing_is_ever_dated_in_the_future_or_runs_backwards(rate, duration_s, steps) -> None:
    clock, real = ticking(rate, duration_s)
    last = clock.wall_ns()
    for seconds, fire in steps:
        if fire:
            clock.fire()
        advance(real, seconds)
        now = clock.wall_ns()
        assert last <= now <= real.wall
        last = now


def test_time_waits_where_it_is_held_and_the_run_takes_longer() -> None:
    clock, real = ticking(100, 1000)
    gun = clock.fire()
    clock.hold("a slow pod", gun + 2 * SECOND_NS)
    advance(real, 1)
    assert clock.wall_ns() == gun + 2 * SECOND_NS
    clock.let_go("a slow pod")
    advance(real, 0.01)
    assert clock.wall_ns() == gun + 3 * SECOND_NS


def test_the_earliest_hold_rules() -> None:
    clock, real = ticking(100, 1000)
    gun = clock.fire()
    clock.hold("one", gun + 5 * SECOND_NS)
    clock.hold("other", gun + 1 * SECOND_NS)
    advance(real, 1)
    assert clock.wall_ns() == gun + 1 * SECOND_NS


def test_monotonic_and_wall_time_keep_their_distance() -> None:
    clock, real = ticking(60, 600)
    clock.fire()
    offset = clock.wall_ns() - clock.monotonic_ns()
    advance(real, 3)
    assert clock.wall_ns() - clock.monotonic_ns() == offset


async def test_a_sleeper_wakes_at_its_moment_and_not_before() -> None:
    clock = AcceleratedClock("simulated", 100, displacement(100, 100), SystemClock("test"))
    gun = clock.fire()
    await asyncio.gather(clock.sleep_until(gun + 2 * SECOND_NS), clock.sleep(3))
    assert clock.wall_ns() >= gun + 3 * SECOND_NS


def test_time_cannot_be_slowed_down() -> None:
    with pytest.raises(ValueError, match="1 is the slowest"):
        ticking(0.5, 10)
