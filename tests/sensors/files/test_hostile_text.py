"""Text made to hurt or hurt by accident: nests, endless names, impossible times, and any mangling at all."""

import pytest
from files_as_text import CAPTURE, GPX, STREAM, TABLE, TCX
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors import files
from sensors.errors import UnreadableFile
from sensors.files import capture, csv_columns, gpx, stream, tcx

DEEP = 20_000


def refusal(text):
    with pytest.raises(UnreadableFile) as why:
        files.read(text.encode())
    return str(why.value)


@pytest.mark.parametrize("text", [GPX, TCX], ids=["gpx", "tcx"])
def test_elements_nested_deep_enough_to_crash_a_parser_are_not_read(text):
    at = text.index("<time>" if "<gpx" in text else "<Time>")
    assert "built like no run" in refusal(text[:at] + "<a>" * DEEP + "</a>" * DEEP + text[at:])


def test_a_namespace_whose_end_takes_a_minute_to_find_is_not_sought():
    assert "built like no run" in refusal(GPX.replace("</trk>", "</trk>" + " xmlns" * DEEP))


@pytest.mark.parametrize("name", ["references", "about"])
def test_lists_nested_too_deep_are_no_stream(name):
    assert "not a stream" in refusal(f'{{"{name}": {"[" * DEEP}{"]" * DEEP}, "segments": [{{"for_s": 1}}]}}')


def test_a_nested_line_of_a_capture_is_a_broken_line():
    nested = f'{{"boot": "b1", "sensors": {"[" * DEEP}{"]" * DEEP}}}\n'
    (run,) = files.read((CAPTURE + nested).encode())
    assert run.recording.unreadable_packets == 1


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z"])
@pytest.mark.parametrize("text", [GPX, TCX], ids=["gpx", "tcx"])
def test_a_time_that_no_watch_can_mean_is_no_time(text, moment):
    (run,) = files.read(text.replace("2026-03-01T07:00:00Z", moment).encode())
    assert len(run.recording) in (19, 20)
    assert run.recording.start.year == 2026


def test_a_time_without_a_zone_is_read_as_utc():
    (plain,), (zoned,) = files.read(GPX.replace("Z</time>", "</time>").encode()), files.read(GPX.encode())
    assert plain.recording.start == zoned.recording.start


@pytest.mark.parametrize("latitude", ["inf", "nan", "1e308", "91"])
def test_a_point_at_no_place_on_earth_moves_nobody(latitude):
    (run,) = files.read(GPX.replace('lat="50.0001', f'lat="{latitude}" x="', 1).encode())
    assert run.recording.speed_mps[~(run.recording.speed_mps != run.recording.speed_mps)].max() < 5.0


SNIPPETS = [
    "inf",
    "nan",
    "-1e400",
    "9" * 400,
    '"',
    "<",
    ",",
    "{",
    "[",
    "null",
    "&x;",
    "<!--",
    "]]>",
    "\0",
    "#",
    "é",
    "",
]
MANGLED = [
    pytest.param(tcx.read, TCX, id="tcx"),
    pytest.param(gpx.read, GPX, id="gpx"),
    pytest.param(csv_columns.read, TABLE, id="csv"),
    pytest.param(stream.read, STREAM, id="stream"),
    pytest.param(capture.read, CAPTURE, id="capture"),
]


@pytest.mark.parametrize(("read", "text"), MANGLED)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_mangling_ever_raises_anything_else(read, text, data):
    """Asked of each format itself, below the net that catches what nobody foresaw."""
    mangled = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mangled)))
        gone = data.draw(st.integers(0, 12))
        mangled[at : at + gone] = data.draw(st.sampled_from(SNIPPETS).map(str.encode) | st.binary(max_size=3))
    try:
        runs = read(bytes(mangled))
    except UnreadableFile as why:
        assert str(why).endswith(".")
    else:
        assert all(len(run.recording) for run in runs)
