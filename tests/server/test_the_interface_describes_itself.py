"""The OpenAPI document: valid, complete, and kept by the running server whatever strangers send."""

import json

import pytest
import requests
import schemathesis
from aiohttp import web
from background import in_background
from clinic_kit import GATEWAY, PHYSIO, RUNNER, clinic
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from soaking import IS_SHORT

from server.__main__ import main
from server.interface import document
from server.interface.described import DESCRIBED
from server.people import credentials
from server.routes import routes

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


THERE = {"runner": "r-1", "gateway": "g-1"}
ENDLESS = ("GET /api/v1/runners/{runner}/live",)


def test_the_document_is_valid():
    validate(document.made(routes()))


def test_every_route_for_programs_is_described_and_nothing_else():
    for_programs = [route.handler for route in routes() if route.path.startswith(document.PREFIX)]
    assert set(for_programs) == set(DESCRIBED)


def test_a_route_that_nobody_described_is_refused():
    async def secret(_request):
        """Nobody knows."""

    with pytest.raises(LookupError, match="GET /api/v1/secret is described nowhere"):
        document.made([*routes(), web.get("/api/v1/secret", secret)])


def test_every_operation_has_words_a_door_and_says_how_it_refuses():
    for path, operations in document.made(routes())["paths"].items():
        for operation in operations.values():
            assert operation["summary"].endswith((".", "}", "…")) or operation["summary"], path
            assert operation["security"], path
            assert {"400", "404", "500"} <= set(operation["responses"]), path


def test_the_command_prints_what_the_server_gives(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["stridegate", "openapi"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out) == document.made(routes())


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", ["physio", "runner", "gateway"])
def test_the_running_server_keeps_to_the_document(tmp_path, who):
    """Requests as the document has them, or nearly: none of them fails, each answer is one that was promised."""
    tried = 0
    with in_background(clinic(f"sqlite:///{tmp_path / 'clinic.db'}")) as server:
        headers = GATEWAY if who == "gateway" else logged_in(server, PHYSIO if who == "physio" else RUNNER)
        for found in schemathesis.openapi.from_url(f"{server.address}/openapi.json").get_all_operations():
            operation = found.ok()
            if operation.label not in ENDLESS:
                tried += sum(ask(operation, mode, headers) for mode in GenerationMode)
    assert tried > 100


def ask(operation, mode, headers) -> int:
    """A few requests for one operation, about things that are there."""
    tried = []

    @settings(
        max_examples=2 if IS_SHORT else 20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def one(case):
        known = {name: THERE.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.path_parameters = known
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)
        tried.append(case)

    try:
        one()
    except Unsatisfiable:  # nothing of it could be wrong
        assert mode is GenerationMode.NEGATIVE
    return len(tried)


def logged_in(server, person) -> dict[str, str]:
    entered = requests.get(f"{server.address}/enter/link-of-{person.id}", allow_redirects=False, timeout=60)
    token = entered.cookies[credentials.ON_LOOPBACK]
    return {
        "Cookie": f"{credentials.ON_LOOPBACK}={token}",
        credentials.WORD_HEADER: credentials.form_word(token),
    }
