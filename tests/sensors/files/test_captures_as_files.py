"""Our own captures read back from a file, broken lines and all."""

import json

import pytest

from sensors import files
from sensors.errors import UnreadableFile
from sensors.packet import Packet

POD, START_NS = "C0:FF:EE:00:00:01", 1_772_348_400_000_000_000
STEADY = bytes.fromhex("0400035a")  # running, 3.0 m/s, 90 a minute


def packet(second, payload=STEADY, characteristic="2A53"):
    return Packet(
        boot="b1",
        mono_ns=(1000 + second) * 10**9,
        wall_ns=START_NS + second * 10**9,
        adapter="hci0",
        sensor=POD,
        characteristic=characteristic,
        payload=payload,
    ).to_line()


def capture(seconds=30):
    return b"".join(packet(second) for second in range(seconds))


def only(data):
    (run,) = files.read(data)
    return run


def completion(**facts):
    return json.dumps({"chunks": 1, "dropped": 0, "root": "00", "ended_at": "x", **facts}).encode() + b"\n"


def test_the_packets_become_a_run():
    run = only(capture())
    assert len(run.recording) == 30
    assert set(run.recording.speed_mps) == {3.0}
    assert run.sport == "running"
    assert run.recording.unreadable_packets == 0


@pytest.mark.parametrize("first", [True, False])
def test_what_the_gateway_knew_of_the_sensor_is_heard(first):
    known = {"address": POD, "name": "pod", "model": None, "serial": None, "location": None, "cadence_unit": "steps"}
    clock = {"boot": "b1", "offset_ns": START_NS - 1000 * 10**9 + 5 * 10**9, "trusted": True}
    said = completion(sensors=[known], clock=[clock], packets=30)
    plain, run = only(capture()), only(said + capture() if first else capture() + said)
    assert run.recording.cadence_unit == "steps"
    assert (run.recording.start - plain.recording.start).total_seconds() == 5.0


def test_broken_lines_are_counted_and_not_fatal():
    lines = capture().splitlines(keepends=True)
    broken = b"".join([b'{"boot": "b1", "mono\n', *lines, b"not json\n", lines[0][:40]])
    recording = only(broken).recording
    assert len(recording) == 30
    assert recording.unreadable_packets == 3
    assert "3 lines of the recording could not be read" in recording.notes


def test_packets_that_were_lost_on_the_way_are_said():
    recording = only(capture() + completion(sensors=[], clock=[], packets=40, dropped=2)).recording
    assert "2 packets were dropped while recording" in recording.notes
    assert "partial: 10 of 40 packets are missing" in recording.notes


def test_a_capture_without_one_packet_is_refused():
    with pytest.raises(UnreadableFile, match="no packet in it can be read"):
        files.read(b'{"boot": "b1", "mono_ns": "early", "hex": "00"}\n' * 5)


def test_a_capture_of_nothing_but_a_battery_holds_no_run():
    with pytest.raises(UnreadableFile, match="There is no run in this file"):
        files.read(packet(0, b"\x64", "2A19"))
