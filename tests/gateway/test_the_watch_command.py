"""What people type to watch a folder, from pairing to the last line; a mistake is one plain sentence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from background import in_background
from chunk_server import ChunkServer
from gateway_kit import PATIENCE_S, MovingClock, token_file

from gateway.__main__ import called

ROOT = Path(__file__).parents[2]
TOLD = ("--runner", "r-1", "--server", "http://127.0.0.1:9", "--token-file", "token")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("STRIDEGATE_GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STRIDEGATE_GATEWAY_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("gateway.joining.SystemClock", lambda _: MovingClock())


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a.fit").write_bytes(b"a run")
    (tmp_path / "runs" / "b.fit").write_bytes(b"no run in this")
    return tmp_path / "runs"


def said(capfd) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_paired_once_a_folder_needs_no_other_word(runs: Path, capfd) -> None:
    server = ChunkServer()
    server.is_let_in = True
    with in_background(server):
        assert called(["pair", server.url, "--name", "Room 2"]) == 0
        capfd.readouterr()
        assert called(["watch", str(runs), "--once", "--json"]) == 1  # b.fit was set aside
        events = said(capfd)
        assert [event["event"] for event in events if event.get("file") == "a.fit"] == ["taken", "delivered"]
        assert [event["event"] for event in events if event.get("file") == "b.fit"] == ["taken", "set_aside"]
        assert events[-1]["event"] == "summary" and events[-1]["delivered"] == 1
        assert called(["watch", str(runs), "--once"]) == 0
        assert capfd.readouterr().out.splitlines() == [
            "0 delivered, 2 known before, 0 set aside, 0 waiting for the server, 0 still being written, 0 unreadable.",
        ]
        assert called(["status"]) == 0
        assert capfd.readouterr().out.splitlines() == [
            "0 packets are here and not yet with the server.",
            f"Paired with {server.url} for Ada (r-1).",
            "Run files of r-1: 1 with the server, 0 waiting, 1 set aside.",
            "  set aside: b.fit: there is no run in it",
        ]
        assert called(["watch", str(runs), "--once", "--again"]) == 1
        assert "b.fit was set aside and lies where it was: there is no run in it" in capfd.readouterr().out


def test_with_the_server_away_files_are_kept_and_the_exit_code_says_so(runs: Path, tmp_path: Path, capfd) -> None:
    words = ["--server", "http://127.0.0.1:9", "--token-file", str(token_file(tmp_path)), "--runner", "r-1"]
    assert called(["watch", str(runs), "--once", "--json", *words]) == 1
    summary = said(capfd)[-1]
    assert summary["waiting"] == 2 and "cannot be reached" in summary["trouble"]["upload"]
    assert called(["status", "--json"]) == 0
    (status,) = said(capfd)
    assert status["pairing"] is None and status["files"][0]["waiting"] == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["watch"], "Missing argument"),
        (["watch", "runs"], "--runner"),
        (["watch", "runs", "--runner", "r-1"], "stridegate-gateway pair"),
        (["watch", "runs/a.fit", *TOLD], "runs/a.fit is not a folder"),
        (["watch", "gone", "--once", *TOLD], "there is no folder gone"),
        (["watch", "runs", *TOLD[:4]], "not paired yet"),
    ],
)
def test_a_mistake_is_one_plain_sentence(runs: Path, tmp_path: Path, words, sentence, capfd, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    token_file(tmp_path)
    assert called(words) == 2
    out, err = capfd.readouterr()
    assert out == "" and len(err.strip().splitlines()) == 1
    assert sentence in err


def test_a_service_manager_ends_it_at_once_and_without_complaint(runs: Path, tmp_path: Path) -> None:
    words = ["--server", "http://127.0.0.1:9", "--token-file", str(token_file(tmp_path)), "--runner", "r-1", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "watch", str(runs), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        assert json.loads(child.stdout.readline())["event"] == "trouble"
        child.send_signal(signal.SIGTERM)
        assert (child.wait(PATIENCE_S), child.stderr.read()) == (0, "")


def test_status_says_when_the_pairing_can_no_longer_be_used(tmp_path: Path, capfd) -> None:
    server = ChunkServer()
    server.is_let_in = True
    with in_background(server):
        assert called(["pair", server.url, "--json"]) == 0
    (tmp_path / "data" / "token").chmod(0o644)
    capfd.readouterr()
    assert called(["status", "--json"]) == 0
    (status,) = said(capfd)
    assert "chmod 600" in status["pairing"]["trouble"] and status["pairing"]["runners"] == [
        {"id": "r-1", "name": "Ada"}
    ]
    (tmp_path / "data" / "pairing.json").write_text("half a")
    assert called(["status"]) == 0
    assert "pair this gateway again" in capfd.readouterr().out
