"""Run files that appear in a folder reach the server, each content once, whatever happens around them."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import subprocess
import sys
from pathlib import Path

import clinic_kit as kit
import files_as_text
import fit_writer
import pytest
from chunk_server import ChunkServer
from cutting_proxy import CuttingProxy
from gateway_kit import MovingClock, Rehearsal, jog, packets, settings, token_file
from power_cut import Trace, count_after, crashed, library
from watched import LOOKS, watched

from gateway import taker
from gateway.account import accounts
from gateway.disk import JournalError, NotRecording
from gateway.folder import LARGEST_BYTES, SETTLED_S, Changed, Folder, Found
from gateway.held import held_here
from gateway.journal import Journal
from gateway.shelf import Shelf
from gateway.taker import LOOK_EVERY_S

ROOT = Path(__file__).parents[2]
SERVER = "https://clinic.example"


async def test_fit_tcx_and_gpx_reach_a_real_clinic_and_what_is_no_run_is_set_aside(tmp_path: Path) -> None:
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic:
        async with watched(tmp_path, clinic.address, token=token_file(tmp_path, kit.GATEWAY_TOKEN)) as here:
            here.put("A1.FIT", fit_writer.a_run(120))
            here.put("no ending", files_as_text.TCX.encode())
            here.put("2026/track.gpx", files_as_text.GPX.encode())
            here.put("photo.jpg", b"\xff\xd8\xff\xe0 and so on")
            await here.look()
            assert sorted(here.of("delivered")) == ["2026/track.gpx", "A1.FIT", "no ending"]
            assert here.of("set_aside") == ["photo.jpg"]
        (account,) = accounts(tmp_path / "data")
        assert (account.delivered, account.waiting) == (3, 0)
        assert account.set_aside[0].why.endswith(".") and "422" not in account.set_aside[0].why
        async with clinic.as_(kit.RUNNER) as http:
            said = await (await http.get("/api/v1/runners/r-1/verdict")).json()
        assert not any("packets" in sentence for sentence in said["waiting"])


async def test_a_half_written_file_waits_until_it_has_stood_still(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        for part in range(1, 8):
            here.put("growing.fit", b"part " * part)
            await here.look(2)
        assert server.files == {} and here.of("taken") == []
        await here.look(LOOKS - 2)
        assert server.files == {"r-1/growing.fit": b"part " * 7}
        assert here.of("delivered") == ["growing.fit"]


async def test_a_file_that_is_rewritten_in_place_at_its_full_size_waits_too(tmp_path: Path) -> None:
    """As a network disk that makes room for the whole file first."""
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        for second in range(6):
            path = here.put("room.fit", b"%d" % second + bytes(100))
            os.utime(path, ns=(second * 10**9, second * 10**9))
            await here.look(2)
        assert server.files == {}
        await here.look()
        assert list(server.files.values()) == [b"5" + bytes(100)]


async def test_an_empty_file_is_one_that_nobody_has_written_yet(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        here.put("placeholder.fit", b"")
        await here.look(3 * LOOKS)
        assert not here.events
        here.put("placeholder.fit", b"a run")
        await here.look()
        assert here.of("delivered") == ["placeholder.fit"]


def test_what_changes_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    clock, path = MovingClock(), tmp_path / "a.fit"
    path.write_bytes(b"half")
    folder = Folder(tmp_path, clock)
    folder.look()
    clock.mono += round(SETTLED_S * 1e9)
    (found,) = folder.look()
    path.write_bytes(b"half and half")
    with pytest.raises(Changed):
        found.read()


async def test_the_same_bytes_are_offered_once_whatever_their_name_also_after_a_restart(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        async with watched(tmp_path, server.url) as here:
            here.put("monday.fit", b"a run")
            await here.look()
            here.put("copy of monday.fit", b"a run")
            here.put("backup/monday.fit", b"a run")
            await here.look()
        async with watched(tmp_path, server.url) as here:
            (here.folder / "monday.fit").rename(here.folder / "tuesday.fit")
            await here.look()
            assert here.of("delivered") == [] and len(here.of("known")) == 3
        assert server.requests["POST /api/v1/runners/{runner}/files"] == 1


async def test_a_file_with_new_content_is_a_new_file(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        here.put("latest.fit", b"monday's run")
        await here.look()
        here.put("latest.fit", b"tuesday's run, under the same name")
        await here.look()
        assert server.requests["POST /api/v1/runners/{runner}/files"] == 2


async def test_two_runners_may_have_the_same_file(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        for runner in ("r-1", "r 2/ü"):
            async with watched(tmp_path, server.url, runner) as here:
                here.put("together.fit", b"a run")
                await here.look()
        assert sorted(server.files) == ["r 2/ü/together.fit", "r-1/together.fit"]


async def test_a_bad_file_stops_no_other_and_is_left_as_it_is(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        async with watched(tmp_path, server.url) as here:
            bad = here.put("a.tcx", b"no run in this")
            os.utime(bad, ns=(10**9, 10**9))  # the oldest: it is offered first
            here.put("b.gpx", b"a run")
            before = (bad.read_bytes(), bad.stat().st_mtime_ns, sorted(here.folder.iterdir()))
            await here.look(2 * LOOKS)
            assert [event["why"] for event in here.events if event["event"] == "set_aside"] == ["there is no run in it"]
            assert here.of("delivered") == ["b.gpx"]
            assert before == (bad.read_bytes(), bad.stat().st_mtime_ns, sorted(here.folder.iterdir()))
        (account,) = accounts(tmp_path / "data")
        assert [(aside.name, aside.why) for aside in account.set_aside] == [("a.tcx", "there is no run in it")]


async def test_a_file_at_which_the_server_breaks_lets_the_others_by(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        os.utime(here.put("a.fit", b"poison"), ns=(10**9, 10**9))
        here.put("b.fit", b"a run")
        here.put("c.fit", b"another run")
        server.poison = b"poison"
        summary = await here.watch.once()
        assert (here.of("delivered"), summary["waiting"]) == (["b.fit", "c.fit"], 1)
        await here.look(60)
        here.put("d.fit", b"a third run")
        await here.look()
        assert here.of("delivered") == ["b.fit", "c.fit", "d.fit"]
        assert server.requests["POST /api/v1/runners/{runner}/files"] < 30  # the broken one is offered ever less often
        server.poison = None
        await here.look(450)
        assert here.of("delivered")[-1] == "a.fit" and here.shelf.waiting() == (0, 0)
        assert server.heartbeats[-1]["held"] == {"r-1": 0}


@pytest.mark.parametrize("seed", range(3))
async def test_connections_that_are_cut_at_any_byte_bring_every_file_once(tmp_path: Path, seed: int) -> None:
    async with ChunkServer() as server, CuttingProxy(server.port, seed) as proxy:
        async with watched(tmp_path, proxy.url) as here:
            for n in range(15):
                here.put(f"{n:02}.fit", bytes([n]) * 2000)
            await here.look(1000)
            assert sorted(here.of("delivered")) == sorted(here.of("taken")) == [f"{n:02}.fit" for n in range(15)]
        assert proxy.cuts > 10
        assert sorted(server.files.values()) == [bytes([n]) * 2000 for n in range(15)]


async def test_what_was_set_aside_is_offered_again_only_when_somebody_asks(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        for offered in (1, 1, 2):
            async with watched(tmp_path, server.url) as here:
                here.put("a.tcx", b"no run in this")
                if offered == 2:
                    assert here.shelf.forget_set_aside() == 1
                await here.look()
            assert server.requests["POST /api/v1/runners/{runner}/files"] == offered


async def test_a_server_that_is_away_gets_everything_later_in_order_though_the_watch_was_unplugged(
    tmp_path: Path,
) -> None:
    server = ChunkServer()
    async with server:
        pass  # it has a port now, and is gone
    clock = MovingClock()
    async with watched(tmp_path, server.url, clock=clock) as here:
        for day, name in enumerate(["z.fit", "m.fit", "a.fit"]):
            os.utime(here.put(name, name.encode()), ns=(day * 10**9, day * 10**9))
        await here.look(500)
        assert here.of("taken") == ["z.fit", "m.fit", "a.fit"] and here.of("delivered") == []
        assert here.troubles("upload") and "cannot be reached" in here.troubles("upload")[0]
        shutil.rmtree(here.folder)
    assert held_here(tmp_path / "data", server.url) == {"r-1": 3}
    async with server, watched(tmp_path, server.url, clock=clock) as here:
        here.folder.rmdir()
        await here.look()
        assert here.of("delivered") == ["z.fit", "m.fit", "a.fit"]
        assert list(server.files) == ["r-1/z.fit", "r-1/m.fit", "r-1/a.fit"]
        assert here.troubles("folder") == [f"{here.folder} cannot be looked into: No such file or directory"]


async def test_a_server_that_is_away_is_asked_less_and_less_often(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        server.answers["POST", "/files"] = [503] * 1000
        here.put("a.fit", b"a run")
        await here.look(1800)  # an hour
        assert 8 <= server.requests["POST /api/v1/runners/{runner}/files"] <= 16
        server.answers.clear()
        await here.look(450)
        assert here.of("delivered") == ["a.fit"]
        assert here.events[-1] == {"event": "well", "where": "upload", "what": ""} or here.events[-2]["event"] == "well"


async def test_a_runner_the_server_does_not_know_and_a_lost_token_set_nothing_aside(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        server.answers["POST", "/files"] = [404, 401]
        here.put("a.fit", b"a run")
        await here.look(200)
        assert here.of("set_aside") == [] and here.of("delivered") == ["a.fit"]
        assert here.troubles("upload")[0] == "the server takes no files of this runner from this gateway"
        assert "does not accept this gateway's token" in here.troubles("upload")[1]


async def test_a_page_of_a_hotels_network_is_no_receipt(tmp_path: Path, monkeypatch) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        server.receipt = "another file's hash"
        here.put("a.fit", b"a run")
        await here.look()
        assert here.of("delivered") == [] and here.shelf.waiting() == (1, 5)


async def test_hidden_and_temporary_files_links_and_pipes_are_left_alone(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        for name in (".a.fit", "~lock.fit", "a.fit~", "a.fit.tmp", "a.FIT.PART", "b.crdownload", ".trash/a.fit"):
            here.put(name, f"the bytes of {name}".encode())
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "a.fit").write_bytes(b"not watched")
        (here.folder / "link.fit").symlink_to(tmp_path / "elsewhere" / "a.fit")
        (here.folder / "loop").symlink_to(here.folder)
        os.mkfifo(here.folder / "pipe.fit")
        here.put("deep/er/run", b"a run")
        await here.look()
        assert here.of("delivered") == ["deep/er/run"] and len(here.events) == 2


async def test_any_name_that_a_disk_can_hold_will_do(tmp_path: Path) -> None:
    odd = ["50 % & more + plus?#.fit", "größe ü.fit", "\x1b[31mred.fit"]
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        for name in odd:
            here.put(name, name.encode())
        (here.folder / os.fsdecode(b"l\xe4rm.fit")).write_bytes(b"latin")
        await here.look()
        assert {name: body.decode() for name, body in server.files.items()} == {
            "r-1/50 % & more + plus?#.fit": odd[0],
            "r-1/größe ü.fit": odd[1],
            "r-1/\N{REPLACEMENT CHARACTER}[31mred.fit": odd[2],
            "r-1/l\N{REPLACEMENT CHARACTER}rm.fit": "latin",
        }


async def test_a_file_that_no_run_can_be_is_set_aside_unread(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        with (here.folder / "film.mp4").open("wb") as film:
            film.truncate(LARGEST_BYTES + 1)
        here.put("a.fit", b"a run")
        await here.look(2 * LOOKS)
        assert (here.of("set_aside"), here.of("delivered")) == (["film.mp4"], ["a.fit"])
        assert len(server.requests) == 2


async def test_a_file_that_cannot_be_read_is_said_once_and_stops_no_other(tmp_path: Path, monkeypatch) -> None:
    read = Found.read

    def broken(found: Found) -> bytes:
        if found.name == "a.fit":
            raise OSError(5, "Input/output error")
        return read(found)

    monkeypatch.setattr(Found, "read", broken)
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        here.put("a.fit", b"a run on a bad sector")
        here.put("b.fit", b"a run")
        await here.look(2 * LOOKS)
        assert (here.of("unreadable"), here.of("delivered")) == (["a.fit"], ["b.fit"])
        monkeypatch.undo()
        await here.look(1)
        assert here.of("delivered") == ["b.fit", "a.fit"]


async def test_more_than_there_is_room_for_waits_in_its_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(taker, "ROOM_BYTES", 25)
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        server.answers["POST", "/files"] = [503]
        for day in range(6):
            os.utime(here.put(f"{day}.fit", b"0123456789%d" % day), ns=(day * 10**9, day * 10**9))
        await here.look()
        assert here.shelf.waiting() == (2, 22)
        await here.look()
        assert here.of("delivered") == [f"{day}.fit" for day in range(6)]


async def test_on_a_full_disk_nothing_is_taken_and_it_is_said(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        pages = here.shelf._db.execute("PRAGMA page_count").fetchone()[0]
        here.shelf._db.execute(f"PRAGMA max_page_count = {pages}")
        here.put("a.fit", bytes(100_000))
        await here.look()
        assert "the disk is full" in here.troubles("disk")[0] and server.files == {}
        here.shelf._db.execute("PRAGMA max_page_count = 1000000")
        await here.look(1)
        assert here.of("delivered") == ["a.fit"]
        assert {"event": "well", "where": "disk", "what": ""} in here.events


def test_a_disk_that_fails_is_shouted(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path, SERVER, "r-1", "now")
    shelf._db.execute("DROP TABLE files")
    with pytest.raises(NotRecording, match="cannot be written"):
        shelf.take("a.fit", b"a run", "")
    shelf.close()


async def test_a_copy_that_the_disk_has_altered_is_never_sent_but_taken_again(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        server.answers["POST", "/files"] = [503]
        here.put("a.fit", b"a run")
        await here.look()
        here.shelf._db.execute("UPDATE files SET body = x'00'")
        await here.look(3 * LOOKS)
        assert here.of("altered") == ["a.fit"] and server.files == {"r-1/a.fit": b"a run"}


def test_a_broken_shelf_is_kept_aside_and_begun_anew(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path, SERVER, "r-1", "now")
    shelf.take("a.fit", b"a run", "")
    shelf.close()
    (path,) = tmp_path.glob("files/*/files.db")
    path.write_bytes(path.read_bytes()[:4096] + bytes(8192))
    shelf = Shelf.open(tmp_path, SERVER, "r-1", "then")
    assert shelf.waiting() == (0, 0)
    assert (path.parent / "files.corrupt.then.db").exists()
    shelf.close()


def test_two_watches_for_one_runner_would_be_in_each_others_way(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path, SERVER, "r-1", "now")
    with pytest.raises(JournalError, match="another watch already takes files for runner r-1"):
        Shelf.open(tmp_path, SERVER, "r-1", "now")
    Shelf.open(tmp_path, SERVER, "r-2", "now").close()
    shelf.close()
    Shelf.open(tmp_path, SERVER, "r-1", "now").close()


async def test_the_server_is_told_that_files_wait_before_the_first_and_after_the_last(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "data")
    with journal.transaction():
        journal.begin("capture", "r-7", "2026-05-28T20:26:40.000Z")
        journal.add("capture", packets(5))
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        for n in range(3):
            here.put(f"{n}.fit", b"run %d" % n)
        await here.look()
        held = [beat["held"] for beat in server.heartbeats]
        assert held == [{"r-1": 0, "r-7": 5}, {"r-1": 3, "r-7": 5}, {"r-1": 0, "r-7": 5}]
    journal.close()


async def test_a_gateway_that_records_does_not_forget_the_files_that_wait_beside_it(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        words = settings(tmp_path, server=server.url, token_file=token_file(tmp_path))
        for address, name in ((server.url, "here.fit"), (SERVER, "for another server.fit")):
            shelf = Shelf.open(words.data, address, "runner-1", "now")
            shelf.take(name, b"a run", "")
            shelf.close()
        assert await Rehearsal(words, jog(30), rate=100).play() == 0
        assert server.heartbeats[-1]["held"] == {"runner-1": 1}


async def test_once_ends_with_a_summary_when_everything_is_where_it_belongs(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        here.put("a.fit", b"a run")
        here.put("copy.fit", b"a run")
        here.put("b.fit", b"no run in this")
        summary = await here.watch.once()
        assert summary == {
            "event": "summary",
            "taken": 2,
            "known": 1,
            "delivered": 1,
            "set_aside": 1,
            "waiting": 0,
            "growing": 0,
            "unreadable": 0,
            "trouble": {},
        }
        assert SETTLED_S <= here.clock.mono / 1e9 < SETTLED_S + 2 * LOOK_EVERY_S
        assert (await here.watch.once())["taken"] == 2


async def test_once_does_not_wait_for_ever_for_a_file_that_grows_for_ever(tmp_path: Path) -> None:
    async with ChunkServer() as server, watched(tmp_path, server.url) as here:
        size = 0

        async def grow(_: float) -> None:
            nonlocal size
            size += 1
            here.put("log", bytes(size))

        here.put("a.fit", b"a run")
        here.clock.meanwhile = grow
        summary = await here.watch.once()
        assert (summary["growing"], summary["delivered"]) == (1, 1)


async def test_once_leaves_what_the_server_did_not_take_for_the_next_time(tmp_path: Path) -> None:
    async with ChunkServer() as server:
        server.answers["POST", "/files"] = [503]
        async with watched(tmp_path, server.url) as here:
            here.put("a.fit", b"a run")
            summary = await here.watch.once()
            assert (summary["taken"], summary["delivered"], summary["waiting"]) == (1, 0, 1)
            assert "upload" in summary["trouble"]
        async with watched(tmp_path, server.url) as here:
            (here.folder / "a.fit").unlink()
            assert (await here.watch.once())["delivered"] == 1


def test_the_writing_connection_syncs_fully_and_is_the_owners_alone(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path / "data", SERVER, "r-1", "now")
    pragmas = [shelf._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    assert pragmas == [2, "wal"]  # 2 is FULL
    (path,) = (tmp_path / "data").glob("files/*/files.db")
    assert path.stat().st_mode & 0o077 == 0
    shelf.close()


@pytest.mark.parametrize("survives", ["nothing", "all", "sectors"])
def test_no_power_cut_takes_a_file_that_was_called_taken(tmp_path: Path, survives: str) -> None:
    if library() is None:
        pytest.skip("this Python has its SQLite built in, where no trace can reach it")
    helpers = ROOT / "tests/helpers"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{helpers}"}
    subprocess.run([sys.executable, str(helpers / "traced_shelf.py"), str(tmp_path), "6"], check=True, env=environment)
    trace = Trace(steps=pickle.loads((tmp_path / "trace").read_bytes()))
    chance = random.Random(survives)
    begun = next(at for at, step in enumerate(trace.steps) if step.acknowledged > 0)
    assert len(trace.steps) - begun > 15
    for at in range(begun, len(trace.steps)):
        files = {
            name.replace("files.db", "journal.db"): body for name, body in crashed(trace, at, chance, survives).items()
        }
        there, word = count_after(tmp_path / str(at), files, "SELECT count(*) FROM files WHERE length(body) = 3000")
        assert (word, there >= trace.steps[at].acknowledged) == ("ok", True)


def test_what_was_handed_over_leaves_this_disk(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path, SERVER, "r-1", "now")
    for n in range(20):
        shelf.take(f"{n}.fit", bytes([n]) * 100_000, "")
    while (file := shelf.first()) is not None:
        shelf.deliver(file, 1) if file.n % 2 else shelf.set_aside(file, "no run in it")
    shelf.close()
    (path,) = tmp_path.glob("files/*/files.db")
    assert path.stat().st_size < 100_000 and not path.with_name("files.db-wal").exists()


def test_status_reads_a_shelf_beside_whoever_writes_it(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path, SERVER, "r-1", "now")
    shelf.take("a.fit", b"a run", "2026-05-28T20:26:40.000Z")
    (account,) = accounts(tmp_path)
    assert (account.server, account.runner, account.waiting, account.delivered) == (SERVER, "r-1", 1, 0)
    shelf.close()
