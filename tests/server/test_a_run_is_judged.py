"""From a capture that is complete to what is said; and when nothing may be said yet."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from server import review
from server.keys import REVIEWER
from server.storage import captures, chunks, runs
from server.storage.runs import Plan

BEGAN = kit.NOON - timedelta(hours=2)
BEGAN_NS = int(BEGAN.timestamp()) * 1_000_000_000
CAPTURE = "/api/v1/captures/c-1"


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


async def bring(clinic, chunks, complete=True, **closing):
    async with clinic.gateway() as http:
        await http.put(CAPTURE, json={"runner": "r-1", "started_at": BEGAN.isoformat()})
        for seq, body in enumerate(chunks):
            assert (await http.put(f"{CAPTURE}/chunks/{seq}", data=body, headers=kit.digest(body))).status == 201
        if complete:
            closed = await http.post(f"{CAPTURE}/complete", json=kit.closing("c-1", chunks, BEGAN_NS, **closing))
            assert closed.status == 200, await closed.text()
    await clinic.app[REVIEWER].review_due()


async def said_to_runner(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        return await (await http.get("/api/v1/runners/r-1/verdict")).json()


async def sessions(clinic):
    async with clinic.as_(kit.RUNNER) as http:
        return (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]


async def test_a_complete_capture_is_measured_and_awaits_its_24_hours(clinic):
    await bring(clinic, kit.chunks(kit.packets(1800, BEGAN)))
    (session,) = await sessions(clinic)
    assert session["start"] == "2026-03-30T10:00:00Z"
    assert session["measured"]["run_s"] == pytest.approx(1800, abs=2)
    assert session["measured"]["run_m"] == pytest.approx(5400, rel=0.01)
    assert session["measured"]["sources"]["speed_mps"] == "foot pod"
    said = await said_to_runner(clinic)
    missing = {part["item"]: part["measured"] for part in said["verdict"]["missing"]}
    assert not said["stale"] and missing["latest_24h"] == "PENDING"
    assert said["verdict"]["decision"] not in ("PROGRESS_READY", "STOP_REFER")


async def test_nothing_is_said_while_a_capture_is_incomplete(clinic):
    await bring(clinic, kit.chunks(kit.packets(600, BEGAN)), complete=False)
    said = await said_to_runner(clinic)
    assert said["stale"] and said["verdict"] is None
    assert said["waiting"] == ["A run has not arrived completely yet."]


async def test_a_broken_packet_and_a_broken_line_are_kept_counted_and_shown(clinic):
    lines = [packet.to_line() for packet in kit.packets(900, BEGAN)]
    lines[100] = lines[100].replace(b'"hex":"04', b'"hex":"').replace(b"0003", b"")
    short = kit.packets(900, BEGAN)[200]
    lines[200] = type(short)(
        **{name: getattr(short, name) for name in short.__slots__} | {"payload": b"\x04"}
    ).to_line()
    lines[300] = b"this is no packet\n"
    await bring(clinic, kit.chunks(lines))
    async with clinic.as_(kit.RUNNER) as http:
        page = await (await http.get("/runners/r-1")).text()
    assert "could not be read" in page
    with clinic.desk.database.read() as db:
        capture = captures.find(db, "c-1")
        assert chunks.body_of(db, capture) == kit.chunk(lines)
        assert chunks.packets_held(db, capture) == 900


async def test_a_capture_that_cannot_be_measured_stands_in_the_way_of_every_verdict(clinic):
    await bring(clinic, [b"no packet\n" * 10])
    said = await said_to_runner(clinic)
    assert said["stale"] and "could not be taken in" in said["waiting"][0]
    with clinic.desk.database.read() as db:
        assert chunks.body_of(db, captures.find(db, "c-1")) == b"no packet\n" * 10


@pytest.mark.parametrize(
    ("clock", "sentence"),
    [
        ({"offset_ns": 0, "trusted": True}, "1970-01-01"),
        ({"offset_ns": BEGAN_NS + 7 * 86_400 * 10**9, "trusted": True}, "2026-04-06"),
        ({"offset_ns": BEGAN_NS, "trusted": False}, "had never met a right one"),
    ],
    ids=["a clock that forgot", "a run of next week", "a clock that nobody trusts"],
)
async def test_a_run_with_an_impossible_date_stands_in_the_way_and_never_drops_out_in_silence(clinic, clock, sentence):
    await bring(clinic, kit.chunks(kit.packets(900, BEGAN)), clock=[{"boot": "boot-1", **clock}])
    said = await said_to_runner(clinic)
    assert said["stale"] and sentence in said["waiting"][0]


async def test_less_than_a_minute_of_running_is_shown_but_is_no_session(clinic):
    await bring(clinic, kit.chunks(kit.packets(40, BEGAN)))
    (session,) = await sessions(clinic)
    assert session["counts"] is False
    said = await said_to_runner(clinic)
    assert "LAYOFF" in [reason["code"] for reason in said["verdict"]["reasons"]]


async def test_a_changed_reference_measures_old_runs_again_before_anything_is_said(clinic):
    await bring(clinic, kit.chunks(kit.packets(1200, BEGAN)))
    before = (await sessions(clinic))[0]["measured"]["peak3_pct"]
    changed = kit.plan(references={"v_max_mps": 6.0, "v_max_kind": "measured", "v_thr_mps": 4.0})
    with clinic.desk.database.write() as db:
        runs.save_plan(db, Plan(runner_id="r-1", version=2, valid_from=kit.NOON, by="p-1", body=changed.body))
    assert (await said_to_runner(clinic))["stale"]
    await clinic.app[REVIEWER].measure_again("r-1")
    after = (await sessions(clinic))[0]["measured"]["peak3_pct"]
    assert (round(before, 1), round(after, 1)) == (37.5, 50.0)
    assert not (await said_to_runner(clinic))["stale"]


async def test_what_was_said_is_recorded_once_and_superseded_visibly(clinic):
    await bring(clinic, kit.chunks(kit.packets(1800, BEGAN)))
    async with clinic.as_(kit.RUNNER) as http:
        for answers in ({"during": 2, "after": 2}, {"morning": 1}):
            sent = await http.post("/api/v1/runners/r-1/check-ins", json={"session": "c-1", **answers})
            assert sent.status == 201
            clinic.now += timedelta(hours=20)
    with clinic.desk.database.read() as db:
        rows = db.connection().exec_driver_sql("select superseded_at from verdicts order by decided_at").all()
        look = review.look(db, kit.RUNNER, clinic.now)
    assert [row[0] is None for row in rows] == [False, False, True]
    assert look.case.sessions[0].check_in.morning == 1


async def test_two_programs_that_ask_at_different_times_get_the_deadline_that_passed_by_itself(clinic):
    await bring(clinic, kit.chunks(kit.packets(1800, BEGAN)))
    ended = BEGAN + timedelta(seconds=1800)
    said = []
    for hours in (4.0, 35.9, 36.1):  # the last two on one day
        clinic.now = ended + timedelta(hours=hours)
        missing = (await said_to_runner(clinic))["verdict"]["missing"]
        said += [part["measured"] for part in missing if part["item"] == "latest_24h"]
    assert said == ["PENDING", "PENDING", "UNKNOWN"]


async def test_the_runners_page_names_no_diagnosis_and_the_physios_does(clinic):
    async with clinic.as_(kit.RUNNER) as runner, clinic.as_(kit.PHYSIO) as physio:
        pages = [await (await http.get("/runners/r-1")).text() for http in (runner, physio)]
    assert ["tendinopathy" in page for page in pages] == [False, True]
