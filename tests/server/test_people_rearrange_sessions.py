"""What people do with sessions over HTTP: nothing is lost by it, and every word can be taken back but a deletion."""

from datetime import timedelta

import clinic_kit as kit
import numpy as np
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.storage import captures, people, runs

BEGAN = kit.NOON - timedelta(hours=5)
SESSIONS = "/api/v1/runners/r-1/sessions"


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


def run_file(start, seconds, speed_mps=3.0):
    return to_csv(Recording.of(np.arange(seconds), speed_mps=np.full(seconds, speed_mps), start=start))


async def bring_file(clinic, start, seconds, speed_mps=3.0):
    async with clinic.gateway() as http:
        sent = await http.post("/api/v1/runners/r-1/files?name=run.csv", data=run_file(start, seconds, speed_mps))
        assert sent.status == 201, await sent.text()
    await clinic.app[REVIEWER].review_due()


async def bring_capture(clinic, start, seconds, name="c-1", complete=True):
    chunks = kit.chunks(kit.packets(seconds, start))
    async with clinic.gateway() as http:
        await http.put(f"/api/v1/captures/{name}", json={"runner": "r-1", "started_at": start.isoformat()})
        for seq, body in enumerate(chunks):
            await http.put(f"/api/v1/captures/{name}/chunks/{seq}", data=body, headers=kit.digest(body))
        if complete:
            began_ns = int(start.timestamp()) * 10**9
            closed = await http.post(f"/api/v1/captures/{name}/complete", json=kit.closing(name, chunks, began_ns))
            assert closed.status == 200, await closed.text()
    await clinic.app[REVIEWER].review_due()


async def ask(clinic, person, method, path, body=None, status=200):
    async with clinic.as_(person) as http:
        answer = await http.request(method, path, json=body)
        assert answer.status == status, await answer.text()
        return await answer.json() if "json" in answer.content_type else await answer.read()


async def seen(clinic, person=kit.RUNNER, runner="r-1"):
    """Each session, newest first, as (minutes of running, metres, whether it counts, how many recordings)."""
    found = await ask(clinic, person, "GET", f"/api/v1/runners/{runner}/sessions")
    return [
        (round(one["measured"]["run_s"] / 60), round(one["measured"]["run_m"], -2), one["counts"], len(one["made_of"]))
        for one in found["sessions"]
    ]


async def first(clinic):
    return (await ask(clinic, kit.RUNNER, "GET", SESSIONS))["sessions"][0]


async def verdict(clinic):
    return await ask(clinic, kit.RUNNER, "GET", "/api/v1/runners/r-1/verdict")


async def test_the_same_run_from_a_pod_and_a_watch_counts_once_and_the_physio_may_choose(clinic):
    await bring_capture(clinic, BEGAN, 1800)
    await bring_file(clinic, BEGAN + timedelta(seconds=30), 1740, speed_mps=3.5)
    assert await seen(clinic) == [(30, 5400, True, 2)]
    session = await first(clinic)
    watch = next(part["run"] for part in session["made_of"] if part["kind"] == "file")
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{session['id']}/prefer", {"run": watch}, 403)
    await ask(clinic, kit.PHYSIO, "POST", f"{SESSIONS}/{session['id']}/prefer", {"run": watch})
    assert await seen(clinic) == [(29, 6100, True, 2)]
    assert not (await verdict(clinic))["stale"]


async def test_warm_up_and_main_part_are_one_session_with_a_pause_until_somebody_splits_them(clinic):
    await bring_file(clinic, BEGAN, 600)
    await bring_file(clinic, BEGAN + timedelta(minutes=30), 1200)
    assert await seen(clinic) == [(30, 5400, True, 2)]
    session = await first(clinic)
    assert session["measured"]["quality"] == "OK" and session["measured"]["coverage_v"] > 0.98
    between = (BEGAN + timedelta(minutes=20)).isoformat()
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{session['id']}/split", {"at": between})
    assert await seen(clinic) == [(20, 3600, True, 1), (10, 1800, True, 1)]
    late, early = [one["id"] for one in (await ask(clinic, kit.RUNNER, "GET", SESSIONS))["sessions"]]
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{late}/join", {"session": early})
    assert await seen(clinic) == [(30, 5400, True, 2)]


async def test_one_recording_is_split_at_a_moment_and_each_part_is_measured_by_itself(clinic):
    await bring_file(clinic, BEGAN, 2400)
    session = await first(clinic)
    cut = (BEGAN + timedelta(minutes=10)).isoformat()
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{session['id']}/split", {"at": cut})
    assert await seen(clinic) == [(30, 5400, True, 1), (10, 1800, True, 1)]
    later = await first(clinic)
    assert later["measured"]["start"] == cut.replace("+00:00", "Z")
    await ask(clinic, kit.RUNNER, "DELETE", f"{SESSIONS}/{later['id']}", status=409)
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{later['id']}/split", {"at": BEGAN.isoformat()}, 422)


async def test_a_tired_second_run_follows_the_sessions_as_they_are_composed(clinic):
    """The day after 35 minutes everything is run tired; after 20 and 15 that were two sessions it is not."""
    yesterday = BEGAN - timedelta(hours=20)
    await bring_file(clinic, yesterday, 2160)
    await bring_file(clinic, BEGAN, 600)
    fatigue = (await first(clinic))["measured"]["fat_s"]
    assert fatigue == pytest.approx(600, abs=3)
    before = (await ask(clinic, kit.RUNNER, "GET", SESSIONS))["sessions"][1]["id"]
    cut = (yesterday + timedelta(minutes=20)).isoformat()
    await ask(clinic, kit.PHYSIO, "POST", f"{SESSIONS}/{before}/split", {"at": cut})
    assert (await first(clinic))["measured"]["fat_s"] == 0


async def test_not_my_run_is_shown_and_counts_for_nothing_and_comes_back(clinic):
    await bring_file(clinic, BEGAN, 1800)
    session = (await first(clinic))["id"]
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{session}/not-mine", {})
    assert await seen(clinic) == [(30, 5400, False, 1)]
    assert "LAYOFF" in [reason["code"] for reason in (await verdict(clinic))["verdict"]["reasons"]]
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{session}/not-mine", {"mine": True})
    assert await seen(clinic) == [(30, 5400, True, 1)]


async def test_a_run_is_handed_to_its_runner_by_whoever_cares_for_both_and_back(clinic):
    await bring_capture(clinic, BEGAN, 1800)
    hand = f"{SESSIONS}/c-1/hand-over"
    await ask(clinic, kit.PHYSIO, "POST", hand, {"runner": "r-2"}, 404)
    with clinic.desk.database.write() as db:
        people.give_consent(db, "r-2", "p-1", clinic.now)
    await ask(clinic, kit.RUNNER, "POST", hand, {"runner": "r-2"}, 404)
    await ask(clinic, kit.PHYSIO, "POST", hand, {"runner": "r-2"})
    assert await seen(clinic) == []
    assert await seen(clinic, kit.STRANGER, "r-2") == [(30, 5400, True, 1)]
    async with clinic.gateway() as http:  # the gateway that recorded it may ask again and again
        again = await http.put("/api/v1/captures/c-1", json={"runner": "r-1", "started_at": BEGAN.isoformat()})
        held = await http.get("/api/v1/captures/c-1")
        assert (again.status, held.status, (await held.json())["state"]) == (200, 200, "complete")
    await ask(clinic, kit.PHYSIO, "POST", "/api/v1/runners/r-2/sessions/c-1/hand-over", {"runner": "r-1"})
    assert await seen(clinic) == [(30, 5400, True, 1)]


async def test_a_handed_file_that_comes_again_stays_with_whom_it_belongs(clinic):
    await bring_file(clinic, BEGAN, 1800)
    with clinic.desk.database.write() as db:
        people.give_consent(db, "r-2", "p-1", clinic.now)
    session = (await first(clinic))["id"]
    await ask(clinic, kit.PHYSIO, "POST", f"{SESSIONS}/{session}/hand-over", {"runner": "r-2"})
    async with clinic.gateway() as http:
        assert (await http.post("/api/v1/runners/r-1/files", data=run_file(BEGAN, 1800))).status == 410
    assert await seen(clinic) == []


async def test_what_was_deleted_is_gone_and_is_refused_when_it_comes_again(clinic):
    await bring_capture(clinic, BEGAN, 900)
    await bring_file(clinic, BEGAN + timedelta(hours=2), 900)
    for one in (await ask(clinic, kit.RUNNER, "GET", SESSIONS))["sessions"]:
        await ask(clinic, kit.RUNNER, "DELETE", f"{SESSIONS}/{one['id']}")
    assert await seen(clinic) == []
    body = kit.chunk(kit.packets(5, BEGAN))
    async with clinic.gateway() as http:
        asked = [
            await http.put("/api/v1/captures/c-1", json={"runner": "r-1", "started_at": BEGAN.isoformat()}),
            await http.get("/api/v1/captures/c-1"),
            await http.put("/api/v1/captures/c-1/chunks/0", data=body, headers=kit.digest(body)),
            await http.post("/api/v1/captures/c-1/complete", json=kit.closing("c-1", [body], 0)),
            await http.post("/api/v1/runners/r-1/files", data=run_file(BEGAN + timedelta(hours=2), 900)),
        ]
        assert [answer.status for answer in asked] == [410] * 5
    with clinic.desk.database.read() as db:
        left = [
            db.connection().exec_driver_sql(f"select count(*) from {table}").scalar()
            for table in ("captures", "chunks", "files", "runs", "recordings", "sessions", "review_requests")
        ]
    assert left == [0] * 7


async def test_an_upload_that_never_ends_can_be_deleted_so_that_something_may_be_said_again(clinic):
    await bring_capture(clinic, BEGAN, 900, complete=False)
    assert (await verdict(clinic))["stale"]
    await ask(clinic, kit.RUNNER, "DELETE", f"{SESSIONS}/c-1")
    assert not (await verdict(clinic))["stale"]


async def test_a_run_that_was_deleted_while_it_was_read_does_not_come_back(clinic):
    await bring_capture(clinic, BEGAN, 900)
    with clinic.desk.database.write() as db:
        request = captures.ReviewRequest("r-1", "capture", "c-1")
        captures.read_again(db, request)
    from server import reviewer
    from server.runs import measuring

    with clinic.desk.database.read() as db:
        found = measuring.taken(db, request, clinic.now, clinic.app[REVIEWER]._readers)
    await ask(clinic, kit.RUNNER, "DELETE", f"{SESSIONS}/c-1")
    await clinic.desk.write(reviewer._save, request, found, clinic.now)
    assert await clinic.desk.read(runs.runs_of, "r-1") == []
    await clinic.app[REVIEWER].review_due()
    assert await seen(clinic) == []


async def test_a_run_typed_in_counts_for_load_and_limits_and_for_a_dose_only_where_a_physio_stands_for_it(clinic):
    typed = {"start": BEGAN.isoformat(), "duration_s": 3600, "distance_m": 9000, "rpe": 5, "incline_pct": 3}
    made = await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/runs", typed, 201)
    answers = {"session": made["session"], "during": 1, "after": 1, "morning": 1}
    await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/check-ins", answers, 201)
    said = await verdict(clinic)
    codes = [reason["code"] for reason in said["verdict"]["reasons"]]
    assert "SPIKE_LARGE" in codes and not said["stale"]
    measured = (await first(clinic))["measured"]
    assert (measured["quality"], measured["inc2_s"], measured["inc2_ceil_s"]) == ("POOR", None, 3600)
    await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/attestations", {"session": made["session"]}, 403)
    await ask(clinic, kit.PHYSIO, "POST", "/api/v1/runners/r-1/attestations", {"session": made["session"]}, 201)
    attested = (await first(clinic))["measured"]
    assert (attested["quality"], attested["inc2_s"], attested["run_m"]) == ("OK", 3600, 9000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "2026-03-31T10:00:00Z", "duration_s": 600},
        {"start": "2026-03-30T07:00:00Z", "duration_s": 0},
        {"start": "2026-03-30T07:00:00Z", "duration_s": 600, "distance_m": 8000},
        {"start": "2026-03-30T07:00:00", "duration_s": 600},
        {"start": "2026-03-30T07:00:00Z", "duration_s": 600, "rpe": 11},
    ],
    ids=["tomorrow", "no time", "faster than anybody", "no zone", "rpe 11"],
)
async def test_a_run_that_cannot_have_been_is_not_typed_in(clinic, wrong):
    await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/runs", wrong, 422)


async def test_a_check_in_is_corrected_and_its_history_stays(clinic):
    await bring_file(clinic, BEGAN, 1800)
    session = (await first(clinic))["id"]
    for answers in ({"during": 6}, {"during": 2}, {"after": 1}, {"after": None}):
        await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/check-ins", {"session": session, **answers}, 201)
    told = await ask(clinic, kit.RUNNER, "GET", f"{SESSIONS}/{session}")
    assert told["check_in"] == {"during": 2, "after": None}
    assert [{name: one[name] for name in one if name not in ("at", "by")} for one in told["answers"]] == [
        {"during": 6}, {"during": 2}, {"after": 1}, {"after": None},
    ]  # fmt: skip


async def test_an_answer_stays_with_its_session_when_an_earlier_part_arrives_late(clinic):
    await bring_file(clinic, BEGAN, 1800)
    session = (await first(clinic))["id"]
    await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/check-ins", {"session": session, "during": 2}, 201)
    await bring_file(clinic, BEGAN - timedelta(minutes=20), 600)
    found = await first(clinic)
    assert found["check_in"] == {"during": 2} and len(found["made_of"]) == 2


async def test_a_morning_of_a_day_is_corrected_by_the_later_answer(clinic):
    for morning in (5, 1):
        await ask(clinic, kit.RUNNER, "POST", "/api/v1/runners/r-1/mornings", {"morning": morning}, 201)
    from server import said

    with clinic.desk.database.read() as db:
        assert [one["morning"] for one in said.mornings(db, "r-1")] == [1]


async def test_sessions_come_in_pages_newest_first(clinic):
    for day in range(5):
        await bring_file(clinic, BEGAN - timedelta(days=day), 300)
    first_page = await ask(clinic, kit.RUNNER, "GET", f"{SESSIONS}?limit=3")
    rest = await ask(clinic, kit.RUNNER, "GET", f"{SESSIONS}?limit=3&after={first_page['next']}")
    starts = [one["start"] for page in (first_page, rest) for one in page["sessions"]]
    assert len(starts) == 5 and starts == sorted(starts, reverse=True) and rest["next"] is None
    await ask(clinic, kit.RUNNER, "GET", f"{SESSIONS}?after=nonsense", status=422)


async def test_recordings_and_originals_are_given_back_as_they_came(clinic):
    await bring_file(clinic, BEGAN, 300)
    await bring_capture(clinic, BEGAN + timedelta(hours=2), 300)
    late, early = [one["id"] for one in (await ask(clinic, kit.RUNNER, "GET", SESSIONS))["sessions"]]
    assert await ask(clinic, kit.PHYSIO, "GET", f"{SESSIONS}/{early}/original") == run_file(BEGAN, 300)
    packets = kit.chunk(kit.packets(300, BEGAN + timedelta(hours=2)))
    assert await ask(clinic, kit.PHYSIO, "GET", f"{SESSIONS}/{late}/original") == packets
    assert b"speed_mps" in await ask(clinic, kit.PHYSIO, "GET", f"{SESSIONS}/{late}/recording.csv")


async def test_every_deed_is_in_the_audit(clinic):
    await bring_file(clinic, BEGAN, 1800)
    session = (await first(clinic))["id"]
    await ask(clinic, kit.RUNNER, "POST", f"{SESSIONS}/{session}/not-mine", {})
    await ask(clinic, kit.RUNNER, "DELETE", f"{SESSIONS}/{session}")
    with clinic.desk.database.read() as db:
        rows = (
            db.connection()
            .exec_driver_sql("select actor, action from audit where action <> 'logged in' order by seq")
            .all()
        )
    assert [tuple(row) for row in rows] == [("r-1", "session not mine"), ("r-1", "session deleted")]
