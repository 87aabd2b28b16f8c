"""The stored form: small, exact to the last bit, and never quietly wrong."""

import struct
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sensors.errors import UnreadableRecording
from sensors.recording import CHANNELS, Recording
from sensors.store import pack, unpack

COLUMNS = ("t_s", *CHANNELS)
FACTS = ("start", "sources", "cadence_unit", "hold_s", "from_packets", "pauses_s", "unreadable_packets", "notes")


def assert_same(again, recording):
    for name in COLUMNS:
        bits, bits_again = (getattr(one, name).astype(np.float64).view(np.uint64) for one in (recording, again))
        assert np.array_equal(bits, bits_again), name
    for name in FACTS:
        assert getattr(again, name) == getattr(recording, name), name


def an_hour(seed=7):
    """An hour of six channels in the steps of real sensors, as restless as a person."""
    random = np.random.default_rng(seed)
    drift = np.cumsum(random.normal(size=(4, 3600)), axis=1)
    speed = np.round((3 + 0.008 * drift[0] + 0.05 * random.normal(size=3600)) * 256) / 256
    return Recording.of(
        np.arange(3600.0),
        speed_mps=speed,
        cadence_spm=np.round(170 + 1.5 * random.normal(size=3600)),
        grade=np.round(np.repeat(random.integers(0, 60, size=60), 60)) / 1000,
        heart_rate_bpm=np.round(150 + 0.3 * drift[1]),
        power_w=np.round(80 * speed + 6 * random.normal(size=3600)),
        altitude_m=np.round((100 + 0.1 * drift[2]) * 5) / 5,
        start=datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC),
        sources={"speed_mps": "foot pod", "altitude_m": "barometer"},
        cadence_unit="steps",
        pauses_s=((10.0, 20.25),),
        notes=("Grüße",),
    )


def test_an_hour_of_six_channels_is_about_ten_kibibytes():
    assert len(pack(an_hour())) < 10 * 1024


def test_an_hour_comes_back_to_the_last_bit():
    assert_same(unpack(pack(an_hour())), an_hour())


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0.0],
        [-0.0, 0.0],
        [np.nan, np.nan],
        [np.nan, 1.5, np.nan],
        [np.inf, -np.inf, np.nan],
        [0.1, 0.2, 0.3],
        [0.1 + 0.2],
        [2.994999885559082, 2.743000030517578],  # float32, as TCX writes it
        [5e-324, 1.7976931348623157e308],
        [2.0**53, -(2.0**53), 2.0**53 - 1],
        [1e9 / 3, 1 / 3],
        [-300.0, 300.0, -300.0],
    ],
)
def test_no_number_is_too_odd(values):
    recording = Recording.of(np.arange(float(len(values))), speed_mps=np.array(values, dtype=np.float64))
    assert_same(unpack(pack(recording)), recording)


def test_even_a_nan_with_a_message_keeps_it():
    odd = np.array(
        [0x7FF0000000000001, 0x7FF8000000000001, 0xFFF8000000000000, 0x7FF8000000000000], dtype=np.uint64
    ).view(np.float64)
    recording = Recording.of(np.arange(4.0), speed_mps=odd)
    assert_same(unpack(pack(recording)), recording)


def columns(rows):
    exact = arrays.arrays(np.float64, rows, elements=st.floats())
    step = st.sampled_from([1.0, 5.0, 10.0, 128.0, 256.0, 1000.0])
    counted = st.tuples(arrays.arrays(np.int32, rows, elements=st.integers(-99_999, 99_999)), step)
    return exact | counted.map(lambda one: one[0] / one[1])


@settings(deadline=None)
@given(st.integers(0, 40).flatmap(lambda rows: st.tuples(*(columns(rows) for _ in COLUMNS))))
def test_any_columns_come_back_to_the_last_bit(drawn):
    recording = Recording.of(drawn[0], **dict(zip(CHANNELS, drawn[1:], strict=True)))
    assert_same(unpack(pack(recording)), recording)


@pytest.mark.parametrize(
    "start",
    [None, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))],
)
def test_the_start_keeps_its_zone(start):
    again = unpack(pack(Recording.of([0.0], start=start))).start
    assert again == start
    assert start is None or again.tzinfo == start.tzinfo


def test_what_has_no_end_is_not_stored():
    with pytest.raises(ValueError, match="finite"):
        pack(Recording.of([0.0], hold_s=np.inf))
    with pytest.raises(ValueError, match="finite"):
        pack(Recording.of([0.0], pauses_s=((0.0, np.nan),)))


STORED = pack(an_hour())


def test_a_flipped_bit_is_seen_wherever_it_is():
    for at in [*range(200), *range(200, len(STORED), 37), *range(len(STORED) - 40, len(STORED))]:
        damaged = bytearray(STORED)
        damaged[at] ^= 1 << at % 8
        with pytest.raises(UnreadableRecording):
            unpack(bytes(damaged))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(STORED) - 1), value=st.integers(0, 255))
def test_a_changed_byte_is_seen_wherever_it_is(at, value):
    if STORED[at] == value:
        return
    with pytest.raises(UnreadableRecording):
        unpack(STORED[:at] + bytes([value]) + STORED[at + 1 :])


@pytest.mark.parametrize("kept", [0, 3, 4, 8, 9, 20, 24, 25, 30, 1000, len(STORED) - 1])
def test_a_stored_recording_cut_short_is_seen(kept):
    with pytest.raises(UnreadableRecording):
        unpack(STORED[:kept])


def test_bytes_behind_it_are_seen():
    with pytest.raises(UnreadableRecording, match="checksum does not match"):
        unpack(STORED + b"\0")


def test_a_form_of_a_newer_release_is_said():
    from sensors.store import _digest

    newer = STORED[:4] + struct.pack("<B", 2) + STORED[5:-16]
    with pytest.raises(UnreadableRecording, match="stored in form 2; this release knows form 1"):
        unpack(newer + _digest(newer))


def test_what_was_never_stored_here_is_said():
    with pytest.raises(UnreadableRecording, match="no recording that was stored here"):
        unpack(b"PK\x03\x04" + bytes(100))


def forged(header, *blobs):
    """A form with a right checksum, as another program could write it."""
    from sensors.store import _digest

    head = msgspec.json.encode(header)
    body = b"SGRC" + struct.pack("<BI", 1, len(head)) + head + b"".join(blobs)
    return body + _digest(body)


def swollen(**changed):
    """A form that means to fill the memory of whoever unpacks it."""
    blob = zstandard.ZstdCompressor().compress(bytes(changed.pop("bytes", 16)))
    rows, columns = changed.pop("rows", 2), changed.pop("columns", 7)
    column = {"form": "float64", "size": len(blob), "width": 8, "gaps": False, "steps_to_one": 1, "order": 0} | changed
    facts = {"start": None, "sources": {}, "cadence_unit": None, "hold_s": 3.0, "pauses_s": [], "notes": []}
    header = {"rows": rows, "columns": [list(column.values())] * columns, "unreadable_packets": 0, **facts}
    return forged(header, *[blob] * columns)


def test_a_forged_form_that_is_right_can_be_unpacked():
    assert unpack(swollen()).t_s.tolist() == [0, 0]


def test_a_recording_stored_before_it_was_kept_whether_it_came_in_packets_is_taken_for_a_file():
    assert unpack(swollen()).from_packets is False


def test_a_recording_keeps_whether_it_came_in_packets():
    for from_packets in (True, False):
        assert unpack(pack(Recording.of([0.0], from_packets=from_packets))).from_packets is from_packets


@pytest.mark.parametrize(
    "promise",
    [
        {"rows": 10**12, "gaps": True},
        {"rows": 2_000_001, "bytes": 8 * 2_000_001},
        {"rows": 2, "bytes": 50_000_000},
        {"columns": 2_000, "rows": 10_000, "bytes": 80_000},
        {"order": 10**15, "form": "steps"},
        {"width": 10**9},
        {"size": -1},
        {"steps_to_one": 0, "form": "steps"},
    ],
    ids=str,
)
def test_a_forged_form_fills_no_memory(promise):
    form = swollen(**promise)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableRecording):
            unpack(form)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_recording_larger_than_its_reader_has_room_for_is_refused():
    packed = pack(Recording.of(np.arange(101.0)))
    assert len(unpack(packed, most_rows=101)) == 101
    with pytest.raises(UnreadableRecording, match="101 rows, where 100 are allowed"):
        unpack(packed, most_rows=100)
    with pytest.raises(ValueError, match="at most 2000000 rows"):
        pack(Recording.of(np.arange(2_000_001.0)))
