"""Every route for every role: the table is held against the router, so that a new route without a row fails here."""

import clinic_kit as kit
import pytest

from server.routes import routes
from server.storage import people
from server.storage.people import Person

ADMIN = Person(id="a-1", name="Ed Example", role="admin")
WHO = ("nobody", "runner", "other runner", "physio", "other physio", "admin", "gateway")
PEOPLE = {
    "runner": kit.RUNNER,
    "other runner": kit.STRANGER,
    "physio": kit.PHYSIO,
    "other physio": kit.OTHER_PHYSIO,
    "admin": ADMIN,
}
# The answer to each of WHO, in that order. What is not there for somebody is 404, never 403: 403 tells that it is.
# A request that is let through and has nothing to say ends with 400, 409, 411, 415, 422 or 428: it was let through.
OWN = (401, "in", 404, "in", 404, 404, 401)  # a runner's own, and their physio's
PHYSIO_S = (401, 403, 404, "in", 404, 404, 401)  # of a runner, for their physio
RUNNER_S = (401, 404, 404, 403, 404, 404, 401)  # the runner's own word; there is no run of that name
GATEWAY_S = (401, 401, 401, 401, 401, 401, "in")
OPEN = ("in",) * 7
TABLE = {
    "GET /": (401, "in", "in", "in", "in", "in", 401),
    "GET /enter/{token}": (410,) * 7,
    "POST /leave": OPEN,
    "GET /caseload": (401, 404, 404, "in", "in", 404, 401),
    "GET /runners/{runner}": OWN,
    "GET /runners/{runner}/runs/{run}": (401, 404, 404, 404, 404, 404, 401),  # there is no run of that name
    "POST /runners/{runner}/check-ins": (422,) * 7,  # an empty form is refused before anybody is asked who they are
    "GET /people": (401, 404, 404, "in", "in", "in", 401),
    "POST /people": (401, 403, 403, 403, 403, 403, 401),
    "POST /people/{person}/link": (401, 404, 404, "in", 404, "in", 401),
    "GET /access": (401, "in", "in", 404, 404, 404, 401),
    "POST /access": (401, 422, 422, 404, 404, 404, 401),
    "GET /settings": (401, "in", "in", "in", "in", "in", 401),
    "POST /settings": (401, 422, 422, 422, 422, 422, 401),
    "GET /pair": (401, "in", "in", "in", "in", "in", 401),
    "POST /pair": (401, 403, 403, 404, 404, 403, 401),
    "POST /api/v1/pairings": (400,) * 7,
    "POST /api/v1/pairings/token": (400,) * 7,
    "POST /api/v1/gateways/me/heartbeat": GATEWAY_S,
    "PUT /api/v1/captures/{capture}": GATEWAY_S,
    "GET /api/v1/captures/{capture}": (401, 401, 401, 401, 401, 401, 404),
    "PUT /api/v1/captures/{capture}/chunks/{seq}": (401, 401, 401, 401, 401, 401, 404),
    "POST /api/v1/captures/{capture}/complete": GATEWAY_S,
    "POST /api/v1/runners/{runner}/files": (401, "in", 404, "in", 404, 404, "in"),
    "GET /api/v1/runners/{runner}/verdict": OWN,
    "GET /api/v1/runners/{runner}/sessions": OWN,
    "POST /api/v1/runners/{runner}/check-ins": RUNNER_S,
    "GET /api/v1/runners/{runner}/plan": OWN,
    "PUT /api/v1/runners/{runner}/plan": PHYSIO_S,
    "POST /api/v1/runners/{runner}/plan/preview": PHYSIO_S,
    "POST /api/v1/runners/{runner}/stage": PHYSIO_S,
    "POST /api/v1/runners/{runner}/holds": PHYSIO_S,
    "POST /api/v1/runners/{runner}/holds/{hold}/lift": (401, 403, 404, 404, 404, 404, 401),
    "POST /api/v1/runners/{runner}/overrides": PHYSIO_S,
    "POST /api/v1/runners/{runner}/flags": OWN,
    "POST /api/v1/runners/{runner}/flags/{flag}/clear": (401, 403, 404, 404, 404, 404, 401),
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
}
BODIES = {
    "POST /api/v1/runners/{runner}/check-ins": {"session": "none", "during": 1},
    "PUT /api/v1/runners/{runner}/plan": kit.plan().body,
    "POST /api/v1/runners/{runner}/plan/preview": {"change": {}},
    "POST /api/v1/runners/{runner}/stage": {"stage": "P4"},
    "POST /api/v1/runners/{runner}/holds": {"reason": "a reason"},
    "POST /api/v1/runners/{runner}/overrides": {"decision": "HOLD", "reason": "a reason of some length"},
    "POST /api/v1/runners/{runner}/flags": {"code": "fever_unwell"},
    "POST /api/v1/runners/{runner}/flags/{flag}/clear": {"note": "a note of some length"},
    "POST /api/v1/gateways/me/heartbeat": {},
}
LET_IN = {200, 201, 202, 303, 400, 409, 422}


def test_every_route_of_the_router_has_a_row_and_every_row_a_route():
    assert {f"{route.method} {route.path}" for route in routes()} == set(TABLE)


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        with running.desk.database.write() as db:
            people.add_person(db, ADMIN, running.now)
            people.add_entry(db, "link-of-a-1", "a-1", running.now.replace(year=2030), reusable=True)
        yield running


async def ask(clinic, who, route):
    method, path = route.split(" ", 1)
    path = path.format(runner="r-1", person="r-1", capture="c", seq=0, token="t", hold="h", flag="f", run="x")
    body = {"json": BODIES[route]} if route in BODIES else {}
    headers = {"If-Match": '"1"'} if method == "PUT" else {}
    visit = clinic.gateway() if who in ("nobody", "gateway") else clinic.as_(PEOPLE[who])
    async with visit as http:
        if who == "nobody":
            http.headers.pop("Authorization")
        answer = await http.request(method, path, headers=headers, allow_redirects=False, **body)
        return answer.status


@pytest.mark.parametrize("route", sorted(TABLE))
async def test_each_role_gets_what_the_table_says(clinic, route):
    got = {who: await ask(clinic, who, route) for who in WHO}
    wanted = dict(zip(WHO, TABLE[route], strict=True))
    wrong = {
        who: (status, wanted[who])
        for who, status in got.items()
        if (status not in LET_IN if wanted[who] == "in" else status != wanted[who])
    }
    assert wrong == {}
