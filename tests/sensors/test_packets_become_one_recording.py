"""Packets of several sensors become one recording: the same one however they arrive, with one voice a channel."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notifications import BELT, POD, SECOND_NS, STRAP, WALL_NS, belt_says, heard, pod_says, strap_says

from sensors.recording import CHANNELS
from sensors.timeline import BootClock, SensorInfo, merge

CLOCK = BootClock(boot="boot-1", offset_ns=WALL_NS, trusted=True)
NAMED = [SensorInfo(address=BELT, name="Belt"), SensorInfo(address=POD, name="Pod"), SensorInfo(address=STRAP)]


def _merged(packets, **facts):
    return merge(packets, **{"clocks": [CLOCK], **facts})


def _same(one, other):
    assert one.start == other.start
    assert (one.sources, one.cadence_unit, one.notes) == (other.sources, other.cadence_unit, other.notes)
    assert one.unreadable_packets == other.unreadable_packets
    for column in ("t_s", *CHANNELS):
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column))


def _an_hour(belt=3600, pod=3600, strap=3600):
    for second in range(belt):
        yield belt_says(second, 9.0, 2.0)
    for second in range(pod):
        yield pod_says(second + 0.25, 2.4, 172)
    for second in range(strap):
        yield strap_says(second + 0.5, 140)


def test_every_channel_has_the_voice_it_should():
    run = _merged(_an_hour(60, 60, 60))
    assert run.sources == {
        "speed_mps": "treadmill",
        "cadence_spm": "foot pod",
        "heart_rate_bpm": "heart strap",
        "grade": "treadmill",
    }
    assert len(run) == 60
    np.testing.assert_array_equal(run.t_s, np.arange(60.0))
    np.testing.assert_allclose(run.speed_mps, 2.5)
    np.testing.assert_allclose(run.grade, 0.02)
    np.testing.assert_array_equal(run.cadence_spm, [np.nan, *[172] * 59])
    np.testing.assert_array_equal(run.heart_rate_bpm, [np.nan, *[140] * 59])
    assert np.isnan(run.power_w).all()
    assert np.isnan(run.altitude_m).all()


def test_two_speeds_are_never_mixed():
    run = _merged(_an_hour(60, 60, 0))
    assert set(run.speed_mps) == {2.5}


def test_a_belt_that_spoke_for_less_than_half_of_the_session_leaves_it_to_the_pod():
    run = _merged(_an_hour(25, 60, 0))
    assert run.sources["speed_mps"] == "foot pod"
    np.testing.assert_allclose(run.speed_mps[run.t_s > 0], 2.4, atol=0.01)
    assert "Speed comes from foot pod BB:BB:BB:00:00:02 alone; treadmill AA:AA:AA:00:00:01 also spoke." in run.notes


def test_where_nobody_spoke_for_half_of_the_session_the_one_that_spoke_most_has_it():
    packets = [*(belt_says(s, 9.0) for s in range(20)), *(pod_says(s, 3.0) for s in range(60, 90))]
    assert _merged([*packets, *(strap_says(s, 120) for s in range(100))]).sources["speed_mps"] == "foot pod"


def test_speed_that_only_the_other_sensor_told_is_not_passed_over_in_silence():
    run = _merged([*(belt_says(s, 9.0) for s in range(600)), *(pod_says(s, 2.5) for s in range(900))])
    assert run.sources["speed_mps"] == "treadmill"
    assert "For 5 min only foot pod BB:BB:BB:00:00:02 told a speed, and it is not counted." in run.notes
    assert np.isnan(run.speed_mps[run.t_s > 603]).all()


def test_two_speeds_that_disagree_are_told():
    run = _merged(
        [*(belt_says(s, 4.0) for s in range(60)), *(pod_says(s, 3.2 / 3.6) for s in range(60))], sensors=NAMED
    )
    assert "While moving, treadmill Belt said 1.11 m/s and foot pod Pod 0.89 m/s." in run.notes


def test_an_idle_belt_beside_a_runner_is_told():
    run = _merged([*(belt_says(s, 0.0) for s in range(60)), *(pod_says(s, 3.0) for s in range(60))])
    assert any("said 0.00 m/s" in note for note in run.notes)


def test_of_two_sensors_of_a_kind_the_one_that_said_more_is_heard():
    other = "BB:BB:BB:00:00:01"
    packets = [*(pod_says(s, 3.0) for s in range(60)), *(pod_says(s, 4.0, sensor=other) for s in range(50))]
    run = _merged(packets, sensors=NAMED)
    assert set(run.speed_mps) == {3.0}
    assert f"Speed comes from foot pod Pod alone; foot pod {other} also spoke." in run.notes


def test_of_two_sensors_that_said_as_much_the_smaller_address_is_heard():
    other = "BB:BB:BB:00:00:01"
    packets = [*(pod_says(s, 3.0) for s in range(60)), *(pod_says(s, 4.0, sensor=other) for s in range(60))]
    assert set(_merged(packets).speed_mps) == {4.0}


def test_the_cadence_of_a_treadmill_that_speaks_both_ways_is_the_treadmills():
    run = _merged([*(belt_says(s, 9.0) for s in range(60)), *(pod_says(s, 2.5, 160, sensor=BELT) for s in range(60))])
    assert run.sources["cadence_spm"] == "treadmill"
    assert run.sources["speed_mps"] == "treadmill"
    assert not any("also spoke" in note for note in run.notes if "Cadence" in note)


def test_power_of_a_pod_wins_over_power_of_a_treadmill():
    packets = [heard(s, POD, "2A63", bytes.fromhex("00002c01")) for s in range(60)]
    packets += [heard(s, BELT, "2ACD", bytes.fromhex("001084030000fa00")) for s in range(60)]
    run = _merged(packets)
    assert run.sources["power_w"] == "foot pod"
    assert set(run.power_w) == {300.0}


def test_heart_rate_of_a_strap_wins_over_the_console():
    packets = [heard(s, BELT, "2ACD", bytes.fromhex("000184035a")) for s in range(60)]
    assert _merged(packets).sources["heart_rate_bpm"] == "treadmill"
    run = _merged([*packets, *(strap_says(s, 150) for s in range(60))])
    assert run.sources["heart_rate_bpm"] == "heart strap"
    assert set(run.heart_rate_bpm) == {150.0}


def test_a_strap_that_never_found_a_pulse_has_no_voice():
    assert "heart_rate_bpm" not in _merged([*(strap_says(s, 0) for s in range(60)), belt_says(0, 9.0)]).sources


def test_a_gap_stays_a_gap_and_what_others_said_in_it_is_kept():
    belt = [belt_says(s, 9.0) for s in [*range(10), *range(20, 30)]]
    run = _merged([*belt, *(strap_says(s + 0.5, 150) for s in range(30))])
    inside = (run.t_s > 9) & (run.t_s < 20)
    np.testing.assert_array_equal(run.t_s[inside], np.arange(12.5, 20.5)[:8])
    assert np.isnan(run.speed_mps[inside]).all()
    assert (run.heart_rate_bpm[inside] == 150).all()
    assert np.count_nonzero(~np.isnan(run.speed_mps)) == 20


def test_an_old_reading_is_not_carried_on():
    run = _merged([*(belt_says(s, 9.0) for s in range(10)), strap_says(1, 150)])
    np.testing.assert_array_equal(run.heart_rate_bpm, [np.nan, 150, 150, 150, 150, *[np.nan] * 5])


def test_a_run_without_a_speed_is_what_there_is():
    run = _merged([strap_says(s, 130 + s) for s in range(5)])
    assert len(run) == 5
    assert np.isnan(run.speed_mps).all()
    assert run.notes[0] == "No sensor told the speed."


@pytest.mark.parametrize("packets", [[], [heard(0, POD, "2A53", b"\x00")], [heard(0, POD, "2A19", b"\x64")]])
def test_nothing_heard_is_an_empty_run_and_no_error(packets):
    run = _merged(packets)
    assert len(run) == 0
    assert run.start is None
    assert run.notes[0] == "No sensor told the speed."


def test_packets_that_cannot_be_read_are_counted_and_stop_nothing():
    noise = [heard(s, POD, "2A53", bytes([s])) for s in range(7)]
    stranger = [heard(s, POD, "6e400001-b5a3-f393-e0a9-e50e24dcca9e", b"\x01") for s in range(2)]
    run = _merged([*(belt_says(s, 9.0) for s in range(60)), *noise, *stranger])
    assert run.unreadable_packets == 9
    assert "9 packets (7 of 2A53, 2 of 6e400001-b5a3-f393-e0a9-e50e24dcca9e) could not be read." in run.notes
    assert len(run) == 60


def test_packets_cut_short_are_told():
    cut = bytes.fromhex("9e1fc60394023e01005a00ff7f3200ffff2500f4")  # Matrix at 9.66 km/h and 9 %
    run = _merged([heard(s, BELT, "2ACD", cut) for s in range(60)])
    assert "60 packets (60 of 2ACD) came cut short; what they still said was kept." in run.notes
    np.testing.assert_allclose(run.speed_mps, 2.6833, atol=1e-4)
    np.testing.assert_allclose(run.grade, 0.09)


def test_a_time_beyond_all_reason_is_counted_as_unreadable():
    mad = replace(pod_says(0, 3.0), mono_ns=1 << 70)
    run = _merged([mad, *(pod_says(s, 3.0) for s in range(10))])
    assert (len(run), run.unreadable_packets) == (10, 1)


def test_battery_and_names_among_the_packets_are_no_noise():
    facts = [heard(0, POD, "2A19", b"\x50"), heard(0, POD, "2A24", b"Pod 1"), heard(0, POD, "2A5D", b"\x02")]
    assert _merged([pod_says(1, 3.0), *facts]).unreadable_packets == 0


def test_the_first_row_is_the_start():
    run = _merged([pod_says(s, 3.0) for s in (5, 6, 7)])
    assert run.start.timestamp() == WALL_NS / SECOND_NS + 5
    np.testing.assert_array_equal(run.t_s, [0.0, 1.0, 2.0])


def test_time_is_the_boots_and_never_the_wall_clocks():
    wrong = [replace(pod_says(s, 3.0), wall_ns=WALL_NS + s * SECOND_NS * 60) for s in range(60)]
    run = _merged(wrong)
    np.testing.assert_array_equal(run.t_s, np.arange(60.0))
    assert run.start.timestamp() == WALL_NS / SECOND_NS


def test_without_a_stated_clock_the_median_serves_and_it_is_told():
    set_right_in_the_middle = [
        replace(pod_says(s, 3.0), wall_ns=(s * SECOND_NS if s < 20 else WALL_NS + s * SECOND_NS)) for s in range(60)
    ]
    run = merge(set_right_in_the_middle)
    np.testing.assert_array_equal(run.t_s, np.arange(60.0))
    assert run.start.timestamp() == WALL_NS / SECOND_NS
    assert run.notes[-1].startswith("The gateway's clock was not known to be right")


def test_a_clock_that_was_not_trusted_is_told():
    run = merge([pod_says(0, 3.0)], clocks=[replace(CLOCK, trusted=False)])
    assert any("clock" in note for note in run.notes)
    assert not any("clock" in note for note in _merged([pod_says(0, 3.0)]).notes)


def test_a_run_through_a_restart_of_the_gateway_is_one_run():
    before = [pod_says(s, 3.0) for s in range(30)]
    after = [pod_says(s, 3.0, boot="a-later-boot") for s in range(30)]
    clocks = [CLOCK, BootClock(boot="a-later-boot", offset_ns=WALL_NS + 100 * SECOND_NS, trusted=True)]
    run = merge([*after, *before], clocks=clocks)
    np.testing.assert_array_equal(run.t_s, [*range(30), *range(100, 130)])


def test_addresses_and_characteristics_are_the_same_in_any_case():
    loud = [pod_says(s, 3.0) for s in range(0, 60, 2)]
    quiet = [
        replace(pod_says(s, 3.0), sensor=POD.lower(), characteristic="00002a53-0000-1000-8000-00805f9b34fb")
        for s in range(1, 60, 2)
    ]
    assert len(_merged([*loud, *quiet])) == 60


def _a_short_mess():
    """Three sensors over two boots, some of it noise, some of it at one moment."""
    matrix = [bytes.fromhex("9f0061003600000000ff7f0000ffff05006e0002"), bytes.fromhex("001f71000002cc003c06ff7f1a00")]
    packets = [belt_says(s, 9.0 + s, 1.0) for s in range(6)]
    packets += [heard(s, "DD:00", "2ACD", half) for s in range(5) for half in matrix]
    packets += [pod_says(s / 2, 2.0 + s / 4, 80 + s) for s in range(12)]
    packets += [pod_says(2, 2.5, 90), pod_says(2, 3.5, 70)]
    packets += [strap_says(s, 120 + s, boot="boot-2") for s in range(4)]
    return [*packets, heard(1, POD, "2A53", b"\x01"), heard(1, POD, "FFFF", b"")]


MESS = _a_short_mess()


@settings(deadline=None, max_examples=60)
@given(st.permutations(MESS), st.lists(st.sampled_from(MESS), max_size=12))
def test_any_order_and_any_repetition_gives_the_same_recording(packets, again):
    _same(merge([*packets, *again]), merge(MESS))


noise = st.builds(
    heard,
    st.floats(0, 100),
    st.sampled_from([BELT, POD, STRAP]),
    st.sampled_from(["2A53", "2ACD", "2A37", "2A63", "2A19", "2A55", "FFFF"]),
    st.binary(max_size=24),
    boot=st.sampled_from(["boot-1", "boot-2"]),
)


@settings(deadline=None, max_examples=80)
@given(st.lists(noise, max_size=40), st.randoms())
def test_noise_gives_a_recording_and_the_same_one_in_any_order(packets, shuffler):
    run = merge(packets)
    assert (np.diff(run.t_s) > 0).all()
    shuffled = list(packets)
    shuffler.shuffle(shuffled)
    _same(merge(shuffled), run)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60, unique=True), st.lists(st.integers(0, 400), max_size=40))
def test_no_speed_stands_where_its_sensor_was_silent(spoke, beats):
    packets = [pod_says(tenth / 10, 3.0) for tenth in spoke] + [strap_says(tenth / 10, 150) for tenth in beats]
    run = _merged(packets)
    assert np.count_nonzero(~np.isnan(run.speed_mps)) == len(spoke)
    first_ns = round((run.start.timestamp() - WALL_NS / SECOND_NS) * 10)
    silent = [round(t * 10) + first_ns for t, speed in zip(run.t_s, run.speed_mps, strict=True) if np.isnan(speed)]
    assert all(not any(0 <= tenth - said <= 30 for said in spoke) for tenth in silent)
