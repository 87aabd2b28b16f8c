"""Every characteristic of the folder is found by any of its names, and says how it is to be read."""

import dataclasses

import pytest

from sensors import ble
from sensors.errors import UnreadablePacket

LONG_2A53 = "00002a53-0000-1000-8000-00805f9b34fb"


@pytest.mark.parametrize("name", ["2A53", "2a53", "0x2A53", LONG_2A53, LONG_2A53.upper(), f" {LONG_2A53} "])
def test_a_characteristic_answers_to_all_its_names(name):
    assert ble.decode(name, bytes.fromhex("0400035a")).speed_mps == 3.0


def test_a_bytearray_is_as_good_as_bytes():
    assert ble.decode("2A53", bytearray.fromhex("0400035a")).speed_mps == 3.0


@pytest.mark.parametrize("name", ["2A00", "", "6e400001-b5a3-f393-e0a9-e50e24dcca9e", "nonsense"])
def test_a_stranger_is_refused_with_its_name(name):
    with pytest.raises(UnreadablePacket, match="nobody here knows") as refused:
        ble.decode(name, b"\x01")
    assert refused.value.characteristic == name


def test_what_is_subscribed_to_what_is_read_and_what_is_left_alone():
    kinds = ble.characteristics()
    assert [short for short, kind in kinds.items() if kind.NOTIFIES] == ["2A37", "2A53", "2A63", "2ACD"]
    assert [short for short, kind in kinds.items() if kind.READABLE] == [
        *("2A19", "2A24", "2A25", "2A26", "2A27", "2A28", "2A29", "2A54", "2A5D")
    ]
    assert [short for short, kind in kinds.items() if not kind.NOTIFIES and not kind.READABLE] == ["2A55"]


def test_every_service_of_a_run_is_named():
    assert set(ble.services().values()) == {"1814", "1826", "180D", "1818", "180F", "180A"}


def test_every_measurement_is_frozen_and_counts_its_bytes():
    for kind in ble.characteristics().values():
        assert dataclasses.is_dataclass(kind)
        assert kind.__dataclass_params__.frozen
        assert {"short_bytes", "extra_bytes"} <= set(kind.__dataclass_fields__)


def test_the_json_form_is_flat():
    said = ble.to_json(ble.decode("2A37", bytes.fromhex("167310020d02")))
    assert said["rr_intervals_s"] == [528 / 1024, 525 / 1024]
    assert all(not isinstance(value, dict | tuple) for value in said.values())
