"""Strange requests: whatever has broken a server somewhere gets a problem document from every route, never a 5xx."""

import asyncio
import gzip
import json

import clinic_kit as kit
import pytest
from soaking import IS_SHORT
from yarl import URL

from server.api import strict_json
from server.around import sound
from server.interface.described import DESCRIBED
from server.problem import Problem
from server.routes import routes

DEEP = "[" * 100_000
HUGE = "9" * 5_000
NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999")
# Each as the whole document, and as the value of every field that a form has.
VALUES = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "1e999": "1e999",
    "-1e999": "-1e999",
    "a number of 5,000 digits": HUGE,
    "deeper than anybody thinks": DEEP,
    "closed, and deep": "[" * 5_000 + "]" * 5_000,
    "objects in objects": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "NUL": r'"a\u0000b"',
    "half a letter": r'"\ud800"',
    "the other half": r'"\udc00 and text"',
    "right to left": r'"\u202e\u2066gpj.exe"',
    "a very long text": '"' + "x" * 100_000 + '"',
    "nothing": "null",
    "a list of nothing": "[null]",
    "yes": "true",
    "an empty text": '""',
    "less than nothing": "-1",
    "half": "0.5",
    "past all days": '"9999-12-31T23:59:59+23:59"',
    "before all days": '"0001-01-01T00:00:00-23:59"',
    "a day that is none": '"2026-02-30T00:00:00Z"',
    "a time of seconds": "99999999999999999999",
    "an object": '{"a": {"b": [1, {}]}}',
}
TEXTS = {name: VALUES[name] for name in ("NUL", "half a letter", "right to left", "a time of seconds", "-1e999")}
BODIES = {
    "nothing at all": b"",
    "half a document": b'{"a": ',
    "two documents": b"{} {}",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a name twice": b'{"session": "a", "session": "b", "during": 1}',
    "only a number": b"7",
    "a list": b"[]",
    "NUL alone": b"\0",
}
EACH = 3 if IS_SHORT else 1  # every third of them for each route, another third for the next
JSON_ROUTES = [
    (route.method, route.path, DESCRIBED[route.handler])
    for route in routes()
    if route.handler in DESCRIBED and isinstance(DESCRIBED[route.handler].takes, type)
]
HERE = {"gateway": "g-1", "sensor": "S-1", "runner": "r-1", "capture": "c-1", "seq": "0", "hold": "h", "flag": "f",
        "session": "s-1", "alert": "a"}  # fmt: skip


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


def payloads(form, values):
    """Every body, and every value in the place of each field while the other fields are empty or well."""
    yield from BODIES.items()
    for name, value in values.items():
        yield name, value.encode()
        fields = ", ".join(f'"{field}": {value}' for field in form.model_fields)
        yield f"{name} everywhere", f"{{{fields}}}".encode()
        for field in form.model_fields:
            others = {other: well for other, well in WELL.items() if other in form.model_fields and other != field}
            document = json.dumps(others)[:-1] + (", " if others else "") + f'"{field}": {value}}}'
            yield f"{name} in {field}", document.encode()


WELL = {
    "runner": "r-1",
    "started_at": "2026-03-30T10:00:00Z",
    "session": "c-1",
    "during": 1,
    "reason": "a reason of some length",
    "note": "a note of some length",
    "decision": "HOLD",
    "code": "fever_unwell",
    "stage": "P3",
    "change": {},
    "name": "a corner",
    "capture": "c-1",
    "at": "2026-03-30T10:00:00Z",
    "elapsed_s": 1,
    "held": {},
    **kit.plan().body,
}


async def send(http, method, path, body, content_type="application/json"):
    headers = {"Content-Type": content_type, "If-Match": '"1"'}
    async with http.request(method, path.format(**HERE), data=body, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.read()


@pytest.mark.thorough
@pytest.mark.timeout(900)
async def test_no_payload_breaks_a_route(database_url):
    values = VALUES if database_url.startswith("sqlite") else TEXTS
    wrong, tried = [], 0
    async with kit.clinic(database_url) as clinic, clinic.as_(kit.PHYSIO) as physio, clinic.gateway() as gateway:
        for turn, (method, path, operation) in enumerate(JSON_ROUTES):
            who = gateway if "/me/" in path or "/captures/" in path or path.endswith("/live") else physio
            for name, body in list(payloads(operation.takes, values))[turn % EACH :: EACH]:
                status, content_type, _ = await send(who, method, path, body)
                tried += 1
                is_no_number = name.split(" ")[0] in NO_NUMBERS and status not in (400, 403, 404, 422)
                if status >= 500 or is_no_number or (status >= 400 and content_type != "application/problem+json"):
                    wrong.append((path, name, status, content_type))
    assert wrong == []
    assert tried > 20 * len(JSON_ROUTES) // EACH


async def test_what_is_called_otherwise_than_json_is_not_read_as_json(clinic):
    path, body = "/api/v1/runners/{runner}/flags", b'{"code": "fever_unwell"}'
    async with clinic.as_(kit.RUNNER) as http:
        for content_type in ("text/plain", "application/xml", "multipart/form-data", "text/html; x", "a"):
            answer = await send(http, "POST", path, body, content_type)
            assert answer[:2] == (415, "application/problem+json"), content_type


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_number_that_is_none_never_comes_in(text):
    for document in (text, f'{{"a": {text}}}', f"[[{text}]]"):
        with pytest.raises(Problem) as refused:
            strict_json.read(document.encode())
        assert refused.value.status == 422


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ada\0 Example", "Ada Example"),
        ("a\ud800b", "ab"),
        ("\u202eexe.gpj", "exe.gpj"),
        ("one\ntwo\tthree\r", "one\ntwo\tthree"),
        ("e\u0301", "\u00e9"),
        ("שלום", "שלום"),
        ("👩‍🦽 run", "👩‍🦽 run"),
    ],
)
def test_what_cannot_be_seen_is_taken_out_of_a_text(text, kept):
    assert strict_json.clean(text) == kept


async def test_both_databases_keep_a_text_alike(database_url):
    async with kit.clinic(database_url) as clinic, clinic.as_(kit.PHYSIO) as http:
        body = rb'{"reason": "a \u0000 reason \u202eof some \ud800 length"}'
        assert (await send(http, "POST", "/api/v1/runners/{runner}/holds", body))[0] == 201
        plan = await (await http.get("/api/v1/runners/r-1/verdict")).json()
    assert "\0" not in json.dumps(plan)


ADDRESSES = (
    ["/api/v1/runners/%00/verdict", "/api/v1/runners/%ED%A0%80/plan", "/api/v1/runners/%FF/sessions",
     "/api/v1/runners/" + "x" * 5000 + "/verdict", "/api/v1/runners/r-1%2Fplan/verdict", "/api/v1/runners/%2e%2e/plan",
     "/api/v1/captures/%00", "/api/v1/runners/r-1/sessions?after=%00", "/api/v1/runners/r-1/sessions?limit=0",
     "/api/v1/runners/r-1/sessions?limit=-1", "/api/v1/runners/r-1/sessions?limit=1e3",
     "/api/v1/runners/r-1/sessions?after=bnVsbA", "/api/v1/runners/r-1/sessions?after=W1tbW11dXV0",
     "/api/v1/runners/r-1/verdicts?after=WzEsMl0", "/api/v1/runners/r-1/verdicts?after=WyJ4IiwieSJd",
     "/api/v1/audit?after=Wy0xXQ", "/api/v1/audit?after=WzFlOTk5XQ", "/api/v1/audit?after=%ED%A0%80"]
)  # fmt: skip


async def test_no_address_breaks_a_route(database_url):
    async with kit.clinic(database_url) as clinic:
        for visit in (clinic.as_(kit.PHYSIO), clinic.gateway()):
            async with visit as http:
                for path in ADDRESSES:
                    async with http.get(URL(path, encoded=True)) as answer:
                        assert answer.status in (400, 401, 404, 422), path
                        assert answer.content_type == "application/problem+json", path


HEADERS = (
    [b"Authorization: Bearer \xff\xfe", b"Authorization: Bearer", b"Authorization: Basic =", b"If-Match: \xed\xa0\x80",
     b"Cookie: stridegate_login=\xff", b"Cookie: stridegate_login=\x80\x80; x", b"Content-Digest: sha-256=:\xff:",
     b"Content-Encoding: gzip", b"Content-Encoding: br", b"Content-Type: \xff", b"Range: bytes=5-1",
     b"Origin: null", b"Origin: http://[::1", b"Origin: \xff", b"Host: \xff"]
)  # fmt: skip


async def test_no_header_breaks_a_route(clinic):
    token = b"Authorization: Bearer " + kit.GATEWAY_TOKEN.encode() + b"\r\n"
    for route, door in (
        (b"GET /api/v1/runners/r-1/plan", b""),
        (b"POST /api/v1/captures/c-1/complete", b""),
        (b"POST /api/v1/captures/c-1/complete", token),
        (b"PUT /api/v1/captures/c-1/chunks/0", token),
        (b"GET /runners/r-1", b""),
    ):
        request = route + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n" + door
        for header in HEADERS:
            answer = await raw(clinic, request + header + b"\r\n\r\n{}")
            assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4")), (route, header, answer[:300])


async def raw(clinic, request: bytes) -> bytes:
    host, _, port = clinic.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_a_bomb_is_stopped_before_it_is_unpacked(clinic):
    bomb = gzip.compress(bytes(200_000_000), 9)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    async with clinic.gateway() as http:
        for path in ("/api/v1/gateways/me/heartbeat", "/api/v1/runners/r-1/files"):
            answer = await http.post(path, data=bomb, headers=headers)
            assert answer.status == 413


A_WHILE_S = 25  # ten of them the server lingers for what may still come


async def test_a_body_that_never_ends_is_given_up(clinic, monkeypatch):
    monkeypatch.setattr(sound, "PATIENCE_S", 0.2)
    head = b"POST /api/v1/gateways/me/heartbeat HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
    token = b"Authorization: Bearer " + kit.GATEWAY_TOKEN.encode() + b"\r\nContent-Type: application/json\r\n\r\n"
    answer = await asyncio.wait_for(raw(clinic, head + token + b'{"held": '), A_WHILE_S)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in answer


async def test_a_form_of_a_page_that_never_ends_is_given_up_too(clinic, monkeypatch):
    monkeypatch.setattr(sound, "PATIENCE_S", 0.2)
    head = b"POST /runners/r-1/check-ins HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
    async with clinic.as_(kit.RUNNER) as http:  # of anybody else nothing is read at all
        (cookie,) = http.cookie_jar
        login = f"Cookie: {cookie.key}={cookie.value}\r\n".encode()
    form = b"Content-Type: application/x-www-form-urlencoded\r\n\r\nsession="
    answer = await asyncio.wait_for(raw(clinic, head + login + form), A_WHILE_S)
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_mistake_of_the_server_has_a_name_and_shows_nothing_of_itself(clinic, monkeypatch, caplog):
    from server.api import history

    def broken(*_args, **_more):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(history, "_deeds", broken)
    async with clinic.as_(kit.RUNNER) as http:
        answer = await http.get("/api/v1/audit")
        told = await answer.json()
    assert (answer.status, answer.content_type) == (500, "application/problem+json")
    assert told["id"] in told["detail"] and told["id"] in caplog.text
    assert "secret" not in json.dumps(told) and "Traceback" not in json.dumps(told)


async def test_a_plan_is_changed_only_by_who_saw_it(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        for seen, status in ((None, 428), ('"0"', 412), ('"9"', 412), ("soup", 422), ('"1"', 200), ('"1"', 412)):
            headers = {} if seen is None else {"If-Match": seen}
            answer = await http.put("/api/v1/runners/r-1/plan", json=kit.plan().body, headers=headers)
            assert answer.status == status, await answer.text()
        assert (await http.get("/api/v1/runners/r-1/plan")).headers["ETag"] == '"2"'
