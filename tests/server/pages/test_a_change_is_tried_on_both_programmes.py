"""A runner may hold two programmes at once: what a change would have decided is the more cautious of both."""

import aiohttp
import clinic_kit as kit
import pytest

from server.demo import clinic as demo
from server.keys import REVIEWER
from server.storage import people, runs

PLAN = "/api/v1/runners/r-1/plan"
SECOND = {"programme": "NEURAL", "stage": "N2", "stage_entered_at": "2000-01-01T00:00:00Z"}


@pytest.fixture
async def physio(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, clinic.as_(kit.PHYSIO) as http:
        http.plan_kept = lambda: clinic.desk.read(runs.plan_of, "r-1")
        yield http


async def hold(physio, second, version=1):
    body = {**kit.plan().body, "second": second}
    assert (await physio.put(PLAN, json=body, headers={"If-Match": f'"{version}"'})).status == 200


async def tried(physio, change):
    answer = await physio.post(f"{PLAN}/preview", json={"change": change})
    assert answer.status == 200
    return (await answer.json())["days"]


def doses(verdict):
    return len([reason for reason in verdict["reasons"] if reason["code"] == "DOSE"])


async def test_a_preview_decides_as_the_page_does_while_two_programmes_are_held(physio):
    await hold(physio, SECOND)
    today = (await tried(physio, {}))[-1]
    said = (await (await physio.get("/api/v1/runners/r-1/verdict")).json())["verdict"]
    assert today["as_it_is"] == said and doses(said) == 2
    assert not today["differs"]


async def test_who_is_ready_by_the_first_programme_is_not_while_the_second_still_asks(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic:
        await clinic.desk.write(demo.seed, clinic.now)
        await clinic.desk.write(people.add_entry, "link-of-demo", demo.PHYSIO.id, clinic.now.replace(year=2030))
        await clinic.app[REVIEWER].review_due()
        async with aiohttp.ClientSession(clinic.address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            page = await (await http.post("/enter/link-of-demo")).text()
            http.headers["X-CSRF-Token"] = page.split('name="csrf" content="')[1].split('"')[0]
            path = f"/api/v1/runners/{demo.READY.runner.id}/plan/preview"
            today = (await (await http.post(path, json={"change": {"second": SECOND}})).json())["days"][-1]
    assert today["as_it_is"]["decision"] == "PROGRESS_READY"
    assert today["as_it_would_be"]["decision"] != "PROGRESS_READY"
    assert today["differs"] and doses(today["as_it_would_be"]) == 2


async def test_a_second_programme_is_tried_before_it_is_held_and_before_it_is_dropped(physio):
    taken = await tried(physio, {"second": SECOND})
    assert {doses(day["as_it_is"]) for day in taken} == {1}
    assert doses(taken[-1]["as_it_would_be"]) == 2
    await hold(physio, SECOND)
    dropped = await tried(physio, {"second": None})
    assert doses(dropped[-1]["as_it_is"]) == 2 and {doses(day["as_it_would_be"]) for day in dropped} == {1}
    assert (await physio.plan_kept()).version == 2


async def test_a_second_programme_is_silent_on_the_days_before_its_stage_began(physio):
    await hold(physio, {**SECOND, "stage_entered_at": "2026-03-28T00:00:00Z"})
    days = await tried(physio, {})
    assert [doses(day["as_it_is"]) for day in days[-4:]] == [1, 2, 2, 2]


async def test_the_page_says_that_both_are_heard(physio):
    await hold(physio, SECOND)
    page = await physio.post("/runners/r-1/plan", data={"do": "look", "version": "2", "n": "3"})
    assert "Both programmes are heard: on each day the more cautious verdict is shown." in await page.text()


async def test_a_second_programme_that_cannot_be_is_refused_as_a_sentence(physio):
    answer = await physio.post(f"{PLAN}/preview", json={"change": {"second": {**SECOND, "stage": "N99"}}})
    assert answer.status == 422 and "N99" in (await answer.json())["detail"]
