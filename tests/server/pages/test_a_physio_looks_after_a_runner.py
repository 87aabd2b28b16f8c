"""The physio's tools in a real browser and over HTTP: look first, then save; every word by name; nothing typed lost."""

from datetime import timedelta

import clinic_kit as kit
import pytest
from chromium import chromium

from rules.forms.programme_files import KEYS
from server import said
from server.storage import people, runs
from server.storage.people import Person

pytestmark = pytest.mark.thorough

PHONE = {"width": 390, "height": 844}
FORBIDDEN = ("healed", "safe to run", "cleared to", "risk of injury", "your tendon")
ADMIN = Person(id="a-1", name="Ed Example", role="admin")
PAGES = (
    "/caseload", "/runners/r-1/physio", "/runners/r-1/plan", "/runners/r-1/changes", "/programmes", "/programmes/PHT",
    "/people", "/gateways", "/pair",
)  # fmt: skip


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


@pytest.fixture
async def page(clinic):
    async with chromium() as browser:
        page = await (await browser.new_context(viewport=PHONE)).new_page()
        await page.goto(f"{clinic.address}/enter/link-of-p-1")
        yield page


async def open_page(clinic, page, path):
    answer = await page.goto(f"{clinic.address}{path}")
    assert answer.status == 200
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path


async def plan_of(clinic):
    return await clinic.desk.read(runs.plan_of, "r-1")


@pytest.mark.browser
async def test_a_physio_sees_what_a_threshold_would_have_decided_before_it_is_saved(clinic, page):
    await open_page(clinic, page, "/runners/r-1/plan")
    await page.fill('[name="each.run_s"]', "20")
    await page.fill('[name="ceil.run_s"]', "80")
    await page.click("button:text-is('Look first')")
    tried = await page.inner_text("#tried")
    assert "Nothing is saved yet" in tried and "more than 30 %" in tried
    assert await page.locator("#tried svg.strip rect").count() == 2 * 17
    assert (await plan_of(clinic)).version == 1
    assert await page.input_value('[name="each.run_s"]') == "20"
    await page.click("button:text-is('Save all the same')")
    saved = await plan_of(clinic)
    assert saved.version == 2 and saved.body["stage_override"] == {"each": {"run_s": 1200.0}, "ceil": {"run_s": 4800.0}}
    assert "Set by a physio" in await page.inner_text("#numbers")


@pytest.mark.browser
async def test_a_physio_moves_a_stage_and_attests_what_they_saw(clinic, page):
    await open_page(clinic, page, "/runners/r-1/plan?stage=P6")
    assert "Not attested" in await page.inner_text("#stage")
    await page.check('[name="seen"]')
    await page.fill("#step-reason", "saw a whole session uphill")
    await page.click("button:text-is('Enter P6: strides 70-80 %')")
    assert (await plan_of(clinic)).body["stage"] == "P6"
    await open_page(clinic, page, "/runners/r-1/plan?stage=P6")
    assert "Seen by Cy Example" in await page.inner_text("#stage")


@pytest.mark.browser
async def test_a_physio_holds_lifts_and_sets_another_outcome_beside_the_computed_one(clinic, page):
    await open_page(clinic, page, "/runners/r-1/physio")
    await page.fill("#hold-reason", "after the race")
    await page.click("#holds button:text-is('Hold')")
    assert "after the race" in await page.inner_text("#holds")
    assert "PHYSIO_HOLD" in await page.inner_text("#rules")
    await page.click("#holds button:text-is('Lift')")
    assert "PHYSIO_HOLD" not in await page.inner_text("#rules")
    await page.select_option("#decision", "HOLD")
    await page.fill("#reason", "saw a limp on the treadmill")
    await page.click("#override button")
    top = await page.inner_text("#top")
    assert "Set: Hold" in top and "Computed:" in top and "saw a limp" in top and "Cy Example" in top


@pytest.mark.browser
async def test_a_red_flag_is_cleared_by_name_with_a_note_and_bars_every_step_until_then(clinic, page):
    await clinic.desk.write(said.raise_flag, "r-1", "f-1", kit.RUNNER, "fever_unwell", clinic.now)
    await open_page(clinic, page, "/runners/r-1/plan?stage=P4")
    assert await page.locator("button:text-is('Enter P4: slight incline, easy')").is_disabled()
    await open_page(clinic, page, "/runners/r-1/physio")
    assert await page.locator("#decision").count() == 0
    await page.fill("#note-1", "seen by Dr Example, no fever for a week")
    await page.click("#flags button")
    assert "Cy Example" in await page.inner_text("#flags")
    assert await clinic.desk.read(said.flags_standing, "r-1") == []
    await open_page(clinic, page, "/runners/r-1/changes")
    assert "Red flag cleared by name" in await page.inner_text("main")


@pytest.mark.browser
async def test_fifty_runners_stand_on_a_phone_without_scrolling_sideways(clinic, page):
    def many(db):
        for number in range(50):
            person = Person(id=f"m-{number}", name=f"Somebody With A Long Name {number}", role="runner")
            people.add_person(db, person, clinic.now)
            people.give_consent(db, person.id, "p-1", clinic.now - timedelta(days=1))

    await clinic.desk.write(many)
    await open_page(clinic, page, "/caseload")
    assert await page.locator(".caseload li").count() == 51
    for path in PAGES:
        await open_page(clinic, page, path)


async def test_what_cannot_be_is_refused_with_its_sentence_and_everything_typed_stays(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        for typed, sentence in (
            ({"max.run_s": "999"}, "ceilings allow"),
            ({"min_days": "1"}, "longer than its least days"),
            ({"green.during": "8"}, "green limit of"),
            ({"each.run_s": "much"}, "is not a number"),
            ({"each.run_s": "nan"}, "is not a number"),
        ):
            for do in ("look", "save"):
                answer = await http.post("/runners/r-1/plan", data={"do": do, "version": "1", "n": "3", **typed})
                text = await answer.text()
                assert answer.status == 422 and sentence in text and "Nothing was saved" in text
                assert all(f'value="{value}"' in text for value in typed.values())
    assert (await plan_of(clinic)).version == 1


async def test_while_a_red_flag_stands_no_programme_is_begun_and_nothing_is_set_over_it(clinic):
    await clinic.desk.write(said.raise_flag, "r-1", "f-1", kit.RUNNER, "fever_unwell", clinic.now)
    async with clinic.as_(kit.PHYSIO) as http:
        for path, fields in (
            ("plan/programme", {"ladder": "PHT:P5", "version": "1"}),
            ("plan/second", {"ladder": "NEURAL:N2", "version": "1"}),
            ("plan/stage", {"stage": "P4"}),
            ("overrides", {"decision": "CONTINUE", "reason": "looks quite well to me"}),
        ):
            assert (await http.post(f"/runners/r-1/{path}", data=fields)).status == 409
        short = await http.post("/runners/r-1/flags/f-1/clear", data={"note": "fine"})
        assert short.status == 422
    assert (await plan_of(clinic)).version == 1


async def test_a_form_that_was_not_touched_changes_nothing(clinic):
    before = (await plan_of(clinic)).body
    async with clinic.as_(kit.PHYSIO) as http:
        assert (await http.post("/runners/r-1/plan", data={"do": "save", "version": "1"})).status == 200
    assert (await plan_of(clinic)).body == before


async def test_a_field_that_is_emptied_takes_the_limit_away_and_is_asked_about_once(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        first = await http.post("/runners/r-1/plan", data={"do": "save", "version": "1", "ceil.inc4_s": ""})
        text = await first.text()
        assert "is taken away" in text and (await plan_of(clinic)).version == 1
        asked = text.split('name="asked" value="')[1].split('"')[0]
        data = {"do": "save", "version": "1", "ceil.inc4_s": "", "asked": asked}
        assert (await http.post("/runners/r-1/plan", data=data)).status == 200
    assert (await plan_of(clinic)).body["stage_override"] == {"ceil": {"inc4_s": None}}


async def test_a_second_sign_of_fatigue_is_asked_for_by_a_box_and_said_in_words(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        for version, typed, wanted in (
            (1, {"fatigue_asked": "1", "fatigue_mode": "corroborated"}, {"fatigue_mode": "corroborated"}),
            (2, {"n": "5"}, {"fatigue_mode": "corroborated", "n": 5.0}),  # a form without the box
            (3, {"fatigue_asked": "1", "n": "5"}, {"n": 5.0}),
        ):
            sent = await http.post("/runners/r-1/plan", data={"do": "save", "version": str(version), **typed})
            assert sent.status == 200 and (await plan_of(clinic)).body["stage_override"] == wanted
            assert ('value="corroborated" checked' in await sent.text()) is ("fatigue_mode" in wanted)
        changes = await (await http.get("/runners/r-1/changes")).text()
    assert "Late running counts as fatigue only where heart rate or cadence show it too" in changes
    assert "fatigue_mode" not in changes and "corroborated" not in changes


async def test_who_saw_an_older_version_is_told_and_loses_nothing(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        assert (await http.post("/runners/r-1/plan", data={"do": "save", "version": "1", "n": "5"})).status == 200
        late = await http.post("/runners/r-1/plan", data={"do": "save", "version": "1", "n": "6"})
        assert late.status == 412 and 'value="6"' in await late.text()
    assert (await plan_of(clinic)).body["stage_override"] == {"n": 5.0}


async def test_references_are_typed_in_the_readers_own_units(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        data = {"do": "save", "version": "1", "v_thr_mps": "15,3", "declared_longest_m": "6.5"}
        assert (await http.post("/runners/r-1/plan", data=data)).status == 200
    references = (await plan_of(clinic)).body["references"]
    assert references["v_thr_mps"] == 4.25 and references["declared_longest_m"] == 6500
    assert references["v_max_mps"] == 8.0 and references["declared_at"] == "2026-03-30T12:00:00Z"


async def test_a_clinic_writes_its_own_programme_in_versions_and_a_runner_keeps_the_one_that_was_chosen(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        begun = await http.post("/programmes", data={"key": "own", "name": "Our ladder", "base": "PHT"})
        assert begun.status == 200 and begun.url.path == "/programmes/OWN"
        chosen = {"ladder": "OWN:P2", "version": "1", "baseline_morning": "1"}
        assert (await http.post("/runners/r-1/plan/programme", data=chosen)).status == 200
        changed = await http.post("/programmes/OWN", data={"stage": "2", "version": "1", "n": "4"})
        assert changed.status == 200 and "Set by a physio" in await changed.text()
        impossible = await http.post("/programmes/OWN", data={"stage": "2", "version": "2", "min_days": "1"})
        assert impossible.status == 422 and "longer than its least days" in await impossible.text()
        late = await http.post("/programmes/OWN", data={"stage": "2", "version": "1", "n": "6"})
        assert late.status == 412
        assert (await http.post("/programmes", data={"key": "PHT", "name": "No", "base": "PHT"})).status == 422
    kept = (await plan_of(clinic)).body["programme"]
    assert kept == {"name": "Our ladder", "extends": "PHT", "override": {}, "version": "OWN 1"}


async def test_a_programme_of_one_clinic_is_none_of_another(clinic):
    other = Person(id="p-9", name="Jo Example", role="physio", clinic_id="another")

    def elsewhere(db):
        people.add_clinic(db, people.Clinic(id="another", name="Another Clinic"), clinic.now)
        people.add_person(db, other, clinic.now)
        people.add_entry(db, "link-of-p-9", "p-9", clinic.now.replace(year=2030), reusable=True)

    await clinic.desk.write(elsewhere)
    async with clinic.as_(kit.PHYSIO) as http:
        await http.post("/programmes", data={"key": "OWN", "name": "Our ladder", "base": "PHT"})
    async with clinic.as_(other) as http:
        assert (await http.get("/programmes/OWN")).status == 404
        assert "Our ladder" not in await (await http.get("/programmes")).text()


@pytest.mark.parametrize("key", KEYS)
async def test_every_number_of_every_built_in_programme_says_where_it_comes_from(clinic, key):
    async with clinic.as_(kit.PHYSIO) as http:
        text = await (await http.get(f"/programmes/{key}?stage=2")).text()
    assert text.count('class="number"') == text.count('id="e-') > 5


async def test_the_audit_is_the_administrators_and_says_nothing_of_anybodys_health(clinic):
    def more(db):
        people.add_person(db, ADMIN, clinic.now)
        people.add_entry(db, "link-of-a-1", "a-1", clinic.now.replace(year=2030), reusable=True)
        for number in range(60):
            said.hold(db, "r-1", f"h-{number}", kit.PHYSIO, None, "a secret of the leg", clinic.now)

    await clinic.desk.write(more)
    async with clinic.as_(ADMIN) as http:
        text = await (await http.get("/audit")).text()
        assert text.count("<li><div") == 50 and "Ada Example" in text and "secret" not in text
        before = text.split("before=")[1].split('"')[0]
        later = await (await http.get("/audit", params={"before": before})).text()
        assert 10 <= later.count("<li><div") < 50
        assert "Hold set" not in (await (await http.get("/audit?what=override")).text()).split("<ol")[1]
        assert (await http.get("/audit?before=x")).status == 422


async def test_no_page_of_a_physio_says_a_forbidden_word(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        for path in PAGES:
            text = (await (await http.get(path)).text()).casefold()
            assert [word for word in FORBIDDEN if word in text] == []
