"""What a watch writes into a FIT file, and what of it a run is measured with."""

import numpy as np
import pytest
from fit_writer import (
    COURSE,
    CYCLING,
    GENERIC,
    LOCAL_BAROMETER,
    RACKET,
    RUNNING,
    START,
    START_S,
    SWIMMING,
    TIMER,
    TIMER_START,
    TIMER_STOP_ALL,
    TREADMILL,
    WALKING,
    FitWriter,
    a_run,
)

from sensors import files
from sensors.errors import UnreadableFile


def only(data):
    (run,) = files.read(data)
    return run


def test_a_run_comes_with_its_start_its_channels_and_who_said_them():
    run = only(a_run(60, cadence=85, heart_rate=150, power=240, altitude=100.2))
    recording = run.recording
    assert recording.start == START
    assert recording.t_s.tolist() == list(range(60))
    assert set(recording.speed_mps) == {3.0}
    assert set(recording.heart_rate_bpm) == {150.0}
    assert set(recording.power_w) == {240.0}
    assert set(recording.altitude_m) == {100.2}
    assert np.isnan(recording.grade).all()
    assert run.sport == "running"
    assert recording.notes == ()
    assert recording.sources == {
        "speed_mps": "watch",
        "cadence_spm": "watch",
        "heart_rate_bpm": "watch",
        "power_w": "watch",
        "altitude_m": "gps",
    }


def test_what_the_file_sums_up_is_kept_apart():
    run = only(a_run(60, session={"total_distance": 180.5, "avg_running_cadence": 84, "avg_fractional_cadence": 0.5}))
    assert (run.summary.duration_s, run.summary.distance_m, run.summary.cadence_spm) == (60.0, 180.5, 169.0)


def test_a_file_that_sums_up_nothing_says_nothing():
    summary = only(FitWriter().message("record", timestamp=START_S, speed=3.0).bytes()).summary
    assert (summary.duration_s, summary.distance_m, summary.cadence_spm) == (None, None, None)


# Cadence of a running file is strides a minute by the specification; some programs write steps all the same.
@pytest.mark.parametrize(
    ("cadence", "unit"), [(85, "strides"), (114, "strides"), (115, None), (129, None), (130, "steps"), (180, "steps")]
)
def test_cadence_is_strides_unless_no_legs_could_turn_so_fast(cadence, unit):
    assert only(a_run(cadence=cadence)).recording.cadence_unit == unit


# 55 strides are 110 steps; a walk of 110 strides would be a run by its cadence alone.
@pytest.mark.parametrize(("cadence", "unit"), [(55, "strides"), (94, "strides"), (95, None), (115, None)])
def test_the_steps_of_a_walk_are_not_doubled_into_a_run(cadence, unit):
    assert only(a_run(enhanced_speed=1.4, cadence=cadence)).recording.cadence_unit == unit


def test_the_fraction_belongs_to_the_cadence():
    assert set(only(a_run(cadence=85, fractional_cadence=0.5)).recording.cadence_spm) == {85.5}


def test_a_standing_runners_cadence_of_nought_does_not_decide_the_unit():
    run = only(a_run(60, cadence=lambda second: 0 if second < 40 else 178))
    assert run.recording.cadence_unit == "steps"


@pytest.mark.parametrize(
    ("units", "value", "unit"),
    [("SPM", 165, "steps"), ("RPM", 83, "strides")],  # Stryd in 2016 and in 2024
)
def test_a_pods_cadence_is_counted_as_its_units_say(units, value, unit):
    writer = FitWriter().developer_field("Cadence", units)
    for second in range(60):
        writer.message("record", timestamp=START_S + second, speed=3.0, cadence=0, developer={"Cadence": value})
    recording = only(writer.bytes()).recording
    assert set(recording.cadence_spm) == {float(value)}
    assert recording.cadence_unit == unit
    assert recording.sources["cadence_spm"] == "pod"


def test_a_pods_field_of_unknown_units_is_not_guessed_at():
    writer = FitWriter().developer_field("Cadence", "furlongs")
    for second in range(60):
        writer.message("record", timestamp=START_S + second, speed=3.0, cadence=84, developer={"Cadence": 12})
    assert set(only(writer.bytes()).recording.cadence_spm) == {84.0}


def test_a_pods_power_is_not_mistaken_for_the_watchs_own():
    writer = FitWriter().developer_field("Power", "Watts")
    for second in range(60):
        own = {"power": 300} if second < 10 else {}
        writer.message("record", timestamp=START_S + second, speed=3.0, developer={"Power": 250}, **own)
    recording = only(writer.bytes()).recording
    assert set(recording.power_w) == {250.0}
    assert recording.sources["power_w"] == "pod"


def test_the_enhanced_speed_and_altitude_win():
    recording = only(a_run(speed=2.0, enhanced_speed=3.5, altitude=10, enhanced_altitude=20)).recording
    assert set(recording.speed_mps) == {3.5}
    assert set(recording.altitude_m) == {20.0}


def test_the_old_speed_serves_where_there_is_no_enhanced_one():
    assert set(only(a_run(speed=2.0, enhanced_speed=None)).recording.speed_mps) == {2.0}


def test_speed_comes_from_the_distance_where_the_watch_told_no_speed():
    recording = only(a_run(60, enhanced_speed=None, distance=lambda second: 2.5 * second)).recording
    assert recording.speed_mps[:-1].tolist() == [2.5] * 59
    assert np.isnan(recording.speed_mps[-1])


def test_a_speed_of_nought_throughout_gives_way_to_the_distance():
    recording = only(a_run(60, enhanced_speed=0.0, distance=lambda second: 2.5 * second)).recording
    assert recording.speed_mps[:-1].tolist() == [2.5] * 59


def test_a_runner_who_stood_still_has_a_speed_of_nought():
    assert set(only(a_run(60, enhanced_speed=0.0, distance=0)).recording.speed_mps) == {0.0}


def test_no_speed_is_made_up_across_a_long_silence():
    recording = only(a_run(100, every_s=20, enhanced_speed=None, distance=lambda second: 2.5 * second)).recording
    assert np.isnan(recording.speed_mps).all()
    assert "speed_mps" not in recording.sources


def test_compressed_times_speeds_and_distances_are_expanded():
    writer = FitWriter().message("record", timestamp=START_S, speed=3.0, cadence=80)
    for second in range(1, 40):
        # 12 bits of speed (1/100 m/s), then 12 bits of accumulated distance (1/16 m)
        packed = 300 | (48 * second % 4096) << 12
        offset = (START_S + second) & 0x1F
        writer.compressed(offset, compressed_speed_distance=packed.to_bytes(3, "little"), cadence=80)
    recording = only(writer.bytes()).recording
    assert recording.t_s.tolist() == list(range(40))
    assert set(recording.speed_mps) == {3.0}


def test_altitude_is_barometric_only_where_the_file_lists_a_barometer():
    with_one = a_run(altitude=100, before=[("device_info", {"timestamp": START_S, **LOCAL_BAROMETER})])
    assert only(with_one).recording.sources["altitude_m"] == "barometer"
    assert only(a_run(altitude=100)).recording.sources["altitude_m"] == "gps"


def test_the_altitude_on_a_treadmill_is_weather():
    run = only(a_run(altitude=lambda second: 100 + second, session={"sub_sport": TREADMILL}))
    assert np.isnan(run.recording.altitude_m).all()
    assert "altitude_m" not in run.recording.sources
    assert run.sport == "running"


def test_an_altitude_of_raw_nought_was_not_measured():
    """TomTom writes -500 m until its first fix."""
    recording = only(a_run(10, altitude=lambda second: -500 if second == 0 else 120)).recording
    assert np.isnan(recording.altitude_m[0])
    assert set(recording.altitude_m[1:]) == {120.0}


def test_a_stated_grade_is_a_fraction():
    assert set(only(a_run(grade=4.5)).recording.grade) == {0.045}


def test_a_record_with_nothing_but_its_time_says_nothing():
    writer = FitWriter()
    for second in range(5):
        writer.message("record", timestamp=START_S + second, speed=3.0)
    recording = only(writer.message("record", timestamp=START_S + 5).bytes()).recording
    assert len(recording) == 6
    assert np.isnan(recording.speed_mps[-1])


def test_the_timers_stops_are_pauses_and_the_last_stop_is_the_end():
    stops = [(0, TIMER_START), (20, TIMER_STOP_ALL), (30, TIMER_START), (60, TIMER_STOP_ALL)]
    before = [("event", {"timestamp": START_S + second, "event": TIMER, "event_type": what}) for second, what in stops]
    assert only(a_run(60, before=before)).recording.pauses_s == ((20.0, 30.0),)


def test_a_watch_that_records_only_changes_is_given_longer_to_speak():
    assert only(a_run(600, every_s=5)).recording.hold_s == 8.0
    assert only(a_run(600)).recording.hold_s == 3.0


def test_records_that_went_backwards_are_put_in_order():
    writer = FitWriter()
    for second in (0, 1, 2, 5, 4, 3, 6):
        writer.message("record", timestamp=START_S + second, heart_rate=100 + second)
    recording = only(writer.bytes()).recording
    assert recording.t_s.tolist() == list(range(7))
    assert recording.heart_rate_bpm.tolist() == [100.0 + second for second in range(7)]


def test_a_clock_set_in_the_middle_of_a_run_does_not_make_it_three_weeks_long():
    writer = FitWriter()
    for second in range(100):
        writer.message("record", timestamp=START_S + second, speed=3.0)
    for second in range(400):
        writer.message("record", timestamp=START_S + 20 * 86_400 + second, speed=4.0)
    recording = only(writer.bytes()).recording
    assert recording.t_s[-1] == 399.0
    assert set(recording.speed_mps) == {4.0}
    assert any(note.startswith("partial: the clock jumped by more than a day, 100") for note in recording.notes)


def test_a_watch_whose_clock_was_never_set_gives_a_run_without_a_date():
    writer = FitWriter()
    for second in range(30):
        writer.message("record", timestamp=1000 + second, speed=3.0)
    recording = only(writer.bytes()).recording
    assert recording.start is None
    assert recording.t_s.tolist() == list(range(30))


def test_a_clock_set_after_the_start_dates_the_run():
    writer = FitWriter()
    for second in range(5):
        writer.message("record", timestamp=1000 + second, speed=3.0)
    for second in range(60):
        writer.message("record", timestamp=START_S + second, speed=3.0)
    recording = only(writer.bytes()).recording
    assert (recording.start, len(recording)) == (START, 60)


def _two_sessions(first, second, **more):
    writer = FitWriter()
    for moment in range(200):
        writer.message("record", timestamp=START_S + moment, speed=8.0 if moment < 100 else 3.0)
    writer.message("session", timestamp=START_S, start_time=START_S, sport=first, total_elapsed_time=100)
    return writer.message(
        "session", timestamp=START_S, start_time=START_S + 100, sport=second, total_elapsed_time=100, **more
    ).bytes()


def test_only_the_run_of_a_ride_and_a_run_is_taken():
    run = only(_two_sessions(CYCLING, RUNNING))
    assert run.recording.t_s.tolist() == list(range(100))
    assert set(run.recording.speed_mps) == {3.0}
    assert run.recording.start.timestamp() - START.timestamp() == 100


def test_two_runs_of_one_file_are_two_runs():
    runs = files.read(_two_sessions(RUNNING, RUNNING))
    assert [set(run.recording.speed_mps) for run in runs] == [{8.0}, {3.0}]


def test_a_chained_file_gives_the_runs_of_every_part():
    runs = files.read(a_run(30, enhanced_speed=2.5) + a_run(40, enhanced_speed=3.5))
    assert sorted(len(run.recording) for run in runs) == [30, 40]


def test_a_football_match_is_called_one():
    run = only(a_run(session={"sport_profile_name": "Football"}))
    assert run.sport == "football"
    assert run.recording.notes == ("the file calls this football",)


def test_a_football_match_may_be_called_one_in_the_name_of_its_sport_alone():
    assert only(a_run(before=[("sport", {"sport": RUNNING, "name": "Fußball"})])).sport == "football"


@pytest.mark.parametrize(("sport", "word"), [(WALKING, "walking"), (GENERIC, "generic")])
def test_another_sport_on_foot_is_read_and_noted(sport, word):
    run = only(a_run(sport=sport))
    assert run.sport == word
    assert run.recording.notes == (f"the file calls this {word}",)


@pytest.mark.parametrize(
    ("sport", "word"), [(CYCLING, "cycling"), (SWIMMING, "swimming"), (RACKET, "racket"), (200, "sport 200")]
)
def test_a_file_without_a_run_says_what_it_holds(sport, word):
    with pytest.raises(UnreadableFile, match=f"There is no run in this file, it holds {word}."):
        files.read(a_run(sport=sport))


def test_a_planned_course_is_no_run():
    data = FitWriter().message("file_id", type=COURSE).message("record", timestamp=START_S, speed=3.0).bytes()
    with pytest.raises(UnreadableFile, match="it is a course file of a watch"):
        files.read(data)


def test_a_file_of_settings_holds_no_run():
    with pytest.raises(UnreadableFile, match="it is a settings file of a watch"):
        files.read(FitWriter().message("file_id", type=2).bytes())


def test_where_the_run_went_is_never_kept():
    run = only(a_run(position_lat=50.0, position_long=14.0))
    assert not any("position" in name or "lat" in name for name in run.recording.__slots__)
