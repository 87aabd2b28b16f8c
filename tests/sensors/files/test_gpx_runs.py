"""GPX: positions and times, and whatever else a phone hides in its extensions."""

import math

import numpy as np
import pytest

from sensors import files
from sensors.errors import UnreadableFile

DEGREE_M = 6_371_008.8 * math.pi / 180  # along a meridian


def point(second, north_m=0.0, inside="", extensions="", time=True):
    stamp = f"<time>2026-03-01T07:{second // 60:02}:{second % 60:02}Z</time>" if time else ""
    extra = f"<extensions>{extensions}</extensions>" if extensions else ""
    return f'<trkpt lat="{50 + north_m / DEGREE_M:.9f}" lon="14.000000000">{inside}{stamp}{extra}</trkpt>'


def document(*points, name="", kind="running", version="1.1"):
    kind = f"<type>{kind}</type>" if kind else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="{version}" creator="test" '
        f'xmlns="http://www.topografix.com/GPX/{version.replace(".", "/")}" '
        'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1" '
        'xmlns:gpxdata="http://www.cluetrust.com/XML/GPXDATA/1/0">'
        f"<trk><name>{name}</name>{kind}<trkseg>{''.join(points)}</trkseg></trk></gpx>"
    )


def steady(seconds=60, speed=3.0, **more):
    return [point(second, speed * second, **more) for second in range(seconds)]


def read(text):
    return files.read(text.encode())


def test_speed_comes_from_the_positions_along_the_great_circle():
    (run,) = read(document(*steady()))
    assert run.recording.speed_mps[:-1] == pytest.approx(3.0, abs=0.001)
    assert np.isnan(run.recording.speed_mps[-1])
    assert run.recording.sources["speed_mps"] == "gps"


def test_a_stated_speed_wins_over_the_positions():
    (run,) = read(document(*steady(extensions="<gpxdata:speed>2.5</gpxdata:speed>")))
    assert set(run.recording.speed_mps) == {2.5}
    assert run.recording.sources["speed_mps"] == "watch"


def test_the_speed_of_version_1_0_stands_in_the_point_itself():
    (run,) = read(document(*steady(inside="<ele>200</ele><speed>2.25</speed>"), version="1.0", kind=""))
    assert set(run.recording.speed_mps) == {2.25}


@pytest.mark.parametrize(
    "extensions",
    [
        "<gpxtpx:TrackPointExtension><gpxtpx:hr>150</gpxtpx:hr><gpxtpx:cad>84</gpxtpx:cad></gpxtpx:TrackPointExtension>",
        "<gpxdata:hr>150</gpxdata:hr><gpxdata:cadence>84</gpxdata:cadence>",
        "<heartrate>150</heartrate><cadence>84</cadence>",
    ],
    ids=["garmin", "cluetrust", "none"],
)
def test_heart_and_cadence_are_found_under_any_namespace(extensions):
    (run,) = read(document(*steady(extensions=extensions + "<power>230</power>")))
    assert set(run.recording.heart_rate_bpm) == {150.0}
    assert set(run.recording.cadence_spm) == {84.0}
    assert set(run.recording.power_w) == {230.0}
    assert run.recording.cadence_unit is None, "nobody says whether one foot is counted or two"


def test_the_altitude_of_satellites_is_called_that():
    (run,) = read(document(*steady(inside="<ele>357.5</ele>")))
    assert set(run.recording.altitude_m) == {357.5}
    assert run.recording.sources["altitude_m"] == "gps"


def test_a_clock_that_steps_back_at_the_start_does_no_harm():
    points = [point(1, 0.0), point(0, 3.0), *(point(second, 3.0 * second) for second in range(2, 60))]
    (run,) = read(document(*points))
    assert run.recording.t_s.tolist() == list(range(60))
    assert np.nanmax(run.recording.speed_mps[2:]) < 3.1


def test_no_speed_is_made_up_across_a_tunnel():
    points = [*steady(30), *(point(second, 3.0 * second) for second in range(90, 120))]
    (run,) = read(document(*points))
    assert np.isnan(run.recording.speed_mps[29])


def test_a_planned_route_has_no_times_and_is_no_run():
    with pytest.raises(UnreadableFile, match="no times"):
        read(document(*steady(time=False)))


@pytest.mark.parametrize(
    ("kind", "name", "sport"),
    [
        ("9", "Lunch", "running"),  # the number of a run in older exports of Strava
        ("trail_running", "Hills", "running"),
        ("Run", "", "running"),
        ("walking", "Park", "walking"),
        ("", "Running 3/1/26 7:00 am", "running"),  # Runkeeper
        ("", "Around the lake", "unknown"),
    ],
)
def test_the_sport_is_the_type_or_the_first_word_of_the_name(kind, name, sport):
    (run,) = read(document(*steady(), kind=kind, name=name))
    assert run.sport == sport


@pytest.mark.parametrize(("kind", "name"), [("cycling", ""), ("1", ""), ("", "Cycling 10/2/17 10:49 am")])
def test_a_ride_is_refused(kind, name):
    with pytest.raises(UnreadableFile, match="it holds cycling"):
        read(document(*steady(), kind=kind, name=name))


@pytest.mark.parametrize("cut", ["07:00:40", "</trkseg>"])
def test_a_file_that_breaks_off_keeps_its_beginning_and_says_so(cut):
    text = document(*steady())
    (run,) = read(text[: text.index(cut)])
    assert len(run.recording) in (40, 60)
    assert run.recording.notes == ("partial: the file breaks off before its end",)


def test_a_file_damaged_in_the_middle_keeps_its_beginning():
    text = document(*steady())
    at = text.index("07:00:40")
    (run,) = read(text[:at] + "<" + text[at:])
    assert len(run.recording) == 40
    assert run.recording.notes == ("partial: the file breaks off before its end",)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_the_place_of_a_fault_is_found_whatever_ends_a_line(end):
    text = document(*steady()).replace("<trkpt", f"{end}<trkpt")
    at = text.index("07:00:40")
    (run,) = read(text[:at] + "<" + text[at:])
    assert len(run.recording) == 40


def test_a_point_at_no_place_on_earth_is_no_crash():
    with pytest.raises(UnreadableFile):
        read(document('<trkpt lat="north" lon="14"><time>2026-03-01T07:00:00Z</time></trkpt>'))


@pytest.mark.parametrize(
    "declaration",
    ['<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_declares_entities_is_not_even_parsed(declaration, encoding):
    text = document(*steady(inside="<ele>&b;</ele>")).replace("?>\n", f"?>\n{declaration}\n")
    with pytest.raises(UnreadableFile, match="declares a document type or entities"):
        files.read(text.encode(encoding))


def test_where_the_run_went_is_never_kept():
    (run,) = read(document(*steady()))
    assert 14.0 not in [getattr(run.recording, name)[0] for name in ("speed_mps", "altitude_m", "grade", "power_w")]
