"""A physio moves a plan to the newer version of its programme: what changes, the preview, one button, the record."""

import pytest
import version_1_clinic as old
from clinic_kit import clinic as serve

from rules.programme import load
from server import programme_versions, rules_update
from server.pages import programme_version_view
from server.pages.reader import Reader
from server.storage import clinic_programmes, people, runs
from server.storage.database import Database
from server.storage.people import Person
from server.storage.preferences import USUAL

PAGE = "/runners/r-1/programme-version"
LIMIT = "Running down 4 % or steeper: at most 5 min a run, in stages P1 to P7."
OFFER = "A newer version of this programme is available"


@pytest.fixture
async def clinic(tmp_path):
    """Every runner of the clinic of version 1, brought to this release."""
    url = old.sqlite_url(tmp_path / "clinic.db")
    database = Database(url)
    database.migrate()
    database.close()
    async with serve(url, old.NOON, fill=lambda _db, _now: None) as running:
        yield running


async def text_of(http, path):
    answer = await http.get(path)
    assert answer.status == 200, await answer.text()
    return await answer.text()


@pytest.mark.parametrize("path", ["/runners/r-1/physio", "/runners/r-1/plan", PAGE])
async def test_the_physio_reads_what_the_newer_version_changes(clinic, path):
    async with clinic.as_(old.PHYSIO) as http:
        page = await text_of(http, path)
    assert LIMIT in page and (path == PAGE or OFFER in page)


async def test_the_preview_shows_every_day_under_both_versions_before_anything_is_saved(clinic):
    async with clinic.as_(old.PHYSIO) as http:
        page = await text_of(http, PAGE)
    assert "On none of the last 18 days of this stage" in page and "Use version 2" in page
    assert (await clinic.desk.read(runs.plan_of, "r-1")).version == 1


async def test_one_click_takes_it_with_the_same_stage_since_the_same_day(clinic):
    before = await clinic.desk.read(runs.plan_of, "r-1")
    async with clinic.as_(old.PHYSIO) as http:
        stages = (await text_of(http, "/runners/r-1/history")).count("P3 since")
        answer = await http.post(PAGE, data={"version": "1"}, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/runners/r-1/plan")
        pages = [await text_of(http, path) for path in ("/runners/r-1/plan", "/runners/r-1/physio")]
        changes = await text_of(http, "/runners/r-1/changes")
        history = await text_of(http, "/runners/r-1/history")
    after = await clinic.desk.read(runs.plan_of, "r-1")
    assert after.body == {**before.body, "programme": "PHT"} and (after.version, after.by) == (2, "p-1")
    assert not any(OFFER in page for page in pages)
    assert "Programme version changed" in changes and "PHT (version 1)" in changes
    assert history.count("P3 since") == stages  # no stage was entered


async def test_whoever_looked_before_somebody_changed_the_plan_has_to_look_again(clinic):
    async with clinic.as_(old.PHYSIO) as http:
        assert (await http.post(PAGE, data={"version": "7"})).status == 412
        assert (await http.post(PAGE, data={"version": "1"})).status == 200
        assert (await http.post(PAGE, data={"version": "2"})).status == 409
        assert (await http.post(PAGE, data={"version": "x"})).status == 422


async def test_nobody_but_the_physio_takes_it(clinic):
    async with clinic.as_(old.READY) as http:
        assert (await http.get(PAGE)).status == (await http.post(PAGE, data={"version": "1"})).status == 403


@pytest.mark.parametrize("runner", [old.FLAGGED, old.JUMPED])
async def test_a_second_programme_and_a_document_of_the_physios_own_move_with_it(clinic, runner):
    async with clinic.as_(old.PHYSIO) as http:
        await http.post(f"/runners/{runner.id}/programme-version", data={"version": "1"})
    body = (await clinic.desk.read(runs.plan_of, runner.id)).body
    assert "@1" not in str(body)
    assert runner == old.FLAGGED or body["programme"] == old.OWN_PROGRAMME


async def test_a_clinics_own_programme_moves_to_version_2_as_its_next_version(clinic):
    async with clinic.as_(old.PHYSIO) as http:
        page = await text_of(http, "/programmes/OURS")
        assert "Ours: version 2 instead of 1." in page and LIMIT in page
        assert (await http.post("/programmes/OURS", data={"do": "newest", "version": "0"})).status == 409
        assert (await http.post("/programmes/OURS", data={"do": "newest", "version": "1"})).status == 200
        page = await text_of(http, "/programmes/OURS")
    newest, before = await clinic.desk.read(clinic_programmes.versions, "clinic", "OURS")
    assert newest.body == {**before.body, "extends": "PHT", "version": "OURS 2"} and OFFER not in page
    assert (await clinic.desk.read(runs.plan_of, "r-4")).body["programme"]["extends"] == "PHT@1"


async def test_the_version_is_named_in_plain_words_wherever_the_programme_is(clinic):
    async with clinic.as_(old.PHYSIO) as http:
        caseload = await text_of(http, "/caseload")
        plan = await text_of(http, "/runners/r-3/plan")
        physio = await text_of(http, "/runners/r-1/physio")
        programmes = await text_of(http, "/programmes")
        changes = await text_of(http, "/runners/r-1/changes")
    assert "PHT (version 1) P3" in caseload
    assert "NEURAL (version 1), stage N2" in plan
    assert "Programme PHT version 1, rules version 2." in physio
    assert not any("@1" in page for page in (caseload, plan, physio, programmes, changes))
    async with clinic.as_(old.READY) as http:
        pages = [await text_of(http, f"/runners/r-1{page}") for page in ("", "/report", "/history")]
    assert not any("@1" in page for page in pages)


async def test_the_criteria_before_a_stage_are_those_of_the_programme_in_version_1_too(clinic):
    async with clinic.as_(old.PHYSIO) as http:
        page = await text_of(http, "/runners/r-1/plan?stage=P6")
    assert "at least 90 % of the other side" in page


# the sentences


def sentences(before, after):
    newer = programme_versions.NewerVersion(
        name="",
        version_before="1",
        version_after="2",
        stages=tuple(stage.id for stage in load(after).stages),
        changes=programme_versions.changes(load(before), load(after)),
    )
    return programme_version_view.build(newer, Reader(USUAL))["changes"]


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("PHT", ["Running down 4 % or steeper: at most 5 min a run, in stages P1 to P7."]),
        ("DHT", ["Running down 4 % or steeper: at most 5 min a run, in stages D1 to D7."]),
        ("FIBRE", ["Running down 4 % or steeper: at most 5 min a run, in stage F6."]),
        ("IMT", ["Running down 4 % or steeper: at most 5 min a run, in stage C6."]),
        ("NEURAL", ["Running down 4 % or steeper: at most 5 min a run, in stages N1 to N7."]),
        ("FIELD", []),
    ],
)
def test_what_version_2_changes_of_each_programme(key, changes):
    assert sentences(f"{key}@1", key) == changes


def test_each_kind_of_number_has_a_sentence():
    base = {"name": "X", "extends": "PHT"}
    patches = {
        "1": {"n": 2, "spacing_h": 72},
        "3": {"n": 2, "total": {"fat_s": 600}},
        "5": {"ceil": {"t_thr95_s": None}},
    }
    assert sentences(base, {**base, "override": patches}) == [
        "Sessions that count: 2 instead of 3, in stage P1.",
        "Least time between their starts: 72 hours instead of 48 hours, in stage P1.",
        "Sessions that count: 2 instead of 4, in stage P3.",
        "The least of all sessions together: running while fatigued: 10 min instead of 20 min, in stage P3.",
        "Time at 95 % of threshold speed or faster: no number instead of 25 min, in stage P5.",
    ]


def test_stages_that_follow_one_another_are_named_together():
    patches = {place: {"ceil": {"dn4_s": 60}} for place in ("1", "2", "4", "5", "6", "9")}
    base = {"name": "X", "extends": "PHT", "override": {place: {"ceil": {"dn4_s": None}} for place in patches}}
    (sentence,) = sentences(base, {**base, "override": patches})
    assert sentence == "Running down 4 % or steeper: at most 1 min a run, in stages P1, P2, P4 to P6, P9."


# the alerts page


async def test_the_summary_stands_on_the_alerts_page_in_the_readers_language(clinic):
    await clinic.desk.write(rules_update.send_summaries, old.NOON.replace(day=31))
    async with clinic.as_(old.PHYSIO) as http:
        page = await text_of(http, "/alerts")
        settings = {"language": "de", "zone": "UTC", "distance": "km", "speed": "pace", "week_starts": "0"}
        assert (await http.post("/settings", data=settings)).status == 200
        german = await text_of(http, "/alerts")
        caseload = await text_of(http, "/caseload")
    assert "Stridegate&#39;s rules were updated. For " in page
    assert "Bo Example: from “Ready for the next step” to “Hold”." in page
    assert "This was already the case when the rules were updated." in page
    assert "Bo Example: von „Bereit für den nächsten Schritt“ zu „" in german and "from “" not in german
    assert "PHT (Version 1) P3" in caseload


async def test_a_physio_reads_of_nobody_who_withdrew_their_consent(clinic):
    await clinic.desk.write(rules_update.send_summaries, old.NOON.replace(day=31))
    await clinic.desk.write(people.withdraw_consent, old.TINGLING.id, old.PHYSIO.id, old.NOON)
    async with clinic.as_(old.PHYSIO) as http:
        page = await text_of(http, "/alerts")
    assert "Bo Example" not in page and "For 1 of your 3 runners" in page


async def test_the_runner_reads_that_their_runs_are_being_re_checked(clinic, monkeypatch):
    async with clinic.as_(Person(id="r-4", name="", role="runner")) as http:
        page = await text_of(http, "/runners/r-4")
    assert 'data-decision="HOLD"' in page and "We are re-checking your runs." in page


async def test_the_verdicts_of_version_1_are_in_the_interface_and_in_the_export_as_they_were(clinic):
    async with clinic.as_(old.JUMPED) as http:
        told = (await (await http.get("/api/v1/runners/r-4/verdicts")).json())["verdicts"]
        archive = await (await http.get("/api/v1/runners/r-4/export")).read()
    assert [one["verdict"]["rules_version"] for one in told] == ["2", "1"]
    assert told[1]["verdict"]["reasons"][1]["code"] == "A_CODE_OF_VERSION_1"
    assert b"verdicts.json" in archive
