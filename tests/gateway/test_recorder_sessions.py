"""A session opens with the first step, keeps what came just before, and closes after its rest."""

from __future__ import annotations

import pytest
from gateway_kit import MILL, POD, STRAP, foot_pod, names, packet, serials, treadmill
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import SECOND_NS
from gateway.recorder import Action, Begin, Close, Heard, Keep, Recorder, Resume, is_moving, utc
from sensors.packet import Packet

REST_S = 600.0


def recorder(rest_s: float = REST_S, pre_roll_s: float = 10.0) -> Recorder:
    return Recorder("runner-1", names(), rest_s, pre_roll_s)


def hear_all(recording: Recorder, came: list[Packet]) -> list[Action]:
    serial = serials()
    return [a for p in came for a in recording.hear(Heard(packet=p, serial=serial(p.sensor)))]


def kinds(actions: list[Action]) -> list[str]:
    return [type(action).__name__ for action in actions if not isinstance(action, Keep)]


def kept(actions: list[Action]) -> list[Packet]:
    return [action.packet for action in actions if isinstance(action, Keep)]


@pytest.mark.parametrize(
    ("payload", "characteristic", "moves"),
    [
        (foot_pod(3.0), "2A53", True),
        (foot_pod(0.0), "2A53", False),
        (foot_pod(0.5), "2A53", False),  # the limit itself is not movement
        (foot_pod(0.51), "2A53", True),
        (treadmill(2.5), "2ACD", True),
        (treadmill(0.0), "2ACD", False),
        (bytes([6, 150]), "2A37", False),  # a racing heart alone is not a run
        (b"", "2A53", False),
        (b"\x00", "2A53", False),
        (b"\xff\xff\xff", "2ACD", False),
        (bytes.fromhex("0100"), "2ACD", False),  # "more data": the speed comes in the next packet
    ],
)
def test_only_a_stated_speed_above_half_a_metre_a_second_is_movement(payload, characteristic, moves) -> None:
    assert is_moving(packet(0, payload, characteristic)) is moves


def test_standing_sensors_open_nothing_and_are_counted_as_idle() -> None:
    recording = recorder(pre_roll_s=5)
    came = [packet(s, treadmill(0), "2ACD", MILL) for s in range(100)]
    assert hear_all(recording, came) == []
    assert recording.idle == 94  # of the last six, five seconds old at most, the session may still need each


def test_the_first_step_opens_a_session_with_its_pre_roll() -> None:
    recording = recorder(pre_roll_s=10)
    standing = [packet(s, bytes([6, 70]), "2A37", STRAP) for s in range(30)]
    actions = hear_all(recording, [*standing, packet(30)])
    assert actions[0] == Begin(
        capture="01a00000-0000-7000-8000-000000000001", runner="runner-1", started_at=utc(standing[20].wall_ns)
    )
    assert [p.mono_ns for p in kept(actions)] == [p.mono_ns for p in [*standing[20:], packet(30)]]


def test_every_packet_of_an_open_session_is_kept_readable_or_not() -> None:
    recording = recorder()
    odd = [packet(1, b"", "2A53"), packet(2, b"\xff", "2ACD", MILL), packet(3, b"\x06", "2A37", STRAP)]
    actions = hear_all(recording, [packet(0), *odd])
    assert kept(actions) == [packet(0), *odd]


def test_a_decoder_with_a_fault_stops_no_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = recorder()
    hear_all(recording, [packet(0)])

    def fail(_characteristic: str, _payload: bytes) -> None:
        raise ZeroDivisionError("a fault of next month's decoder")

    monkeypatch.setattr("gateway.recorder.ble.decode", fail)
    assert kept(list(recording.hear(Heard(packet=packet(1), serial=2)))) == [packet(1)]


def test_a_rest_as_long_as_the_limit_does_not_close_and_a_longer_one_does() -> None:
    recording = recorder()
    hear_all(recording, [packet(0)])
    moment = packet(REST_S)
    assert list(recording.tick(moment.boot, moment.mono_ns, moment.wall_ns)) == []
    moment = packet(REST_S + 0.001)
    closed = list(recording.tick(moment.boot, moment.mono_ns, moment.wall_ns))
    assert closed == [
        Close(capture="01a00000-0000-7000-8000-000000000001", ended_at=utc(packet(0).wall_ns), received=1, dropped=0)
    ]
    assert recording.session is None


def test_a_break_shorter_than_the_rest_is_the_same_session() -> None:
    recording = recorder()
    actions = hear_all(recording, [packet(0), packet(599), packet(1198)])
    assert kinds(actions) == ["Begin"]


def test_steps_after_a_long_rest_are_a_new_session_and_the_old_one_is_closed_first() -> None:
    recording = recorder()
    actions = hear_all(recording, [packet(0), packet(601)])
    assert kinds(actions) == ["Begin", "Close", "Begin"]


def test_packets_of_a_standing_runner_do_not_prolong_a_session() -> None:
    recording = recorder(rest_s=20)
    standing = [packet(s, treadmill(0), "2ACD", MILL) for s in range(1, 40)]
    actions = hear_all(recording, [packet(0), *standing])
    assert kinds(actions) == ["Begin", "Close"]
    assert len(kept(actions)) == 21  # the first step and the twenty seconds within which it might have gone on


def test_a_wall_clock_that_jumps_neither_closes_nor_prolongs_a_session() -> None:
    recording = recorder()
    hear_all(recording, [packet(0)])
    in_1970 = packet(30)
    jumped = list(recording.tick(in_1970.boot, in_1970.mono_ns, 0))
    assert jumped == []
    assert list(recording.tick(in_1970.boot, in_1970.mono_ns, in_1970.wall_ns + 10**6 * SECOND_NS)) == []


def test_what_the_queue_lost_is_received_and_dropped() -> None:
    recording = recorder(rest_s=20)
    for second, serial in [(0, 1), (1, 2), (2, 6)]:  # serials 3 to 5 never came through
        list(recording.hear(Heard(packet=packet(second), serial=serial)))
    late = packet(100)
    (closed,) = recording.tick(late.boot, late.mono_ns, late.wall_ns)
    assert (closed.received, closed.dropped) == (6, 3)


def test_an_interrupted_session_goes_on_after_a_restart_of_the_machine() -> None:
    recording = recorder()
    after = packet(300, boot="boot-b")
    actions = list(recording.adopt("old", packet(0), after.boot, after.mono_ns, after.wall_ns))
    assert actions == [Resume(capture="old")]
    assert kinds(hear_all(recording, [packet(301, boot="boot-b")])) == []
    assert recording.session.capture == "old"


def test_an_interrupted_session_that_has_rested_too_long_is_closed() -> None:
    recording = recorder()
    after = packet(601, boot="boot-b")
    actions = list(recording.adopt("old", packet(0), after.boot, 7, after.wall_ns))
    assert kinds(actions) == ["Resume", "Close"]


def test_a_wall_clock_set_back_between_boots_counts_no_rest_below_nothing() -> None:
    recording = recorder()
    hour_ago = packet(-3600, boot="boot-b")
    assert kinds(list(recording.adopt("old", packet(0), hour_ago.boot, 7, hour_ago.wall_ns))) == ["Resume"]
    much_later = 7 + 601 * SECOND_NS
    assert kinds(list(recording.tick("boot-b", much_later, hour_ago.wall_ns))) == ["Close"]


steps = st.lists(
    st.tuples(st.floats(0, 900), st.sampled_from([foot_pod(3.0), foot_pod(0.0), b""]), st.sampled_from([POD, MILL])),
    max_size=60,
)


@given(steps)
def test_no_packet_is_ever_lost_or_kept_twice(came) -> None:
    recording = recorder(rest_s=300)
    at, all_packets = 0.0, []
    for gap, payload, sensor in came:
        at += gap
        all_packets.append(packet(at, payload, "2A53", sensor))
    actions = hear_all(recording, all_packets)
    saved = kept(actions)
    assert len(saved) + recording.idle + len(recording._waiting) == len(all_packets)
    assert len({id(p) for p in saved}) == len(saved)
    closed = sum(action.received for action in actions if isinstance(action, Close))
    assert closed + (recording.session.received if recording.session else 0) >= len(saved)
    assert all(action.dropped >= 0 for action in actions if isinstance(action, Close))
