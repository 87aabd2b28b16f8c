"""`stridegate import`: each file once, through the server where one runs; a bad one is said and stops nothing."""

import asyncio
import socket
from pathlib import Path

import clinic_kit as kit
import pytest
from background import in_background
from sqlmodel import select

from server.__main__ import main
from server.app import open_desk
from server.storage import runs
from server.storage.tables.gateways import GatewayRow

BAD = "no-run.fit: "


def a_run(day: int) -> bytes:
    lines = "".join(f"{second},3.0\n" for second in range(600))
    return f"# start: 2026-03-{day:02}T07:00:00Z\nt_s,speed_mps\n{lines}".encode()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two runs, one of them in a folder of its own and once more under another name; what is no run; what is hidden."""
    found = tmp_path / "watch"
    (found / "deeper").mkdir(parents=True)
    (found / "a.csv").write_bytes(a_run(1))
    (found / "no-run.fit").write_bytes(b"nothing that anybody could read")
    (found / "deeper" / "b.csv").write_bytes(a_run(2))
    (found / "deeper" / "c.csv").write_bytes(a_run(2))
    (found / ".hidden.csv").write_bytes(a_run(3))
    return found


def run_command(*words: str) -> int:
    with pytest.raises(SystemExit) as ended, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["stridegate", *words])
        main()
    return ended.value.code


def environment(monkeypatch, tmp_path, address: str) -> None:
    monkeypatch.setenv("STRIDEGATE_DATABASE_URL", f"sqlite:///{tmp_path / 'clinic.db'}")
    monkeypatch.setenv("STRIDEGATE_PORT", address.rpartition(":")[2])


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_through_the_server_where_one_runs(tmp_path, folder, monkeypatch, capsys):
    with in_background(kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}")) as clinic:
        environment(monkeypatch, tmp_path, clinic.address)
        assert run_command("import", str(folder), "--runner", "r-1") == 2
        told = capsys.readouterr()
        assert told.out.splitlines() == ["a.csv: 1 run.", "b.csv: 1 run.", "c.csv: 1 run, known already."]
        assert told.err.startswith(BAD) and told.err.count("\n") == 1
        with clinic.desk.database.read() as db:
            assert [row.id for row in db.exec(select(GatewayRow))] == ["g-1"]  # its own token is gone again
        assert run_command("import", str(folder / "a.csv"), "--runner", "r-1") == 0
        assert capsys.readouterr().out == "a.csv: 1 run, known already.\n"


def test_straight_into_the_database_where_no_server_runs(tmp_path, folder, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path / 'clinic.db'}"

    async def once():
        async with kit.clinic(url):
            pass

    asyncio.run(once())
    environment(monkeypatch, tmp_path, closed_port())
    assert run_command("import", str(folder), "--runner", "r-1") == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == ["a.csv: 1 run.", "b.csv: 1 run.", "c.csv: 1 run, known already."]
    assert told.err.startswith(BAD)
    desk = open_desk(url)
    with desk.database.read() as db:
        assert [run.start.day for run in runs.runs_of(db, "r-1")] == [1, 2]
    desk.close()


@pytest.mark.parametrize("words", [("nowhere.fit", "--runner", "r-1"), (".", "--runner", "nobody"), (".",)])
def test_what_cannot_be_meant_is_one_sentence(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    environment(monkeypatch, tmp_path, closed_port())
    assert run_command("import", *words) == 2
    assert capsys.readouterr().err.count("\n") == 1
