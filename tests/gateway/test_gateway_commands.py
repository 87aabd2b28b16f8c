"""What people type: each command does its work, and a mistake is one plain sentence."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from background import in_background
from chunk_server import ChunkServer
from gateway_kit import Rehearsal, jog, packets, settings, token_file
from rich.console import Console

from gateway import doctor
from gateway.__main__ import called
from gateway.journal import Journal
from gateway.screen import Screen


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("STRIDEGATE_GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STRIDEGATE_GATEWAY_DATA", str(tmp_path / "usual"))  # this machine may be paired


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    journal = Journal.open(tmp_path / "data")
    with journal.transaction():
        journal.begin("01a0aaaa-0000-7000-8000-000000000001", "runner-1", "2026-05-28T20:26:40.000Z")
        journal.add("01a0aaaa-0000-7000-8000-000000000001", packets(5))
        journal.end("01a0aaaa-0000-7000-8000-000000000001", "2026-05-28T21:00:00.000Z", 5, 0)
        journal.begin("01a0bbbb-0000-7000-8000-000000000002", "runner-1", "2026-05-29T20:26:40.000Z")
    journal.close()
    return tmp_path / "data"


RUN = ("run", "--runner", "runner-1")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run",), "--runner"),
        (("run", "--frobnicate"), "No such option: --frobnicate"),
        (("frobnicate",), "No such command 'frobnicate'"),
        ((*RUN, "--rate", "fast"), "'--rate'"),
        ((*RUN, "--radio", "virtual", "--rate", "0.5"), "--rate: "),
        ((*RUN, "--radio", "virtual", "--rate", "nan"), "--rate: "),
        ((*RUN, "--radio", "telepathy"), "--radio: "),
        ((*RUN, "--sessions", "-1"), "--sessions: "),
        ((*RUN, "--stillness", "-5"), "--stillness: "),
        ((*RUN, "--server", "http://127.0.0.1:1", "--data", "nowhere"), "not paired yet"),
        ((*RUN, "--token-file", "nowhere"), "without --server"),
        (("pair", "clinic"), "must be an address"),
        (("watch", "."), "--runner"),
        (("watch", ".", "--runner", "r"), "--server"),
        ((*RUN, "--server", "clinic", "--token-file", "x"), "must be an address"),
        ((*RUN, "--server", "ftp://clinic.example", "--token-file", "x"), "must be an address"),
        ((*RUN, "--server", "http://clinic.example", "--token-file", "x"), "https://"),
        ((*RUN, "--server", "http://127.0.0.1:1", "--token-file", "nowhere"), "cannot be read"),
        (("status", "--data", "nowhere"), "there is no journal in nowhere"),
        (("replay", "01a0", "--print", "--data", "nowhere"), "there is no journal in nowhere"),
        (("replay", "01a0", "--data", "nowhere"), "to which server?"),
        (("replay",), "Missing argument"),
        (("scan", "--radio", "telepathy"), "--radio: "),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(words, sentence, capfd, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert called(list(words)) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert sentence in err and "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_a_token_that_others_can_read_is_refused(capfd, tmp_path) -> None:
    token = token_file(tmp_path)
    token.chmod(0o644)
    assert called([*RUN, "--server", "http://127.0.0.1:1", "--token-file", str(token)]) == 2
    assert "chmod 600" in capfd.readouterr().err


def test_without_bluetooth_a_scan_says_so(capfd, monkeypatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    assert called(["scan", "--seconds", "0.1"]) == 1
    out, err = capfd.readouterr()
    assert out == "" and "no Bluetooth to listen with" in err and len(err.strip().splitlines()) == 1


def test_a_scan_lists_the_sensors_in_reach(capfd) -> None:
    assert called(["scan", "--radio", "virtual", "--seconds", "3", "--json"]) == 0
    found = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(one["name"], one["services"], one["measures"], one["serial"]) for one in found] == [
        ("Heart Sim 03", ["180D"], "heart rate", "SIM-HR-03"),
        ("Mill Sim 02", ["1826"], "speed, incline", "SIM-TM-02"),
        ("Stride Sim 01", ["1814"], "speed, cadence", "SIM-FP-01"),
    ]
    assert all(one["battery_percent"] == 83 and one["rssi_dbm"] < 0 for one in found)
    assert called(["scan", "--radio", "virtual", "--seconds", "3"]) == 0
    assert "battery 83 %" in capfd.readouterr().out


def test_a_gateway_with_a_real_radio_does_not_carry_the_simulated_one() -> None:
    words = "import sys, gateway.__main__; sys.exit('bumble' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_status_counts_what_is_here(journal: Path, capfd) -> None:
    assert called(["status", "--data", str(journal), "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["packets_held"] == 5
    assert [(row["state"], row["journaled"], row["uploaded"]) for row in said["captures"]] == [
        ("closed", 5, 0),
        ("open", 0, 0),
    ]
    assert called(["status", "--data", str(journal)]) == 0
    assert "5 packets are here and not yet with the server." in capfd.readouterr().out


def test_status_can_be_asked_while_a_gateway_writes(journal: Path, capfd) -> None:
    writing = Journal.open(journal)
    with writing.transaction():
        writing.add("01a0bbbb-0000-7000-8000-000000000002", packets(3))
        assert called(["status", "--data", str(journal), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["packets_held"] == 5
    writing.close()


def test_replay_prints_the_packets_as_they_are_on_the_wire(journal: Path, capfd) -> None:
    assert called(["replay", "01a0aaaa", "--print", "--data", str(journal), "--json"]) == 0
    assert capfd.readouterr().out.encode() == b"".join(p.to_line() for p in packets(5))
    assert called(["replay", "01a0aaaa", "--print", "--data", str(journal)]) == 0
    assert "speed_mps 3.0" in capfd.readouterr().out


def test_a_capture_can_be_sent_again_and_has_one_effect(journal: Path, tmp_path: Path, capfd) -> None:
    server, capture = ChunkServer(), "01a0aaaa-0000-7000-8000-000000000001"
    with in_background(server):
        words = ["--data", str(journal), "--server", server.url, "--token-file", str(token_file(tmp_path))]
        for sent in (1, 0):
            assert called(["replay", "01a0aaaa", *words, "--json"]) == 0
            assert json.loads(capfd.readouterr().out) == {"capture": capture, "chunks": 1, "sent": sent}
        assert called(["replay", "01a0bbbb", *words]) == 2
        assert "has not ended yet" in capfd.readouterr().err
    held = server.captures[capture]
    assert (held.effects, held.body) == (1, b"".join(p.to_line() for p in packets(5)))
    assert called(["replay", "01a0aaaa", *words]) == 1
    assert "cannot be reached" in capfd.readouterr().err


@pytest.mark.parametrize(("begins", "sentence"), [("01a0", "more than one capture"), ("ffff", "no capture")])
def test_replay_needs_one_capture(journal: Path, capfd, begins: str, sentence: str) -> None:
    assert called(["replay", begins, "--print", "--data", str(journal)]) == 2
    assert sentence in capfd.readouterr().err


def test_the_doctor_says_what_is_well_and_what_is_not(journal: Path, tmp_path: Path, capfd) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    words = ["--radio", "virtual", "--data", str(journal), "--json"]
    assert called(["doctor", *words]) == 0
    said = {check["what"]: check for check in map(json.loads, capfd.readouterr().out.splitlines())}
    assert said["journal"]["well"] is True and said["bluetooth"]["well"] is True and said["server"]["well"] is None
    assert called(["doctor", *words, "--server", server, "--token-file", str(token_file(tmp_path))]) == 1
    said = {check["what"]: check for check in map(json.loads, capfd.readouterr().out.splitlines())}
    assert said["server"]["well"] is False and "cannot be reached" in said["server"]["words"]
    assert said["server"]["mend"] == f"curl {server}/readyz"
    assert called(["doctor", *words, "--server", server, "--token-file", str(tmp_path / "none")]) == 1
    assert f"stridegate-gateway pair {server}" in capfd.readouterr().out


async def test_the_doctor_leaves_the_count_of_packets_to_the_running_gateway(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        checks = [check async for check in doctor._server(server.url, token_file(tmp_path), None)]
        assert checks[0].is_well and "held" not in server.heartbeats[-1]


def test_the_doctor_finds_a_broken_journal(journal: Path, capfd) -> None:
    path = journal / "journal.db"
    content = bytearray(path.read_bytes())
    content[4096:8192] = bytes(4096)
    path.write_bytes(content)
    assert called(["doctor", "--radio", "virtual", "--data", str(journal), "--json"]) == 1
    said = {check["what"]: check for check in map(json.loads, capfd.readouterr().out.splitlines())}
    assert said["journal"]["well"] is False


def test_a_second_gateway_on_the_same_folder_is_refused(journal: Path, capfd) -> None:
    first = Journal.open(journal)
    assert called([*RUN, "--radio", "virtual", "--data", str(journal), "--json"]) == 2
    assert "another gateway is recording" in capfd.readouterr().err
    first.close()


def test_a_folder_that_cannot_be_written_is_shouted_with_exit_1(tmp_path: Path, capfd) -> None:
    (tmp_path / "file").write_text("in the way")
    assert called([*RUN, "--radio", "virtual", "--data", str(tmp_path / "file" / "data"), "--json"]) == 1
    assert "NOT RECORDING" in capfd.readouterr().err


def test_settings_come_from_the_environment_too(monkeypatch, capfd, journal: Path) -> None:
    monkeypatch.setenv("STRIDEGATE_GATEWAY_DATA", str(journal))
    assert called(["status", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["packets_held"] == 5


async def test_the_screen_shows_what_happens_and_says_that_it_is_simulated(tmp_path: Path) -> None:
    console = Console(width=120, record=True, file=(tmp_path / "screen").open("w"))
    screen = Screen(is_simulated=True, console=console)
    show = Rehearsal(settings(tmp_path), jog(60), rate=50)
    show.events = _Heard(screen)  # type: ignore[assignment]
    seen: list[str] = []

    async def look(_: Rehearsal) -> None:
        await show.until(lambda: any(event["event"] == "recording" for event in show.events))
        console.print(screen.picture())
        seen.append(console.export_text())

    await show.play(look)
    (picture,) = seen
    for words in ("Simulated radio", "Stride Sim 01", "connected", "m/s", "bpm", "83 %", "Recording", "on disk"):
        assert words in picture


class _Heard(list):
    def __init__(self, screen: Screen) -> None:
        super().__init__()
        self._screen = screen

    def append(self, event: dict) -> None:
        super().append(event)
        self._screen.hear(event)


def test_trouble_stays_on_the_screen_until_it_is_over(tmp_path: Path) -> None:
    console = Console(width=120, record=True, file=(tmp_path / "screen").open("w"))
    screen = Screen(is_simulated=False, console=console)
    screen.hear({"event": "trouble", "where": "disk", "what": "NOT RECORDING: the disk is full"})
    console.print(screen.picture())
    assert "NOT RECORDING: the disk is full" in console.export_text()
    screen.hear({"event": "well", "where": "disk", "what": ""})
    console.print(screen.picture())
    picture = console.export_text()
    assert "NOT RECORDING" not in picture and "Simulated" not in picture


async def test_status_says_from_another_terminal_what_the_screen_says(tmp_path: Path, capfd) -> None:
    seen: list[str] = []

    async def ask(show: Rehearsal) -> None:
        await show.until(lambda: bool(show.of("recording")) and bool(show.of("sensors")[-1]["sensors"]))
        for words in (["--json"], []):
            assert await asyncio.to_thread(called, ["status", "--data", str(tmp_path / "data"), *words]) == 0
            seen.append(capfd.readouterr().out)
        show.gateway.stop()

    assert await Rehearsal(settings(tmp_path), jog(600), rate=20).play(ask) == 0
    now = json.loads(seen[0])["now"]
    assert {one["name"] for one in now["sensors"]} == {"Stride Sim 01", "Mill Sim 02", "Heart Sim 03"}
    assert now["recordings"][0]["packets"]["journaled"] > 0 and now["disk_free_bytes"] > 0
    for words in ("Stride Sim 01", "connected", "Recording", "on disk", "Disk left"):
        assert words in seen[1]
    assert called(["status", "--data", str(tmp_path / "data"), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["now"] is None
