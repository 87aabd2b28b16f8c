"""Whatever bytes come, a decoder reads them or refuses them as unreadable, and counts what is short or extra."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from soaking import IS_SHORT

from sensors import ble
from sensors.ble.cycling_power import CyclingPower
from sensors.ble.heart_rate import HeartRate
from sensors.ble.running_speed_cadence import RunningSpeedCadence
from sensors.ble.treadmill import Treadmill
from sensors.columns import columns
from sensors.errors import UnreadablePacket

KINDS = sorted(ble.characteristics())
WITH_A_LAYOUT = (RunningSpeedCadence, CyclingPower, HeartRate, Treadmill)
SINGLE_BITS = [0, 0xFFFF, *(1 << bit for bit in range(16))]
SEEN_FLAGS = [0x049E, 0x009F, 0x1F00, 0x1B9E, 0x1F9E, 0x001F, 0x0680, 0x058C, 0x0484, 0x259C, 0x17FE, 0x0102, 0x2484]


def _whole_or_short(characteristic, payload):
    """Read it where it can be read, and see to it that the counts are not both set."""
    try:
        read = ble.decode(characteristic, payload)
    except UnreadablePacket:
        return None
    assert read.short_bytes >= 0
    assert 0 <= read.extra_bytes <= len(payload)
    return read


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.binary(max_size=512))
def test_any_bytes_are_read_or_refused(characteristic, payload):
    _whole_or_short(characteristic, payload)


def test_every_length_under_every_kind_of_flags_is_read_or_refused():
    for characteristic in KINDS:
        for flags in SINGLE_BITS + SEEN_FLAGS:
            for size in (*range(64), 512):
                _whole_or_short(characteristic, (flags.to_bytes(2, "little") + bytes(range(1, 255)) * 3)[:size])


def test_every_flags_value_of_a_treadmill_is_read_or_refused_around_its_whole_length():
    for flags in range(0, 1 << 14, 3):
        whole = Treadmill.LAYOUT.promised_bytes(flags)
        for size in (whole - 1, whole, whole + 1):
            read = _whole_or_short("2ACD", (flags.to_bytes(2, "little") + bytes([1]) * 64)[:size])
            if read is not None and not flags & 0x60:
                assert read.short_bytes - read.extra_bytes == whole - size


@pytest.mark.thorough
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", WITH_A_LAYOUT)
def test_every_flags_value_there_is_is_read_or_refused(kind):
    """At every length from nothing to 512; two bytes of flags around the length they promise, but in `make soak`."""
    is_brief = IS_SHORT and kind.LAYOUT.flags_size > 1
    for flags in range(1 << 8 * kind.LAYOUT.flags_size):
        payload = flags.to_bytes(kind.LAYOUT.flags_size, "little") + bytes([1]) * 512
        whole = kind.LAYOUT.promised_bytes(flags)
        for size in (whole - 1, whole, whole + 1) if is_brief else range(513):
            _whole_or_short(kind.CHARACTERISTIC, payload[:size])


@settings(deadline=None)
@given(st.binary(min_size=4, max_size=64))
def test_a_packet_never_looks_whole_when_it_is_cut(payload):
    for kind in WITH_A_LAYOUT:
        read = _whole_or_short(kind.CHARACTERISTIC, payload)
        flags = int.from_bytes(payload[: kind.LAYOUT.flags_size], "little")
        if read is not None and len(payload) < kind.LAYOUT.promised_bytes(flags):
            assert read.short_bytes == kind.LAYOUT.promised_bytes(flags) - len(payload)


@settings(deadline=None)
@given(st.binary(min_size=4, max_size=40))
def test_the_rest_of_a_cut_packet_says_what_the_whole_one_said(payload):
    """Losing the end of a packet may lose numbers and may not change one; but for a pace, whose width hangs on it."""
    if payload[0] & 0x60:
        return
    whole = _whole_or_short("2ACD", payload)
    cut = _whole_or_short("2ACD", payload[:-1])
    if whole is not None and cut is not None:
        said = {name: value for name, value in ble.to_json(cut).items() if value is not None}
        counts = ("short_bytes", "extra_bytes")
        assert all(ble.to_json(whole)[name] == value for name, value in said.items() if name not in counts)


PAYLOADS = st.lists(
    st.builds(
        lambda flags, rest: flags.to_bytes(2, "little")[: len(rest) + 1] + rest,
        st.sampled_from(SINGLE_BITS + SEEN_FLAGS),
        st.binary(max_size=34),
    ),
    max_size=30,
)


@pytest.mark.parametrize("kind", WITH_A_LAYOUT)
@settings(deadline=None)
@given(payloads=PAYLOADS)
def test_many_packets_at_once_say_what_each_says_alone(kind, payloads):
    alone = [_whole_or_short(kind.CHARACTERISTIC, payload) for payload in payloads]
    names = [name for name in _numbers(kind) if name not in ("incline_percent", "pace_mps", "average_pace_mps")]
    together = columns(kind.LAYOUT, payloads, names)
    assert together.readable.tolist() == [read is not None for read in alone]
    assert together.short_bytes.tolist() == [read.short_bytes if read else 0 for read in alone]
    for name in names:
        one_by_one = np.array([read and getattr(read, name) for read in alone], dtype=np.float64)
        np.testing.assert_array_equal(together.fields[name], one_by_one)


def _numbers(kind):
    """The fields that hold one number each."""
    other = ("short_bytes", "extra_bytes", "running", "contact", "rr_intervals_s", "more_data")
    return [field.name for field in dataclasses.fields(kind) if field.name not in other]
