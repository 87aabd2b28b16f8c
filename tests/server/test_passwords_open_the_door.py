"""Passwords: who sets one, which are good, what guesses see, and how somebody who forgot comes back."""

import asyncio
from datetime import timedelta

import clinic_kit as kit
import pytest
from doors_kit import PASSWORD, link_on, visitor

from server.people import passwords
from server.people.passwords import Passwords
from server.problem import Problem
from server.storage import doors, people
from server.storage.doors import Password

HASHER = Passwords()


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        await has_password(running, kit.RUNNER, "ada")
        yield running


async def has_password(clinic, person, login_name):
    argon2id = await HASHER.hash(PASSWORD)
    row = Password(person_id=person.id, login_name=login_name, argon2id=argon2id, set_at=clinic.now)
    await clinic.desk.write(doors.set_password, row)


async def test_the_right_password_opens_and_a_wrong_one_and_an_unknown_name_read_the_same(clinic):
    async with visitor(clinic) as ada:
        wrong = await ada.post("/login", login_name="ada", password="three quiet herons wading")
        nobody = await ada.post("/login", login_name="nobody", password=PASSWORD)
        pages = [(await one.text()).replace("nobody", "ada") for one in (wrong, nobody)]
        assert (wrong.status, nobody.status) == (401, 401) and pages[0] == pages[1]
        assert await ada.log_in(" ADA ") == (303, "/")
        assert (await ada.get("/runners/r-1")).status == 200


async def test_a_name_that_nobody_has_costs_the_same_work(clinic, monkeypatch):
    """Near-equal time is equal work: one check of argon2id either way."""
    checked = []
    hasher = clinic.app[kit.PASSWORDS]._hasher
    monkeypatch.setattr(hasher, "verify", lambda given, argon2id: checked.append(argon2id[:30]) or False)
    async with visitor(clinic) as ada:
        for name in ("ada", "nobody"):
            await ada.log_in(name)
    assert len(checked) == 2 and checked[0] == checked[1] and checked[0].startswith("$argon2id$v=19$m=19456,t=2,p=1")


async def test_five_wrong_passwords_close_an_account_for_a_quarter_of_an_hour(clinic):
    async with visitor(clinic) as guesser:
        assert [(await guesser.log_in("ada", f"guess number {n}"))[0] for n in range(6)] == [401] * 5 + [429]
        assert (await guesser.log_in("ada"))[0] == 429
        clinic.now += timedelta(minutes=15)
        assert (await guesser.log_in("ada"))[0] == 303


async def test_twenty_guesses_of_an_address_are_looked_at_and_no_more_however_many_come_at_once(clinic):
    async with visitor(clinic) as guesser:
        answers = await asyncio.gather(*(guesser.log_in(f"somebody{n % 50}", "a guess") for n in range(60)))
    assert sum(status == 401 for status, _ in answers) == 20
    assert sum(status == 429 for status, _ in answers) == 40


@pytest.mark.parametrize(
    ("password", "alone", "word"),
    [
        (PASSWORD, True, None),
        ("short words", True, "at least 15"),
        ("twelve chars", False, None),
        ("twelve chars", True, "at least 15"),
        ("passwordpassword", True, "first that anybody tries"),
        ("qwerty1234567890", True, "first that anybody tries"),
        ("31415926535897932384", True, "first that anybody tries"),
        ("abababababababab", True, "first that anybody tries"),
        ("ada example ada 1", True, "Besides your name"),
        ("stridegate 12345", True, "Besides your name"),
        ("x" * 257, True, "at most 256"),
        ("ここから走り出す春の朝の光の中を", True, None),
    ],
)
def test_a_good_password_is_long_and_not_what_everybody_tries(password, alone, word):
    said = passwords.complaint(password, names=("Ada Example", "ada", "Stridegate"), alone=alone)
    assert said is None if word is None else word in said


async def test_an_invited_runner_sets_a_password_and_comes_back_by_it(clinic):
    async with clinic.as_(kit.PHYSIO) as host, visitor(clinic) as runner, visitor(clinic) as later:
        invited = await host.post("/people", data={"name": "Ru Runner", "role": "runner"})
        await runner.come_in(link_on(await invited.text()))
        assert await runner.set_password("runner.ru", "password1234567") == 422
        assert await runner.set_password("runner.ru", again="something else entirely") == 422
        assert await runner.set_password("ada") == 409, "somebody has this name"
        assert await runner.set_password("runner.ru") == 303
        assert (await later.log_in("runner.ru"))[0] == 303
        assert "Ru Runner" in await later.text("/account")


async def test_a_new_password_ends_every_other_login_and_needs_the_old_one(clinic):
    async with visitor(clinic) as here, visitor(clinic) as elsewhere:
        await here.log_in("ada")
        await elsewhere.log_in("ada")
        before = here.cookie
        new = "seven loud geese flying"
        assert await here.set_password("ada", new, old="not the old one") == 403
        assert await here.set_password("ada", new, old=PASSWORD) == 303
        assert here.cookie != before, "a new privilege is a new name"
        assert (await here.get("/runners/r-1")).status == 200
        assert (await elsewhere.get("/runners/r-1")).status == 401
        assert (await elsewhere.log_in("ada"))[0] == 401 and (await elsewhere.log_in("ada", new))[0] == 303


async def test_who_forgot_it_gets_a_link_for_half_an_hour_that_works_once_and_ends_every_login(clinic):
    async with visitor(clinic) as lost, clinic.as_(kit.PHYSIO) as host, visitor(clinic) as again:
        await lost.log_in("ada")
        link = link_on(await (await host.post("/people/r-1/link")).text())
        assert (await lost.get("/runners/r-1")).status == 401
        clinic.now += timedelta(minutes=29)
        assert await again.come_in(link) == 303 and await lost.come_in(link) == 410
        assert (await again.get("/")).headers["Location"] == "/account", "first the new password"
        assert await again.set_password("ada", "seven loud geese flying") == 303
        assert (await again.get("/")).headers["Location"] == "/runners/r-1"
        link = link_on(await (await host.post("/people/r-1/link")).text())
        clinic.now += timedelta(minutes=30)
        assert await again.come_in(link) == 410


async def test_a_flood_of_logins_is_turned_away_before_it_fills_the_memory():
    hasher = Passwords()
    answers = await asyncio.gather(*(hasher.hash("x") for _ in range(passwords.WAITING + 5)), return_exceptions=True)
    assert [one.status for one in answers if isinstance(one, Problem)] == [503] * 5
    hasher.close()


async def test_no_password_stands_anywhere_and_no_token_in_the_clear(tmp_path):
    path = tmp_path / "clinic.db"
    async with kit.clinic(f"sqlite:///{path}") as clinic:
        await has_password(clinic, kit.RUNNER, "ada")
        async with visitor(clinic) as ada:
            await ada.log_in("ada", "a wrong canary password")
            await ada.log_in("canary-typed-as-a-name", "x")
            await ada.log_in("ada")
            cookie = ada.cookie
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"canary" not in kept and PASSWORD.encode() not in kept and cookie.encode() not in kept


async def test_who_has_left_does_not_come_in_by_their_password(clinic):
    await clinic.desk.write(people.member_until, "r-1", clinic.now)
    async with visitor(clinic) as gone:
        assert (await gone.log_in("ada"))[0] in (401, 404)
