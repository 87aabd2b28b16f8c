"""TCX: laps and trackpoints of watches and treadmills, in whatever order and however far they reach."""

import numpy as np
import pytest

from sensors import files
from sensors.errors import UnreadableFile

NAMESPACE = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
EXTENSION = "http://www.garmin.com/xmlschemas/ActivityExtension/v2"


def point(moment, *, metres=None, heart=None, altitude=None, speed=None, cadence=None, watts=None, plain_cadence=None):
    def tag(name, value):
        return "" if value is None else f"<{name}>{value}</{name}>"

    return (
        f"<Trackpoint><Time>2026-03-01T07:{moment // 60:02}:{moment % 60:02}.000Z</Time>"
        + tag("AltitudeMeters", altitude)
        + tag("DistanceMeters", metres)
        + ("" if heart is None else f"<HeartRateBpm><Value>{heart}</Value></HeartRateBpm>")
        + tag("Cadence", plain_cadence)
        + f'<Extensions><ns3:TPX xmlns:ns3="{EXTENSION}">'
        + tag("ns3:Speed", speed)
        + tag("ns3:RunCadence", cadence)
        + tag("ns3:Watts", watts)
        + "</ns3:TPX></Extensions></Trackpoint>"
    )


def lap(*tracks, seconds=60, metres=180, extra=""):
    inside = "".join(f"<Track>{''.join(track)}</Track>" for track in tracks)
    return (
        f'<Lap StartTime="2026-03-01T07:00:00Z"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
        f"<DistanceMeters>{metres}</DistanceMeters>{inside}{extra}</Lap>"
    )


def document(*activities):
    inside = "".join(f'<Activity Sport="{sport}"><Id>x</Id>{"".join(laps)}</Activity>' for sport, *laps in activities)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<TrainingCenterDatabase xmlns="{NAMESPACE}">'
        f"<Activities>{inside}</Activities></TrainingCenterDatabase>"
    )


def steady(first=0, seconds=60, **told):
    return [point(first + second, **{"speed": 3.0, **told}) for second in range(seconds)]


def read(text):
    return files.read(text.encode())


def test_a_treadmill_run_without_positions_is_read_whole():
    (run,) = read(document(("Running", lap(steady(heart=150, cadence=84, watts=230, altitude=12.5)))))
    recording = run.recording
    assert recording.t_s.tolist() == list(range(60))
    assert set(recording.speed_mps) == {3.0}
    assert set(recording.heart_rate_bpm) == {150.0}
    assert set(recording.power_w) == {230.0}
    assert set(recording.altitude_m) == {12.5}
    assert recording.sources["altitude_m"] == "gps"
    assert (run.sport, run.summary.duration_s, run.summary.distance_m) == ("running", 60.0, 180.0)


@pytest.mark.parametrize(("cadence", "unit"), [(84, "strides"), (120, None), (180, "steps")])
def test_run_cadence_is_strides_unless_it_cannot_be(cadence, unit):
    (run,) = read(document(("Running", lap(steady(cadence=cadence)))))
    assert set(run.recording.cadence_spm) == {float(cadence)}
    assert run.recording.cadence_unit == unit


def test_steps_are_recognised_where_only_the_distance_tells_the_speed():
    track = [point(second, metres=3 * second, cadence=170) for second in range(60)]
    (run,) = read(document(("Running", lap(track))))
    assert run.recording.cadence_unit == "steps"


def test_the_cadence_of_the_extension_wins():
    (run,) = read(document(("Running", lap(steady(plain_cadence=0, cadence=84)))))
    assert set(run.recording.cadence_spm) == {84.0}


def test_speed_comes_from_the_distance_where_none_is_told():
    track = [point(second, metres=2.5 * second) for second in range(60)]
    (run,) = read(document(("Running", lap(track))))
    assert run.recording.speed_mps[:-1].tolist() == [2.5] * 59


def test_the_laps_of_one_run_are_one_run():
    (run,) = read(document(("Running", lap(steady(0)), lap(steady(60)))))
    assert len(run.recording) == 120
    assert run.recording.pauses_s == ()
    assert run.summary.distance_m == 360.0


def test_a_second_track_within_a_lap_comes_after_a_pause():
    (run,) = read(document(("Running", lap(steady(0, 30), steady(90, 30)))))
    assert run.recording.pauses_s == ((29.0, 90.0),)


def test_a_lap_sums_up_its_cadence_in_strides():
    extra = f'<Extensions><LX xmlns="{EXTENSION}"><AvgRunCadence>84</AvgRunCadence></LX></Extensions>'
    (run,) = read(document(("Running", lap(steady(cadence=84), extra=extra))))
    assert run.summary.cadence_spm == 168.0


def test_activities_out_of_order_come_sorted_by_their_start():
    runs = read(document(("Running", lap(steady(600))), ("Running", lap(steady(0))), ("Running", lap(steady(300)))))
    assert [run.recording.start.minute for run in runs] == [0, 5, 10]


def test_only_the_run_of_several_sports_is_taken():
    (run,) = read(document(("Biking", lap(steady(speed=9.0))), ("Running", lap(steady(600)))))
    assert set(run.recording.speed_mps) == {3.0}


def test_another_sport_is_refused_by_its_name():
    with pytest.raises(UnreadableFile, match="it holds cycling"):
        read(document(("Biking", lap(steady()))))


def test_a_sport_called_other_is_read_and_noted():
    (run,) = read(document(("Other", lap(steady()))))
    assert (run.sport, run.recording.notes) == ("generic", ("the file calls this generic",))


def test_a_planned_course_is_no_run():
    text = document().replace("<Activities>", f"<Courses><Course>{''.join(steady())}</Course></Courses><Activities>")
    with pytest.raises(UnreadableFile, match="There is no run in this file"):
        read(text)


def test_a_file_that_breaks_off_keeps_its_beginning_and_sums_up_nothing():
    text = document(("Running", lap(steady())))
    (run,) = read(text[: text.index("07:00:40") + 5])
    assert len(run.recording) == 40
    assert run.recording.notes == ("partial: the file breaks off after 40 samples",)
    assert run.summary.distance_m is None


def test_a_file_damaged_in_the_middle_keeps_its_beginning():
    text = document(("Running", lap(steady(seconds=600))))
    at = text.index("07:08:00")
    (run,) = read(text[:at] + "<" + text[at:])
    assert 400 < len(run.recording) <= 480
    assert run.recording.notes[0].startswith("partial: ")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda text: b"\n  " + text.encode(),
        lambda text: text.replace("<Id>x</Id>", "<Id>Lauf im Frühling</Id>").encode("latin-1"),
    ],
    ids=["byte order mark", "utf-16", "blanks first", "latin-1 that says utf-8"],
)
def test_the_encoding_does_not_matter(encode):
    (run,) = files.read(encode(document(("Running", lap(steady())))))
    assert len(run.recording) == 60


BILLION_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declaration", [BILLION_LAUGHS, OUTSIDE, '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_a_file_that_declares_entities_is_not_even_parsed(declaration, encoding):
    text = document(("Running", lap(steady()))).replace("UTF-8", encoding).replace("?>\n", f"?>\n{declaration}\n")
    with pytest.raises(UnreadableFile, match="declares a document type or entities"):
        files.read(text.encode(encoding.lower()))


def test_numbers_that_are_none_were_not_said():
    (run,) = read(document(("Running", lap(steady(0, 59), [point(59, speed="NaN", heart="--", cadence="INF")]))))
    assert np.isnan(
        [run.recording.speed_mps[-1], run.recording.heart_rate_bpm[-1], run.recording.cadence_spm[-1]]
    ).all()
