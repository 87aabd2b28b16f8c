"""Each sensor is one runner's, by its address or serial number; nothing is ever recorded in a wrong name."""

from __future__ import annotations

from pathlib import Path

import pytest
from chunk_server import ChunkServer
from gateway_kit import MILL, POD, STRAP, Rehearsal, foot_pod, jog, names, packet, settings, token_file, treadmill
from hypothesis import given
from hypothesis import strategies as st

from gateway import assigned
from gateway.app import _roster
from gateway.inlet import Inlet
from gateway.options import Mistake, settings_of
from gateway.recorder import Begin, Close, Keep, Recorder
from gateway.recorders import Recorders
from gateway.roster import Assignment, Roster
from gateway.virtual.pods import FootPod, HeartStrap, Treadmill
from sensors.devices import SensorInfo
from sensors.packet import Packet

ADA, BO = "r-ada", "r-bo"
SECOND_POD = "C0:11:22:33:44:04"


def of(*pairs: tuple[str, str]) -> tuple[Assignment, ...]:
    return tuple(Assignment(sensor=sensor, runner=runner) for sensor, runner in pairs)


def info(address: str, serial: str | None = None, name: str = "Pod") -> SensorInfo:
    return SensorInfo(address=address, serial=serial, name=name)


@pytest.mark.parametrize(
    ("runner", "assignments", "whose"),
    [
        (ADA, (), ADA),  # one runner and nothing said: everything is theirs
        ("", (), None),
        (ADA, of((POD, ADA)), ADA),
        (ADA, of((MILL, ADA)), ADA),
        (ADA, of((POD, BO)), BO),
        (ADA, of((MILL, BO)), None),  # somebody else runs here too: what is not assigned is nobody's
        ("", of((POD.lower(), BO)), BO),
        ("", of(("fp-7", BO)), BO),  # by its serial number, in any case
        ("", of(("FP-8", BO)), None),
        ("", of(("Pod", BO)), None),  # a name is not asked
        ("", of((POD, ADA), ("FP-7", BO)), None),  # two runners claim it
        ("", of((POD, ADA), (POD, BO)), None),
        ("", of((POD, ADA), ("FP-7", ADA)), ADA),
    ],
)
def test_a_sensor_is_the_one_runners_to_whom_it_is_assigned(runner, assignments, whose) -> None:
    for roster in (Roster(runner, own=assignments), Roster(runner, told=assignments)):
        roster.meet(info(POD, "FP-7"))
        assert roster.whose(POD) == whose


def test_a_serial_number_is_known_while_the_sensor_is_linked_under_whatever_address() -> None:
    roster = Roster(own=of(("FP-7", ADA)))
    assert roster.whose(POD) is None and roster.may_be_ours(POD)
    for address in (POD, MILL):
        roster.meet(info(address, " fp-7 "))
        assert roster.whose(address) == ADA
        roster.part(address)
        assert roster.whose(address) is None


def test_a_serial_number_that_two_sensors_share_says_nothing_of_either() -> None:
    roster = Roster(own=of(("0000", ADA), (MILL, BO)))
    roster.meet(info(POD, "0000"))
    roster.meet(info(STRAP, "0000"))
    assert roster.whose(POD) is roster.whose(STRAP) is None
    assert "same serial number" in roster.why_not(POD)
    roster.part(STRAP)
    assert roster.whose(POD) == ADA


def test_strangers_are_not_even_connected_unless_a_serial_number_is_looked_for() -> None:
    assert not Roster(own=of((POD, ADA))).may_be_ours(MILL)
    assert Roster(own=of((POD, ADA), ("FP-9", BO))).may_be_ours(MILL)


class Hall:
    """Two runners with two sensors each, and a physio who hands the sensors round while they run."""

    def __init__(self, whose: dict[str, str]) -> None:
        self.roster = Roster(told=of(*whose.items()))
        self.inlet = Inlet(whose=self.roster.whose)
        self.recorders = Recorders(lambda runner: Recorder(runner, self._name))
        self._name = names()
        self.owners: dict[str, str] = {}
        self.kept: list[tuple[str, Packet]] = []
        self.closed: list[Close] = []

    def hear(self, packet: Packet) -> None:
        self.inlet.hear(packet)
        heard = self.inlet.next_now()
        assert heard is not None
        for action in self.recorders.hear(heard):
            match action:
                case Begin(capture=capture, runner=runner):
                    self.owners[capture] = runner
                case Keep(capture=capture, packet=kept):
                    self.kept.append((self.owners[capture], kept))
                case Close():
                    self.closed.append(action)


SENSORS = (POD, MILL, STRAP, SECOND_POD)
HANDED = st.dictionaries(st.sampled_from(SENSORS), st.sampled_from([ADA, BO]))
SAID = st.tuples(st.sampled_from(SENSORS), st.sampled_from([0.0, 3.0]), st.integers(1, 400))


@given(st.lists(st.one_of(HANDED, SAID), max_size=60))
def test_however_sensors_are_handed_round_no_packet_is_kept_in_a_wrong_name_or_twice(story) -> None:
    hall, whose, at_s, said = Hall({}), {}, 0, []
    for part in story:
        if isinstance(part, dict):
            whose = part
            hall.roster.tell(of(*whose.items()))
            continue
        sensor, speed_mps, later_s = part
        at_s += later_s
        came = packet(at_s, treadmill(speed_mps), "2ACD", sensor)
        said.append((whose.get(sensor), came))
        hall.hear(came)
    assert set(hall.kept) <= set(said)
    assert len(set(hall.kept)) == len(hall.kept)
    assert [close for close in hall.closed if close.dropped] == []
    moved = {(runner, came) for runner, came in said if runner and came.payload == treadmill(3.0)}
    assert moved <= set(hall.kept)


def test_a_session_closes_in_time_though_somebody_else_goes_on_running() -> None:
    hall = Hall({POD: ADA, MILL: BO})
    hall.hear(packet(0, foot_pod(3.0)))
    for second in range(1, 1000):
        hall.hear(packet(second, treadmill(3.0), "2ACD", MILL))
    (close,) = hall.closed
    assert hall.owners[close.capture] == ADA
    assert [runner for runner, _ in hall.recorders.sessions()] == [BO]


def two_runners(show: Rehearsal) -> None:
    """A second set of sensors on the same stage; the pods bear the same name."""
    stage = show.stage
    second = (
        FootPod(stage.air, SECOND_POD, stage.footpod.name, "SIM-FP-04"),
        HeartStrap(stage.air, "C0:11:22:33:44:05", stage.strap.name, "SIM-HR-05"),
        Treadmill(stage.air, "C0:11:22:33:44:06", stage.treadmill.name, "SIM-TM-06"),
    )
    stage.pods = (*stage.pods, *second)


async def test_two_runners_at_once_are_two_captures_and_each_has_its_own_sensors_alone(tmp_path: Path) -> None:
    """Ada's are bound by address, Bo's by serial number; all come in pairs of one name."""
    hers = {f"C0:11:22:33:44:0{n}" for n in (1, 2, 3)}
    his = {SECOND_POD, "C0:11:22:33:44:05", "C0:11:22:33:44:06"}
    pairs = [f"{address}={ADA}" for address in hers]
    pairs += [f"{serial}={BO}" for serial in ("SIM-FP-04", "sim-hr-05", "SIM-TM-06")]
    async with ChunkServer() as server:
        words = settings(
            tmp_path, server=server.url, token_file=token_file(tmp_path), sessions=2, runner="", assign=tuple(pairs)
        )
        show = Rehearsal(words, jog(30), rate=50)
        two_runners(show)
        assert await show.play() == 0
        assert sorted(held.runner for held in server.captures.values()) == [ADA, BO]
        for capture, held in server.captures.items():
            spoke = {Packet.from_line(line).sensor for line in held.body.splitlines()}
            assert spoke == (hers if held.runner == ADA else his)
            assert {sensor["address"] for sensor in held.words["sensors"]} == spoke
            (complete,) = [event for event in show.of("complete") if event["capture"] == capture]
            assert complete["runner"] == held.runner and held.words["dropped"] == 0
            assert len(set(complete["packets"].values())) == 1 and complete["packets"]["uploaded"] > 90


async def test_the_servers_word_is_heeded_at_once_and_remembered_for_the_next_start(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        server.assignments = [
            {"sensor": "C0:11:22:33:44:01", "runner": ADA, "nickname": "Ada"},
            {"sensor": "SIM-TM-02", "runner": ADA, "nickname": "Ada"},
            {"sensor": "C0:11:22:33:44:03", "runner": BO, "nickname": "Bo"},
        ]
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path), runner="")
        show = Rehearsal(words, jog(30), rate=50)
        assert await show.play() == 0
        (held,) = server.captures.values()
        assert held.runner == ADA  # Bo's heart alone is not a run
        assert {sensor["serial"] for sensor in held.words["sensors"]} == {"SIM-FP-01", "SIM-TM-02"}
        nicknames = {event["nickname"] for event in show.of("recording")}
        assert nicknames <= {"Ada"}
    kept = assigned.known(tmp_path / "data", server.url)
    assert [(one.sensor, one.runner, one.nickname) for one in kept] == [
        (one["sensor"], one["runner"], one["nickname"]) for one in server.assignments
    ]
    assert assigned.known(tmp_path / "data", "https://another.example") == ()
    again = _roster(words)
    assert (again.whose(show.stage.footpod.address), again.whose(show.stage.strap.address)) == (ADA, BO)


async def test_a_sensor_that_is_nobodys_is_named_and_recorded_for_nobody(tmp_path: Path) -> None:
    async def wait(show: Rehearsal) -> None:
        await show.until(lambda: len(show.of("unassigned")) == 2)
        show.gateway.stop()

    show = Rehearsal(settings(tmp_path, runner="", assign=(f"C0:11:22:33:44:01={ADA}",)), jog(600), rate=1)
    assert await show.play(wait) == 0
    assert {event["sensor"] for event in show.of("unassigned")} == {
        show.stage.treadmill.address,
        show.stage.strap.address,
    }
    assert {event["why"] for event in show.of("unassigned")} == {"it is assigned to nobody"}
    assert [event["sensor"] for event in show.of("found")] == [show.stage.footpod.address]


@pytest.mark.parametrize(
    "answer",
    [{}, {"assignments": "all"}, {"assignments": [{"sensor": "", "runner": ADA}]}, {"assignments": [{"sensor": POD}]}],
)
def test_an_answer_without_assignments_changes_nothing(answer) -> None:
    assert assigned.understood(answer) is None


def test_a_damaged_memory_of_the_assignments_says_nothing(tmp_path: Path) -> None:
    assigned.keep(tmp_path, "https://clinic.example", of((POD, ADA)))
    path = tmp_path / assigned.FILE_NAME
    assert path.stat().st_mode & 0o077 == 0
    assert assigned.known(tmp_path, "https://clinic.example") == of((POD, ADA))
    path.write_bytes(path.read_bytes()[:-9])
    assert assigned.known(tmp_path, "https://clinic.example") == ()


@pytest.mark.parametrize("word", ["C0:00:00:00:00:01", "=r-1", "FP-7=", "="])
def test_an_assignment_that_is_none_is_a_sentence(word: str) -> None:
    with pytest.raises(Mistake, match="--assign: must be SENSOR=RUNNER"):
        settings_of(assign=(word,))
