"""Second factors: asked of whoever looks after people, each code once, and nothing opens on half a login."""

from datetime import timedelta

import clinic_kit as kit
import pytest
from doors_kit import PASSWORD, link_on, visitor
from sqlmodel import text

from server.mistake import Mistake
from server.people import invitations
from server.people.invitations import Fresh
from server.people.keyring import Keyring


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url, factor_asked=True) as running:
        fresh = Fresh(person_id="a-1", link="the-first-link")
        await running.desk.write(invitations.first_admin, "Root Example", fresh, running.now)
        yield running


async def set_up(visit, name="root"):
    """From the link to a whole login."""
    assert await visit.come_in("/enter/the-first-link") == 303
    assert await visit.set_password(name) == 303
    return await visit.set_up_app()


async def test_an_administrator_sets_up_a_second_factor_before_anything_is_shown(clinic):
    async with visitor(clinic) as root:
        await root.come_in("/enter/the-first-link")
        assert (await root.get("/")).headers["Location"] == "/account"
        assert (await root.get("/people")).status == 403
        await root.set_password("root")
        assert (await root.get("/people")).status == 403
        half = root.cookie
        _, codes = await root.set_up_app()
        assert len(codes) == 10 and root.cookie != half, "a whole login has a new name"
        assert (await root.get("/people")).status == 200


async def test_a_physio_sees_no_runner_before_the_second_factor_not_even_by_a_link_that_lasts(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        for path in ("/runners/r-1", "/caseload", "/api/v1/runners/r-1/verdict", "/api/v1/runners/r-1/plan"):
            assert (await http.get(path)).status == 403
    async with clinic.as_(kit.RUNNER) as http:
        assert (await http.get("/runners/r-1")).status == 200, "a runner is not asked for one"


async def test_a_password_alone_opens_half_a_login_and_each_code_opens_once(clinic):
    async with visitor(clinic) as root, visitor(clinic) as again:
        app, _ = await set_up(root)
        clinic.now += timedelta(minutes=1)
        assert await again.log_in("root") == (303, "/")
        assert (await again.get("/")).headers["Location"] == "/second-factor"
        assert (await again.get("/people")).status == 403
        code = again.code(app)
        assert (await again.post("/second-factor", code="000000")).status == 401
        assert (await again.post("/second-factor", code=code)).status == 303
        assert (await again.get("/people")).status == 200
        await again.post("/leave")
        await again.log_in("root")
        assert (await again.post("/second-factor", code=code)).status == 401, "each code once"
        clinic.now += timedelta(seconds=30)
        assert (await again.post("/second-factor", code=again.code(app))).status == 303


async def test_half_a_login_of_somebody_with_a_second_factor_changes_neither_factor_nor_password(clinic):
    async with visitor(clinic) as root, visitor(clinic) as thief:
        await set_up(root)
        await thief.log_in("root")
        assert (await thief.post("/account/app")).status == 403
        assert (await thief.post("/account/passkey/question")).status == 403
        assert await thief.set_password("root", "seven loud geese flying", old=PASSWORD) == 403
        assert (await thief.post("/account/recovery")).status == 403
        assert (await thief.post("/account/tokens", name="x", scope="verdict:read")).status == 403
        assert "verdict:read" not in await thief.text("/account")


async def test_a_recovery_code_opens_once_and_ten_new_ones_end_the_old(clinic):
    async with visitor(clinic) as root:
        _, codes = await set_up(root)
        for code, status in ((codes[0].lower(), 303), (codes[0], 401), (codes[1].replace("-", " "), 303)):
            await root.post("/leave")
            await root.log_in("root")
            assert (await root.post("/second-factor", code=code)).status == status
        assert (await root.post("/account/recovery")).status == 200
        await root.post("/leave")
        await root.log_in("root")
        assert (await root.post("/second-factor", code=codes[2])).status == 401


async def test_five_wrong_codes_close_the_door_for_a_quarter_of_an_hour(clinic):
    async with visitor(clinic) as root:
        app, _ = await set_up(root)
        await root.post("/leave")
        await root.log_in("root")
        answers = [(await root.post("/second-factor", code=f"00000{n}")).status for n in range(6)]
        assert answers == [401] * 5 + [429]
        assert (await root.post("/second-factor", code=root.code(app))).status == 429


async def test_who_lost_everything_is_helped_by_another_and_sets_up_a_new_one(clinic):
    async with visitor(clinic) as root, visitor(clinic) as other:
        await set_up(root)
        invited = await root.post("/people", name="Ot Her", role="admin")
        await other.come_in(link_on(await invited.text()))
        await other.set_password("other")
        await other.set_up_app()
        assert (await other.post("/people/a-1/second-factor")).status == 303
        assert (await root.get("/people")).status == 401, "every login ends with it"
        await root.log_in("root")
        assert (await root.get("/")).headers["Location"] == "/account"
        assert (await root.get("/people")).status == 403


async def test_the_last_second_factor_of_a_colleague_stays(clinic):
    async with visitor(clinic) as root:
        await set_up(root)
        page = await root.text("/account")
        factor = page.split("/account/factors/")[1].split("/")[0]
        assert (await root.post(f"/account/factors/{factor}/remove")).status == 409


async def test_the_secret_of_an_app_lies_locked_and_its_key_outside_the_database(clinic):
    async with visitor(clinic) as root:
        app, _ = await set_up(root)

    def bodies(db):
        return [str(row) for row in db.connection().execute(text("select body from factors"))]

    kept = await clinic.desk.read(bodies)
    assert kept and not any(app.secret in body for body in kept)


def test_the_key_is_made_once_for_its_owner_alone_and_refused_where_others_read_it(tmp_path):
    path = tmp_path / "secret.key"
    locked = Keyring.from_file(path).seal("a secret")
    assert path.stat().st_mode & 0o777 == 0o600 and Keyring.from_file(path).open(locked) == "a secret"
    assert Keyring.for_this_process().open(locked) is None
    path.chmod(0o640)
    with pytest.raises(Mistake, match="chmod 600"):
        Keyring.from_file(path)
    (tmp_path / "other.key").touch(mode=0o600)
    with pytest.raises(Mistake, match="no key"):
        Keyring.from_file(tmp_path / "other.key")


def test_a_new_key_in_front_of_the_old_one_opens_what_the_old_one_locked(tmp_path):
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    locked = Keyring.from_file(old).seal("a secret")
    Keyring.from_file(new)
    new.write_text(new.read_text() + old.read_text())
    assert Keyring.from_file(new).open(locked) == "a secret"
