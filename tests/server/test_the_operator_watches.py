"""What an operator sees: ready or not and why, numbers for this machine alone, one line a request without a secret."""

import asyncio
import io
import json
import logging
import shutil
from datetime import timedelta
from pathlib import Path

import clinic_kit as kit
import pytest
from multidict import CIMultiDict
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from server.api.state import FREE_FOLDER, FREE_MIB
from server.around import logs
from server.around.metrics import METRICS_TOKEN
from server.keys import READERS, REVIEWER
from server.reading.readers import Readers
from server.reviewer import Reviewer
from server.storage import captures
from server.storage.captures import ReviewRequest

READ_ONLY = {  # as a disk or a standby that takes no write would refuse it
    "sqlite": ("create trigger no before update on alembic_version begin select raise(abort, 'read only'); end",),
    "postgresql": (
        "create function no() returns trigger language plpgsql as 'begin raise exception ''read only''; end'",
        "create trigger no before update on alembic_version execute function no()",
    ),
}
TOKEN = "a-token-of-the-watch-tower"


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


@pytest.fixture
def lines():
    """Everything that is logged while a test runs, as it would stand in the journal of the system."""
    root, out = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    logs.set_up("debug", "json", out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logs._shortcut.stream = None
    root.handlers[:], _ = before
    root.setLevel(before[1])
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


async def ready(clinic):
    async with clinic.gateway() as http:
        answer = await http.get("/readyz")
        return answer.status, (await answer.json())["checks"]


async def numbers(clinic, **headers):
    async with clinic.gateway() as http:
        http.headers.pop("Authorization")
        answer = await http.get("/metrics", headers=CIMultiDict(headers))
        if answer.status != 200:
            return answer.status
        samples = [
            sample for family in text_string_to_metric_families(await answer.text()) for sample in family.samples
        ]
        return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


async def test_a_server_that_can_do_its_work_is_ready(clinic):
    assert await ready(clinic) == (200, dict.fromkeys(("database", "schema", "disk", "reviewer", "readers"), "ok"))


async def test_an_old_schema_is_not_ready(clinic):
    with clinic.desk.database.write() as db:
        db.connection().execute(text("update alembic_version set version_num = '0001'"))
    status, checks = await ready(clinic)
    assert status == 503 and "stridegate migrate" in checks["schema"]


async def test_a_database_that_can_only_be_read_is_not_ready(clinic):
    with clinic.desk.database.write() as db:
        for sentence in READ_ONLY[clinic.desk.database.kind]:
            db.connection().execute(text(sentence))
    status, checks = await ready(clinic)
    assert status == 503 and "written" in checks["database"]


async def test_a_disk_that_is_nearly_full_is_not_ready(clinic, tmp_path):
    clinic.app._state[FREE_FOLDER] = tmp_path
    clinic.app._state[FREE_MIB] = shutil.disk_usage(tmp_path).free // 2**20 + 10_000
    status, checks = await ready(clinic)
    assert status == 503 and "MiB are free" in checks["disk"]


async def test_where_nobody_reviews_any_more_it_is_not_ready(clinic, monkeypatch):
    async def broken(_self):
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Reviewer, "review_due", broken)
    clinic.app[REVIEWER].wake()
    while (await ready(clinic))[0] == 200:
        await asyncio.sleep(0.05)
    assert "restart" in (await ready(clinic))[1]["reviewer"]


async def test_without_a_reader_of_recordings_it_is_not_ready(clinic):
    clinic.app[READERS].close()
    clinic.app._state[READERS] = Readers(command=("/nowhere/at/all",))
    status, checks = await ready(clinic)
    assert status == 503 and "reader" in checks["readers"]


async def test_the_numbers_that_matter_are_there(clinic):
    async with clinic.gateway() as http:
        await http.get("/enter/wrong-link")
        await http.get("/api/v1/captures/c-1")
        await http.post("/api/v1/gateways/me/heartbeat", json={})
    request = ReviewRequest(runner_id="r-1", kind="capture", source_id="none")
    with clinic.desk.database.write() as db:
        captures.request_review(db, request, clinic.now - timedelta(minutes=7))
    said = await numbers(clinic)
    assert said["stridegate_oldest_waiting_seconds", "review"] == 420
    assert said["stridegate_login_failures_total", "/enter/{token}"] == 1
    assert said["stridegate_requests_total", "/api/v1/captures/{capture}", "404", "GET"] == 1
    assert said["stridegate_reviews_total", "measured"] == 0
    assert said["stridegate_database_seconds_count", "read"] > 0 and said["stridegate_database_seconds_count", "write"]
    assert any(name[0] == "stridegate_build_info" and value == 1 for name, value in said.items())


async def test_strangers_learn_nothing_of_the_numbers(clinic):
    assert await numbers(clinic, **{"X-Forwarded-For": "127.0.0.1"}) == 404
    assert await numbers(clinic, Forwarded="for=127.0.0.1") == 404
    assert await numbers(clinic, Host="rebinding.example") == 404, "a page of a stranger, by a name of this machine"
    assert (
        await numbers(clinic, Authorization=f"Bearer {TOKEN}") != 404
    )  # no token is set: it is this machine that asks
    clinic.app._state[METRICS_TOKEN] = SecretStr(TOKEN)
    assert await numbers(clinic, Authorization="Bearer wrong") == 404
    assert await numbers(clinic, **{"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}) != 404


async def test_each_request_is_one_line_without_its_token_or_query(clinic, lines):
    async with clinic.gateway() as http:
        await http.get("/enter/secret-link", params={"secret": "canary"})
        await http.get("/api/v1/captures/c-1")
    requests = [line for line in lines() if line["event"] == "request"]
    assert [(line["route"], line["status"], line["level"]) for line in requests] == [
        ("/enter/{token}", 410, "info"),
        ("/api/v1/captures/{capture}", 404, "info"),
    ]
    assert requests[1]["capture"] == "c-1" and requests[1]["ms"] >= 0
    assert "canary" not in json.dumps(lines()) and "secret" not in json.dumps(lines())


async def test_an_id_that_is_no_id_is_not_written(clinic, lines):
    async with clinic.gateway() as http:
        await http.get("/api/v1/captures/a pain of 7 since Monday")
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["capture"] == "(odd)"


@pytest.mark.parametrize("trouble", [OSError("no space left on device"), ValueError("it is closed")])
async def test_a_log_that_cannot_be_written_is_no_reason_to_answer_nobody(clinic, lines, monkeypatch, trouble):
    monkeypatch.setattr(logs._shortcut, "stream", Broken(trouble))
    async with clinic.gateway() as http:
        assert (await http.get("/healthz")).status == 200


class Broken(io.StringIO):
    def __init__(self, trouble):
        super().__init__()
        self.trouble = trouble

    def write(self, _text):
        raise self.trouble


async def test_nobody_logs_what_the_level_leaves_out(clinic, lines):
    logging.getLogger("server").setLevel(logging.ERROR)
    async with clinic.gateway() as http:
        await http.get("/healthz")
    assert [line for line in lines() if line["event"] == "request"] == []


def test_what_is_not_on_the_list_does_not_get_in(lines):
    logs.structlog.get_logger("server.test").info("seen", runner="r-1", name="Ada Example", pain=7, token="abc")
    (line,) = lines()
    assert {name: line[name] for name in ("event", "runner")} == {"event": "seen", "runner": "r-1"}
    assert not {"name", "pain", "token"} & set(line)


def test_of_an_exception_only_its_class_and_its_place_are_kept(lines):
    try:
        raise ValueError("Ada Example has a pain of 7")
    except ValueError:
        logging.getLogger("server.test").exception("a request failed")
    (line,) = lines()
    assert line["why"] == "ValueError" and line["frames"][0].startswith("tests/server/")
    assert "Ada" not in json.dumps(line)


def test_of_a_library_only_who_spoke_is_kept(lines):
    logging.getLogger("aiohttp.server").error("Error handling request from Ada Example with token abc")
    (line,) = lines()
    assert line["event"] == "a library spoke" and line["logger"] == "aiohttp.server" and "Ada" not in json.dumps(line)


def test_the_level_is_a_setting():
    out = io.StringIO()
    before = logging.getLogger().handlers[:]
    logs.set_up("error", "json", out)
    logs.structlog.get_logger("server.test").info("not this")
    logs.structlog.get_logger("server.test").error("this")
    logging.getLogger().handlers[:] = before
    logs._shortcut.stream = None
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["this"]


def test_a_refused_statement_does_not_say_its_values(clinic_file):
    assert "Ada" not in clinic_file


@pytest.fixture
def clinic_file(tmp_path: Path) -> str:
    from server.storage.database import Database

    database = Database(f"sqlite:///{tmp_path / 'clinic.db'}")
    try:
        with database.read() as db:
            db.connection().execute(text("select :name from nowhere"), {"name": "Ada Example"})
    except Exception as why:
        return str(why)
    finally:
        database.close()
    raise AssertionError("there is no such table")
