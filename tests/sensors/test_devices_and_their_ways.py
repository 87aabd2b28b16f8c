"""What is known of devices is used, what is only guessed is said, and nothing is flipped within a session."""

import numpy as np
import pytest
from notifications import BELT, POD, WALL_NS, belt_says, pod_says

from sensors.devices import KNOWN, SensorInfo, cadence_unit, known_device
from sensors.timeline import BootClock, merge

CLOCKS = [BootClock(boot="boot-1", offset_ns=WALL_NS, trusted=True)]


def _pod_run(cadence, speed_mps=3.0, **info):
    sensors = [SensorInfo(address=POD, **info)] if info else []
    return merge([pod_says(s, speed_mps, cadence) for s in range(60)], sensors=sensors, clocks=CLOCKS)


def _belt_run(name, incline_percent, speed_kmh=10.0):
    sensors = [SensorInfo(address=BELT.lower(), name=name)]
    return merge([belt_says(s, speed_kmh, incline_percent) for s in range(60)], sensors=sensors, clocks=CLOCKS)


@pytest.mark.parametrize(
    ("cadence", "speed_mps", "info", "unit", "how"),
    [
        (85, 3.0, {"cadence_unit": "steps", "name": "Stryd"}, "steps", "set for this sensor"),
        (85, 3.0, {"name": "Stryd"}, "strides", "every stryd"),
        (170, 3.0, {"name": "TICKR X 4B21"}, "steps", "every tickr x"),
        (85, 3.0, {"model": "RUNN 77", "name": "My pod"}, "steps", "every runn"),
        (85, 3.0, {"name": "Zwift RunPod"}, "strides", "every zwift runpod"),
        (170, 3.0, {}, "steps", "1.06 m"),
        (85, 3.0, {"name": "Somebody's pod"}, "strides", "2.12 m"),
        (110, 3.0, {}, None, "neither"),  # 1.64 m: too long for a step, too short for a stride
        (80, 1.4, {}, None, "neither"),  # walking proves nothing
    ],
)
def test_the_unit_of_a_cadence_is_configured_then_known_then_plausible(cadence, speed_mps, info, unit, how):
    run = _pod_run(cadence, speed_mps, **info)
    assert run.cadence_unit == unit
    assert set(run.cadence_spm) == {cadence}, "the raw number is passed on; the rules double strides"
    (note,) = [note for note in run.notes if note.startswith("Cadence counts")]
    assert how in note


def test_the_unit_is_decided_once_for_a_session_of_two_paces():
    packets = [pod_says(s, 2.5, 160) for s in range(100)] + [pod_says(s, 6.0, 190) for s in range(100, 140)]
    assert merge(packets, clocks=CLOCKS).cadence_unit == "steps"


def test_a_few_readings_do_not_decide():
    few = np.full(9, 3.0)
    assert cadence_unit(None, few, np.full(9, 170.0))[0] is None


@pytest.mark.parametrize(
    ("name", "sent", "grade"),
    [
        ("Some Treadmill", 6.0, 0.06),
        ("T01_20", 6.0, 0.01),  # 0x003C is the first of fifteen levels
        ("T01_20", 13.0, 0.02),
        ("T01_20", 46.0, 0.07),
        ("T01_20", 100.0, 0.15),
        ("adidas T-800", 6.0, 0.0),
        ("adidas T-800", 0.0, -0.06),
        ("adidas T-800", 46.0, 0.40),
        ("Trinfit T15 Pro", 3.0, None),
        ("NOBLEPRO CONNECT", 4.0, None),
        ("Domyos-TS100", 0.0, None),
        ("Some Treadmill", 82.0, None),
        ("Some Treadmill", -15.1, None),
    ],
)
def test_an_incline_is_what_the_device_means(name, sent, grade):
    run = _belt_run(name, sent)
    np.testing.assert_allclose(run.grade, np.nan if grade is None else grade, atol=1e-12)
    assert (run.sources.get("grade") == "treadmill") == (grade is not None)


@pytest.mark.parametrize("name", ["BFX_T9_1234", "3G Elite Runner", "THERUN  T15"])
def test_a_speed_of_an_unknown_unit_is_not_a_speed(name):
    run = _belt_run(name, 1.0)
    assert np.isnan(run.speed_mps).all()
    assert any("km/h or mph" in note for note in run.notes)
    assert "No sensor told the speed." in run.notes


def test_what_was_done_about_a_device_is_told():
    assert any(note.startswith("Treadmill adidas T-800: it says 6 %") for note in _belt_run("adidas T-800", 6.0).notes)
    assert not any("Treadmill" in note for note in _belt_run("Some Treadmill", 6.0).notes)


def test_every_known_device_has_a_source_and_is_found_by_its_own_name():
    for device in KNOWN:
        assert device.source
        assert known_device(SensorInfo(address="x", name=device.prefix.upper() + " 12")) == device
    assert known_device(None) is None
    assert known_device(SensorInfo(address="x", name="Nobody knows me")) is None


@pytest.mark.parametrize("name", ["Runner's pod", "Strydent", "Runna"])
def test_a_name_that_only_begins_like_a_known_one_is_not_it(name):
    assert known_device(SensorInfo(address="x", name=name)) is None
