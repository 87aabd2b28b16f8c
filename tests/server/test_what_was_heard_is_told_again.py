"""What the database answered is told again while nobody has written: never a moment longer, and never about time."""

import sqlite3
from datetime import timedelta

import clinic_kit as kit
import pytest
from sqlmodel import text

from server import access, needs
from server.keys import LATELY
from server.problem import Problem
from server.storage import gateways, people, quick
from server.storage.desk import Desk
from server.storage.heard import FileMark, Heard, NotHeard

VERDICT = "/api/v1/runners/r-1/verdict"
NEED = needs.of("GET", "/api/v1/runners/{runner}/verdict")


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def quiet(tmp_path):
    """A clinic in a file, in which nothing is written but by the test."""
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


@pytest.fixture
def asked(quiet, monkeypatch):
    """How often the database was asked for something that a request needed."""
    count, ask, read = [], Desk._ask, Desk._read

    async def counting_ask(desk, work):
        count.append("ask")
        return await ask(desk, work)

    async def counting_read(desk, work):
        count.append("read")
        return await read(desk, work)

    monkeypatch.setattr(Desk, "_ask", counting_ask)
    monkeypatch.setattr(Desk, "_read", counting_read)
    return count


async def test_whoever_asks_again_while_nobody_wrote_is_answered_without_the_database(quiet, asked):
    async with quiet.as_(kit.RUNNER) as http:
        first = await (await http.get(VERDICT)).json()
        asked.clear()
        assert await (await http.get(VERDICT)).json() == first
    assert asked == []


async def test_the_moment_is_asked_anew_and_a_look_is_shared_for_less_than_a_second(quiet, asked):
    async with quiet.as_(kit.RUNNER) as http:
        await http.get(VERDICT)
        asked.clear()
        quiet.now += timedelta(seconds=1)
        told = await (await http.get(VERDICT)).json()
    assert told["at"] == quiet.now.isoformat().replace("+00:00", "Z")
    assert asked == ["read"], "who asks was known, and what is said now had to be decided"


async def test_a_login_ends_at_its_moment_though_nobody_wrote(quiet, asked):
    async with quiet.as_(kit.PHYSIO) as http:
        assert (await http.get(VERDICT)).status == 200
        asked.clear()
        quiet.now += timedelta(minutes=30)
        assert (await http.get(VERDICT)).status == 401
    assert asked == ["ask"], "what is refused is looked up"


@pytest.mark.parametrize("ended", ["consent", "membership", "login"])
async def test_what_is_taken_away_is_gone_at_the_very_next_request(clinic, ended):
    takes = {
        "consent": lambda db: people.withdraw_consent(db, "r-1", "p-1", clinic.now),
        "membership": lambda db: people.member_until(db, "p-1", clinic.now),
        "login": lambda db: db.connection().execute(text("delete from logins")),
    }
    async with clinic.as_(kit.PHYSIO) as http:
        assert [(await http.get(VERDICT)).status for _ in range(3)] == [200] * 3
        await clinic.desk.write(takes[ended])
        assert (await http.get(VERDICT)).status == (404 if ended == "consent" else 401)


async def test_a_red_flag_is_in_the_verdict_that_is_read_in_the_same_second(clinic):
    """What was said before must not be said once more, though looks of less than a second are one."""
    async with clinic.as_(kit.RUNNER) as http:
        before = [(await (await http.get(VERDICT)).json())["decision"] for _ in range(2)]
        flag = await http.post("/api/v1/runners/r-1/flags", json={"code": "saddle_numbness"})
        assert flag.status == 201, await flag.text()
        assert "STOP_REFER" not in before and (await (await http.get(VERDICT)).json())["decision"] == "STOP_REFER"


async def test_another_process_that_writes_is_noticed_too(quiet, tmp_path):
    async with quiet.as_(kit.PHYSIO) as http:
        assert (await http.get(VERDICT)).status == 200
        with sqlite3.connect(tmp_path / "clinic.db") as elsewhere:
            elsewhere.execute("delete from care")
        elsewhere.close()
        assert (await http.get(VERDICT)).status == 404


async def test_answers_are_not_kept_where_somebody_wrote_while_they_were_fetched(quiet, monkeypatch):
    """The transaction may have seen the writing or not: nobody can tell."""
    read = Desk._read
    taken = []

    async def slow(desk, work):
        value = await read(desk, work)
        if not taken:
            taken.append(await desk.write(lambda db: people.withdraw_consent(db, "r-1", "p-1", quiet.now)))
        return value

    monkeypatch.setattr(Desk, "_ask", slow)
    async with quiet.as_(kit.PHYSIO) as http:
        before = (await http.get(VERDICT)).status
        assert taken and before == 200, "the request began before the consent was withdrawn"
        assert (await http.get(VERDICT)).status == 404


async def test_a_gateway_that_was_let_by_at_the_door_is_asked_again_with_what_it_brings(clinic):
    async with clinic.gateway() as http:
        begin = {"runner": "r-1", "started_at": kit.NOON.isoformat()}
        assert (await http.put("/api/v1/captures/c-1", json=begin)).status == 201
        await clinic.desk.write(gateways.revoke, "g-1", clinic.now)
        assert (await http.put("/api/v1/captures/c-2", json=begin)).status == 401


async def test_a_number_of_the_file_changes_with_every_writing_and_with_nothing_else(quiet, tmp_path):
    mark = FileMark(str(tmp_path / "clinic.db"))
    first = mark.now()
    await quiet.desk.read(lambda db: people.person(db, "r-1"))
    assert mark.now() == first is not None
    await quiet.desk.write(lambda db: people.change_role(db, "p-1", "admin"))
    assert mark.now() not in (first, None)
    mark.close()


def test_a_file_that_cannot_be_looked_at_has_no_mark(tmp_path):
    for path in (tmp_path / "nowhere" / "clinic.db", tmp_path / "not there.db"):
        assert FileMark(str(path)).now() is None and not path.exists()


def test_a_file_with_an_odd_name_has_a_mark(tmp_path):
    sqlite3.connect(tmp_path / "a clinic?mode=ro#1 100%.db").close()
    assert FileMark(str(tmp_path / "a clinic?mode=ro#1 100%.db")).now() is not None


def test_without_a_mark_nothing_is_kept():
    heard = Heard(lambda: None)
    heard.keep(None, {("question",): "answer"})
    with pytest.raises(NotHeard):
        heard.at(None).tell(("question",))


def test_what_was_heard_at_one_mark_is_not_told_at_another():
    now = [1]
    heard = Heard(lambda: now[0])
    heard.keep(1, {("question",): "answer"})
    assert heard.at(1).tell(("question",)) == "answer"
    with pytest.raises(NotHeard):
        heard.at(2).tell(("question",))
    now[0] = 2
    heard.keep(1, {("other",): "answer"})
    with pytest.raises(NotHeard):
        heard.at(1).tell(("other",))


@pytest.mark.parametrize("deed", [lambda db: db.get(None, 1), lambda db: db.exec("x"), lambda db: db.add(1)])
def test_whatever_else_is_wanted_of_it_has_to_be_asked_of_the_database(deed):
    with pytest.raises(NotHeard):
        deed(Heard(lambda: 1))


async def test_who_may_is_decided_alike_from_what_was_heard_and_from_the_database(quiet):
    """The same question, by both ways, of everybody and for moments up to a year ahead."""
    desk = quiet.desk
    async with quiet.as_(kit.RUNNER) as runner, quiet.as_(kit.PHYSIO) as physio, quiet.as_(kit.OTHER_PHYSIO) as other:
        logins = [next(iter(http.cookie_jar)).value for http in (runner, physio, other)]
        for shown in [*logins, "nobody"]:
            for hours in (0, 0.4, 1, 13, 24 * 15, 24 * 91, 24 * 365):
                now = quiet.now + timedelta(hours=hours)
                ways = [await outcome(desk.ask, mark, shown, now) for mark in (None, desk.mark(), desk.mark())]
                assert ways[0] == ways[1] == ways[2]


async def outcome(ask, mark, shown, now):
    try:
        return await ask(mark, access.allow, NEED, shown, "r-1", now)
    except Problem as refused:
        return refused.status


async def test_a_decision_is_never_made_while_everybody_waits(quiet):
    lately = quiet.app[LATELY]
    with pytest.raises(NotHeard):
        lately.look(Heard(lambda: 1), kit.RUNNER, quiet.now)
    with pytest.raises(NotHeard):
        quick.takes_long(Heard(lambda: 1))
