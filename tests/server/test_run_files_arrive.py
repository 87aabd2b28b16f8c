"""Run files: taken once whatever the name, kept as they came, refused with one sentence."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.storage import captures

FILES = "/api/v1/runners/r-1/files"
RUN = to_csv(Recording.of(range(900), speed_mps=[3.0] * 900, start=kit.NOON - timedelta(hours=3), hold_s=3.0))


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


async def send(http, body, name="monday.csv", path=FILES):
    answer = await http.post(path, params={"name": name}, data=body)
    return answer.status, await answer.json(content_type=None)


async def test_a_file_is_taken_once_whatever_its_name_and_becomes_a_run(clinic):
    async with clinic.gateway() as http:
        first, again = await send(http, RUN), await send(http, RUN, "the same.csv")
    assert first[0] == 201 and again == (200, first[1]) and first[1]["runs"] == 1
    await clinic.app[REVIEWER].review_due()
    with clinic.desk.database.read() as db:
        assert captures.file_body(db, "r-1", first[1]["file"]) == RUN
    async with clinic.as_(kit.RUNNER) as http:
        (run,) = (await (await http.get("/api/v1/runners/r-1/sessions")).json())["sessions"]
    assert run["measured"]["run_s"] == pytest.approx(900, abs=2)


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"PK\x03\x04 no zip", b"t_s,speed_mps\n1,inf\n"])
async def test_a_file_without_a_run_is_refused_with_one_sentence_and_leaves_nothing(clinic, body):
    async with clinic.gateway() as http:
        status, problem = await send(http, body)
        assert status == 422 and problem["detail"].endswith(".") and "\n" not in problem["detail"]
        assert (await send(http, RUN))[0] == 201
    async with clinic.as_(kit.RUNNER) as http:
        said = await (await http.get("/api/v1/runners/r-1/verdict")).json()
    assert not any("could not be taken in" in sentence for sentence in said["waiting"])


async def test_a_file_that_is_too_large_is_stopped_on_its_way(clinic):
    async with clinic.gateway() as http:
        assert (await send(http, b"\0" * (33 * 1024 * 1024)))[0] == 413


@pytest.mark.parametrize(
    ("person", "status"), [(kit.RUNNER, 201), (kit.PHYSIO, 201), (kit.STRANGER, 404), (kit.OTHER_PHYSIO, 404)]
)
async def test_a_file_comes_from_the_runner_or_their_physio(clinic, person, status):
    async with clinic.as_(person) as http:
        assert (await send(http, RUN))[0] == status


async def test_a_gateway_brings_no_file_of_a_strangers_run(clinic):
    async with clinic.gateway() as http:
        assert (await send(http, RUN, path="/api/v1/runners/r-2/files"))[0] == 404
