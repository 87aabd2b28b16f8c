"""A capture on the wire: whole, once, and never replaced."""

from datetime import timedelta

import aiohttp
import clinic_kit as kit
import pytest

from server.storage import people

BEGAN = kit.NOON - timedelta(hours=2)
BEGAN_NS = int(BEGAN.timestamp()) * 1_000_000_000
CAPTURE = "/api/v1/captures/c-1"


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
async def http(clinic):
    async with clinic.gateway() as session:
        answer = await session.put(CAPTURE, json={"runner": "r-1", "started_at": BEGAN.isoformat()})
        assert answer.status == 201
        yield session


async def put(http, seq, body, headers=None):
    answer = await http.put(
        f"{CAPTURE}/chunks/{seq}", data=body, headers=kit.digest(body) if headers is None else headers
    )
    return answer.status


async def test_beginning_twice_is_beginning_once(http):
    again = await http.put(CAPTURE, json={"runner": "r-1", "started_at": BEGAN.isoformat()})
    assert again.status == 200
    assert await (await http.get(CAPTURE)).json() == {"state": "open", "have": [], "packets": 0}


async def test_a_chunk_is_new_then_the_same_and_other_bytes_are_kept_aside(clinic, http):
    first, other = kit.chunk(kit.packets(5, BEGAN)), kit.chunk(kit.packets(6, BEGAN))
    assert [await put(http, 0, body) for body in (first, first, other)] == [201, 200, 409]
    with clinic.desk.database.read() as db:
        aside = db.connection().exec_driver_sql("select seq, body from chunk_conflicts").all()
        kept = db.connection().exec_driver_sql("select body from chunks").all()
    assert aside == [(0, other)] and kept == [(first,)]


async def test_a_chunk_whose_bytes_changed_on_the_way_is_refused(http):
    body = kit.chunk(kit.packets(5, BEGAN))
    assert await put(http, 0, body + b"\n", kit.digest(body)) == 422
    assert await put(http, 0, body, {}) == 422


async def test_a_gzipped_chunk_is_hashed_over_its_uncompressed_bytes(http):
    body = kit.chunk(kit.packets(50, BEGAN))
    answer = await http.put(f"{CAPTURE}/chunks/0", data=body, headers=kit.digest(body), compress="gzip")
    assert answer.status == 201


async def test_a_chunk_of_more_than_64_kib_is_refused(http):
    assert await put(http, 0, b"x" * (64 * 1024 + 1)) == 413


async def test_completing_names_what_is_missing_and_then_agrees_once(http):
    chunks = [kit.chunk(kit.packets(5, BEGAN)), kit.chunk(kit.packets(9, BEGAN)[5:])]
    closing = kit.closing("c-1", chunks, BEGAN_NS)
    await put(http, 1, chunks[1])
    early = await http.post(f"{CAPTURE}/complete", json=closing)
    assert early.status == 409 and (await early.json())["missing"] == [0]
    await put(http, 0, chunks[0])
    for _ in range(2):
        done = await http.post(f"{CAPTURE}/complete", json=closing)
        assert (done.status, await done.json()) == (200, {"state": "complete", "have": [0, 1], "packets": 9})


async def test_a_root_that_belongs_to_other_chunks_completes_nothing(http):
    chunks = [kit.chunk(kit.packets(5, BEGAN))]
    await put(http, 0, chunks[0])
    wrong = await http.post(f"{CAPTURE}/complete", json=kit.closing("c-1", chunks, BEGAN_NS, root="0" * 64))
    assert wrong.status == 409
    assert (await (await http.get(CAPTURE)).json())["state"] == "open"


async def test_a_chunk_after_the_completion_is_kept_aside(http):
    chunks = [kit.chunk(kit.packets(5, BEGAN))]
    await put(http, 0, chunks[0])
    await http.post(f"{CAPTURE}/complete", json=kit.closing("c-1", chunks, BEGAN_NS))
    assert await put(http, 1, kit.chunk(kit.packets(6, BEGAN))) == 409


async def test_without_a_known_token_nothing_is_taken_or_told(clinic, http):
    async with aiohttp.ClientSession(clinic.address, headers={"Authorization": "Bearer guess"}) as stranger:
        assert (await stranger.get(CAPTURE)).status == 401
        assert (await stranger.put(CAPTURE, json={})).status == 401


async def test_a_gateway_brings_only_the_runs_of_its_own_runners(http):
    answer = await http.put("/api/v1/captures/c-2", json={"runner": "r-2", "started_at": BEGAN.isoformat()})
    assert answer.status == 404
    assert (await http.get("/api/v1/captures/unknown")).status == 404


async def test_another_gateway_adds_nothing_to_a_capture_that_is_not_its_own(clinic, http):
    """Not even one that brings the same runner's runs."""
    body = kit.chunk(kit.packets(6, BEGAN))
    await clinic.desk.write(people.add_gateway, "g-2", "hallway", "token-of-g-2", ["r-1"], clinic.now)
    async with aiohttp.ClientSession(clinic.address, headers={"Authorization": "Bearer token-of-g-2"}) as other:
        assert await put(other, 0, body) == 404
        assert (await other.get(CAPTURE)).status == 404
    assert (await (await http.get(CAPTURE)).json())["have"] == []
    assert await put(http, 0, body) == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b'{"runner": "r-1"}', 422),
        (b'{"runner": "r-1", "started_at": "2026-03-30T10:00:00"}', 422),
        (b'{"runner": "r-1", "started_at": NaN}', 422),
        (b'{"runner": 1e999, "started_at": "2026-03-30T10:00:00Z"}', 422),
    ],
)
async def test_a_malformed_body_gets_a_problem_document(http, body, status):
    answer = await http.put("/api/v1/captures/c-3", data=body, headers={"Content-Type": "application/json"})
    problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["status"]) == (status, status)
    assert problem["title"] and problem["detail"].endswith(".")


async def test_what_stood_before_a_malformed_body_stands_after_it(http):
    body = kit.chunk(kit.packets(5, BEGAN))
    await put(http, 0, body)
    await http.post(f"{CAPTURE}/complete", data=b"nonsense")
    assert (await (await http.get(CAPTURE)).json()) == {"state": "open", "have": [0], "packets": 5}


async def test_an_unknown_address_and_method_get_a_problem_document(http):
    for answer in (await http.get("/api/v1/nothing"), await http.delete(CAPTURE)):
        assert answer.status in (404, 405)
        assert (await answer.json(content_type="application/problem+json"))["detail"]
