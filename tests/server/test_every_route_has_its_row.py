"""Every route for every role: the table is held against the router, so that a new route without a row fails here."""

from contextlib import asynccontextmanager
from datetime import timedelta

import clinic_kit as kit
import pytest
from sqlmodel import text

from server import needs
from server.people import tokens
from server.routes import routes
from server.storage import covers, gateways, people
from server.storage.covers import Cover
from server.storage.people import Clinic, Person

ADMIN = Person(id="a-1", name="Ed Example", role="admin")
EX_PHYSIO = Person(id="p-3", name="Fe Example", role="physio")  # the runner withdrew their consent
GONE_PHYSIO = Person(id="p-4", name="Gu Example", role="physio")  # has left the clinic
COVERING_PHYSIO = Person(id="p-5", name="Hy Example", role="physio")
STRANGE_ADMIN = Person(id="a-2", name="Io Example", role="admin", clinic_id="another")
REVOKED, PROGRAM = "a-revoked-token", "a-token-of-a-program"
WHO = ("nobody", "runner", "other runner", "physio", "other physio", "admin", "gateway")
ALSO = ("ex-physio", "gone physio", "covering physio", "admin of another clinic", "revoked gateway", "program")
PEOPLE = {
    "runner": kit.RUNNER,
    "other runner": kit.STRANGER,
    "physio": kit.PHYSIO,
    "other physio": kit.OTHER_PHYSIO,
    "admin": ADMIN,
    "ex-physio": EX_PHYSIO,
    "covering physio": COVERING_PHYSIO,
    "gone physio": GONE_PHYSIO,
    "admin of another clinic": STRANGE_ADMIN,
}
# The answer to each of WHO, in that order. What is not there for somebody is 404, never 403: 403 tells that it is.
# A request that is let through and has nothing to say ends with 400, 409, 411, 412, 415, 422 or 428.
# Of ALSO: whose consent was withdrawn is as any other physio, who stands in as the runner's own, who has left and a
# revoked gateway as nobody; another row says so. The program was made by the runner, for their verdict alone.
OWN = (401, "in", 404, "in", 404, 404, 401)  # a runner's own, and their physio's
PHYSIO_S = (401, 403, 404, "in", 404, 404, 401)  # of a runner, for their physio
RUNNER_S = (401, "in", 404, 403, 404, 404, 401)  # the runner's own word
NO_SESSION = (401, 404, 404, 404, 404, 404, 401)  # there is no session of that name
GATEWAY_S = (401, 401, 401, 401, 401, 401, "in")
PERSON_S = (401, "in", "in", "in", "in", "in", 401)  # about nobody but whoever asks
ANY_PHYSIO_S = (401, 404, 404, "in", "in", 404, 401)
STAFF_S = (401, 404, 404, "in", "in", "in", 401)
ANY_RUNNER_S = (401, "in", "in", 404, 404, 404, 401)
ADMIN_S = (401, 404, 404, 404, 404, "in", 401)
OPEN = ("in",) * 7
NOBODY_S_ALERT = (401, 404, 404, 404, 404, 404, 401)
TABLE = {
    "GET /": PERSON_S,
    "GET /login": OPEN,
    "POST /login": (401,) * 7,
    "GET /enter/{token}": (410,) * 7,
    "POST /enter/{token}": (410,) * 7,
    "POST /leave": OPEN,
    "GET /second-factor": PERSON_S,
    "POST /second-factor": (401,) * 7,  # an empty code is nobody's
    "POST /second-factor/passkey/question": (401, 404, 404, 404, 404, 404, 401),  # who has none is asked for none
    "POST /second-factor/passkey": PERSON_S,
    "GET /account": PERSON_S,
    "POST /account/password": PERSON_S,
    "POST /account/app": PERSON_S,
    "POST /account/app/confirm": PERSON_S,
    "POST /account/passkey/question": PERSON_S,
    "POST /account/passkey": PERSON_S,
    "POST /account/recovery": PERSON_S,
    "POST /account/factors/{factor}/remove": (401, 404, 404, 404, 404, 404, 401),  # of which nobody has one here
    "POST /account/logins/end": PERSON_S,
    "POST /account/logins/{login}/end": (401, 404, 404, 404, 404, 404, 401),
    "POST /account/tokens": PERSON_S,
    "POST /account/tokens/{token_id}/revoke": (401, "in", 404, 404, 404, 404, 401),
    "GET /caseload": ANY_PHYSIO_S,
    "GET /runners/{runner}/physio": PHYSIO_S,
    "POST /runners/{runner}/flags/{flag}/clear": (401, 403, 404, 404, 404, 404, 401),
    "POST /runners/{runner}/holds": PHYSIO_S,
    "POST /runners/{runner}/holds/{hold}/lift": (401, 403, 404, 404, 404, 404, 401),
    "POST /runners/{runner}/overrides": PHYSIO_S,
    "POST /runners/{runner}/attestations": (401, 403, 404, 404, 404, 404, 401),
    "POST /runners/{runner}/nerve-checks": PHYSIO_S,
    "GET /runners/{runner}/plan": PHYSIO_S,
    "POST /runners/{runner}/plan": PHYSIO_S,
    "POST /runners/{runner}/plan/stage": PHYSIO_S,
    "POST /runners/{runner}/plan/programme": PHYSIO_S,
    "POST /runners/{runner}/plan/second": PHYSIO_S,
    "GET /runners/{runner}/programme-version": PHYSIO_S,
    "POST /runners/{runner}/programme-version": PHYSIO_S,
    "GET /runners/{runner}/changes": PHYSIO_S,
    "GET /programmes": ANY_PHYSIO_S,
    "POST /programmes": ANY_PHYSIO_S,
    "GET /programmes/{key}": ANY_PHYSIO_S,
    "POST /programmes/{key}": (401, 404, 404, 404, 404, 404, 401),  # a built-in one is nobody's to change
    "GET /audit": ADMIN_S,
    "GET /runners/{runner}": OWN,
    "GET /runners/{runner}/runs/{run}": (401, 404, 404, 404, 404, 404, 401),  # there is no run of that name
    # habits that people expect
    "GET /manifest.webmanifest": OPEN,
    "GET /sw.js": OPEN,
    "GET /offline": OPEN,
    "GET /runners/{runner}/import": OWN,
    "POST /runners/{runner}/import": OWN,  # without a file: 422
    "GET /runners/{runner}/report": OWN,
    "GET /settings": PERSON_S,
    "POST /settings": PERSON_S,
    "POST /runners/{runner}/check-ins": RUNNER_S,
    # the runner's own words and runs
    "GET /runners/{runner}/history": OWN,
    "GET /runners/{runner}/live": OWN,
    "GET /runners/{runner}/flags": OWN,
    "POST /runners/{runner}/flags": RUNNER_S,
    "POST /runners/{runner}/runs": OWN,
    "POST /runners/{runner}/no-run": OWN,
    "POST /runners/{runner}/mornings": RUNNER_S,
    "POST /runners/{runner}/runs/{run}/not-mine": NO_SESSION,
    "POST /runners/{runner}/runs/{run}/split": NO_SESSION,
    "POST /runners/{runner}/runs/{run}/join": NO_SESSION,
    "POST /runners/{runner}/runs/{run}/prefer": (401, 403, 404, 404, 404, 404, 401),
    "GET /people": STAFF_S,
    "POST /people": (401, 404, 404, 403, 403, 403, 401),  # without a role nobody is invited
    "POST /people/{person}/link": (401, 404, 404, "in", 404, "in", 401),
    "POST /people/{person}/second-factor": (401, 404, 404, "in", 404, "in", 401),
    "POST /people/{person}/role": (401,) + (404,) * 5 + (401,),  # a runner has no other role to take
    "POST /people/{person}/leave": (401,) + (404,) * 5 + (401,),
    "POST /clinics": ADMIN_S,
    "POST /covers": STAFF_S,
    "POST /covers/{cover}/end": (401, 404, 404, "in", 404, "in", 401),
    "GET /access": ANY_RUNNER_S,
    "POST /access": ANY_RUNNER_S,
    "GET /pair": ANY_PHYSIO_S,
    "POST /pair": (401, 404, 404, 404, 404, 404, 401),  # nobody shows an empty code
    "GET /gateways": STAFF_S,
    "POST /gateways/{gateway}/revoke": STAFF_S,
    "POST /gateways/{gateway}/replace": ANY_PHYSIO_S,
    "POST /gateways/{gateway}/give-up": ANY_PHYSIO_S,
    "POST /gateways/{gateway}/sensors": (401, 404, 404, "in", 404, 404, 401),
    "POST /api/v1/pairings": (400,) * 7,
    "POST /api/v1/pairings/token": (400,) * 7,
    "POST /api/v1/gateways/me/heartbeat": GATEWAY_S,
    "POST /api/v1/gateways/me/token": GATEWAY_S,
    "GET /api/v1/gateways": STAFF_S,
    "POST /api/v1/gateways/{gateway}/revoke": STAFF_S,
    "POST /api/v1/gateways/{gateway}/replace": ANY_PHYSIO_S,
    "PUT /api/v1/gateways/{gateway}/sensors/{sensor}": (401, 404, 404, "in", 404, 404, 401),
    "DELETE /api/v1/gateways/{gateway}/sensors/{sensor}": (401, 404, 404, "in", 404, 404, 401),
    "PUT /api/v1/captures/{capture}": GATEWAY_S,
    "GET /api/v1/captures/{capture}": (401, 401, 401, 401, 401, 401, 404),
    "PUT /api/v1/captures/{capture}/chunks/{seq}": GATEWAY_S,
    "POST /api/v1/captures/{capture}/complete": GATEWAY_S,
    "POST /api/v1/runners/{runner}/files": (401, "in", 404, "in", 404, 404, "in"),
    "GET /api/v1/runners/{runner}/verdict": OWN,
    "GET /api/v1/runners/{runner}/sessions": OWN,
    "POST /api/v1/runners/{runner}/check-ins": (401, 404, 404, 403, 404, 404, 401),  # there is no run of that name
    "GET /api/v1/runners/{runner}/plan": OWN,
    "PUT /api/v1/runners/{runner}/plan": PHYSIO_S,
    "POST /api/v1/runners/{runner}/plan/preview": PHYSIO_S,
    "POST /api/v1/runners/{runner}/stage": PHYSIO_S,
    "POST /api/v1/runners/{runner}/holds": PHYSIO_S,
    "POST /api/v1/runners/{runner}/holds/{hold}/lift": (401, 403, 404, 404, 404, 404, 401),
    "POST /api/v1/runners/{runner}/overrides": PHYSIO_S,
    "POST /api/v1/runners/{runner}/nerve-checks": PHYSIO_S,
    "POST /api/v1/runners/{runner}/flags": OWN,
    "POST /api/v1/runners/{runner}/flags/{flag}/clear": (401, 403, 404, 404, 404, 404, 401),
    # the interface
    "GET /api/v1/runners/{runner}/verdicts": OWN,
    "GET /api/v1/runners/{runner}/live": OWN,
    "POST /api/v1/runners/{runner}/live": GATEWAY_S,
    "GET /api/v1/runners/{runner}/export": OWN,
    "DELETE /api/v1/runners/{runner}": (401, "in", 404, 403, 404, "in", 401),  # without a confirmation: 422
    "GET /api/v1/caseload": (401, 404, 404, "in", "in", 404, 401),
    "GET /api/v1/audit": (401, "in", "in", "in", "in", "in", 401),
    "GET /openapi.json": OPEN,
    # sessions: there is none of that name, so whoever may see the runner gets 404 and a physio's own word 403 before it
    "GET /api/v1/runners/{runner}/sessions/{session}": NO_SESSION,
    "GET /api/v1/runners/{runner}/sessions/{session}/recording.csv": NO_SESSION,
    "GET /api/v1/runners/{runner}/sessions/{session}/original": NO_SESSION,
    "POST /api/v1/runners/{runner}/sessions/{session}/split": NO_SESSION,
    "POST /api/v1/runners/{runner}/sessions/{session}/join": NO_SESSION,
    "POST /api/v1/runners/{runner}/sessions/{session}/not-mine": NO_SESSION,
    "POST /api/v1/runners/{runner}/sessions/{session}/prefer": (401, 403, 404, 404, 404, 404, 401),
    "POST /api/v1/runners/{runner}/sessions/{session}/hand-over": NO_SESSION,
    "DELETE /api/v1/runners/{runner}/sessions/{session}": NO_SESSION,
    "POST /api/v1/runners/{runner}/runs": OWN,
    "POST /api/v1/runners/{runner}/no-run": OWN,
    "POST /api/v1/runners/{runner}/mornings": (401, "in", 404, 403, 404, 404, 401),
    "POST /api/v1/runners/{runner}/attestations": PHYSIO_S,
    "GET /alerts": PERSON_S,
    "POST /alerts/{alert}": PERSON_S,
    "GET /settings/alerts": PERSON_S,
    "POST /settings/alerts": PERSON_S,
    "POST /settings/alerts/channels": (401, 422, 422, 422, 422, 422, 401),
    "POST /settings/alerts/channels/{channel}": PERSON_S,
    "GET /api/v1/alerts": PERSON_S,
    "POST /api/v1/alerts/{alert}/seen": NOBODY_S_ALERT,
    "POST /api/v1/alerts/{alert}/snooze": NOBODY_S_ALERT,
    "POST /api/v1/alerts/{alert}/acknowledge": NOBODY_S_ALERT,
    "GET /api/v1/web-push/key": (401, 404, 404, 404, 404, 404, 401),  # this server has none
    "POST /api/v1/web-push/subscriptions": PERSON_S,  # nor can anybody subscribe to it
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,  # from this machine
    "GET /authority": (404,) * 7,  # unless it is served to a local network
    "GET /authority.crt": (404,) * 7,
}
# Where somebody of ALSO gets another answer than their likes.
OTHERWISE = {
    "GET /runners/{runner}/runs/{run}": {"program": 403},
    "POST /runners/{runner}/runs/{run}/not-mine": {"program": 403},
    "POST /runners/{runner}/runs/{run}/split": {"program": 403},
    "POST /runners/{runner}/runs/{run}/join": {"program": 403},
    "POST /covers/{cover}/end": {"covering physio": "in"},
    "GET /api/v1/runners/{runner}/verdict": {"program": "in"},
    "POST /people/{person}/link": {"admin of another clinic": 404},
    "POST /people/{person}/second-factor": {"admin of another clinic": 404},
    "POST /covers": {"admin of another clinic": 422},
    "POST /gateways/{gateway}/revoke": {"admin of another clinic": 404},
    "POST /api/v1/gateways/{gateway}/revoke": {"admin of another clinic": 404},
    "POST /account/factors/{factor}/remove": {"program": 403},
    "POST /account/logins/{login}/end": {"program": 403},
    "POST /api/v1/runners/{runner}/check-ins": {"program": 403},
    "DELETE /api/v1/runners/{runner}": {"admin of another clinic": 404},
    "GET /api/v1/runners/{runner}/verdicts": {"program": "in"},
    "GET /api/v1/web-push/key": {"program": 403},
    "POST /api/v1/alerts/{alert}/acknowledge": {"program": 403},
    "POST /api/v1/alerts/{alert}/seen": {"program": 403},
    "POST /api/v1/alerts/{alert}/snooze": {"program": 403},
}
# A program without the scope hears that before anybody looks for the session.
OTHERWISE |= {route: {"program": 403} for route, row in TABLE.items() if row == NO_SESSION and "{session}" in route}
OTHERWISE["POST /api/v1/runners/{runner}/sessions/{session}/hand-over"] = {}
OTHERWISE["POST /covers/{cover}/end"]["admin of another clinic"] = 404
BODIES = {
    "POST /api/v1/runners/{runner}/check-ins": {"session": "none", "during": 1},
    "PUT /api/v1/runners/{runner}/plan": kit.plan().body,
    "POST /api/v1/runners/{runner}/plan/preview": {"change": {}},
    "POST /api/v1/runners/{runner}/stage": {"stage": "P4"},
    "POST /api/v1/runners/{runner}/holds": {"reason": "a reason"},
    "POST /api/v1/runners/{runner}/overrides": {"decision": "HOLD", "reason": "a reason of some length"},
    "POST /api/v1/runners/{runner}/nerve-checks": {"note": "a note of some length"},
    "POST /api/v1/runners/{runner}/flags": {"code": "fever_unwell"},
    "POST /api/v1/runners/{runner}/flags/{flag}/clear": {"note": "a note of some length"},
    "POST /api/v1/gateways/me/heartbeat": {},
    "POST /api/v1/gateways/{gateway}/replace": {"by": "g-1"},
    "PUT /api/v1/gateways/{gateway}/sensors/{sensor}": {"runner": "r-1"},
    "POST /api/v1/runners/{runner}/sessions/{session}/split": {"at": "2026-03-30T10:00:00Z"},
    "POST /api/v1/runners/{runner}/sessions/{session}/join": {"session": "t"},
    "POST /api/v1/runners/{runner}/sessions/{session}/not-mine": {},
    "POST /api/v1/runners/{runner}/sessions/{session}/prefer": {"run": "t"},
    "POST /api/v1/runners/{runner}/sessions/{session}/hand-over": {"runner": "r-2"},
    "POST /api/v1/runners/{runner}/runs": {"start": "2026-03-30T07:00:00Z", "duration_s": 1800},
    "POST /api/v1/runners/{runner}/no-run": {"day": "2026-03-29"},
    "POST /api/v1/runners/{runner}/mornings": {"morning": 1},
    "POST /api/v1/runners/{runner}/attestations": {"criterion": "h_test"},
    "POST /api/v1/web-push/subscriptions": {"endpoint": "https://push.example/x", "keys": {"p256dh": "k", "auth": "a"}},
}
FORMS = {
    "POST /runners/{runner}/runs/{run}/split": {"minutes": "5"},
    "POST /runners/{runner}/flags/{flag}/clear": {"note": "a note of some length"},
    "POST /runners/{runner}/holds": {"reason": "a reason"},
    "POST /runners/{runner}/overrides": {"decision": "HOLD", "reason": "a reason of some length"},
    "POST /runners/{runner}/nerve-checks": {"note": "a note of some length"},
    "POST /runners/{runner}/plan/stage": {"stage": "P4"},
    "POST /runners/{runner}/plan/programme": {"ladder": "PHT:P4", "version": "1"},
    "POST /runners/{runner}/plan/second": {"ladder": "-", "version": "1"},
    "POST /programmes": {"key": "OWN", "name": "Own", "base": "PHT"},
    "POST /gateways/{gateway}/replace": {"by": "g-1"},
    "POST /gateways/{gateway}/sensors": {"sensor": "C0:00:00:00:00:01", "runner": "r-1"},
}
LOOKS = sorted(route for route in TABLE if route.startswith("GET"))
DEEDS = sorted(set(TABLE) - set(LOOKS))
LET_IN = {200, 201, 202, 303, 400, 409, 411, 412, 415, 422, 428}


def test_every_route_of_the_router_has_a_row_and_every_row_a_route():
    assert {f"{route.method} {route.path}" for route in routes()} == set(TABLE)


def test_every_route_of_the_router_says_what_it_needs_and_nothing_else_does():
    assert {f"{route.method} {route.path}" for route in routes()} == set(needs.NEEDS) - {"GET /static"}


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        with running.desk.database.write() as db:
            _more_people(db, running.now)
        yield running


def _more_people(db, now):
    people.add_clinic(db, Clinic(id="another", name="Another Clinic"), now)
    for person in (ADMIN, EX_PHYSIO, GONE_PHYSIO, COVERING_PHYSIO, STRANGE_ADMIN):
        people.add_person(db, person, now)
        people.add_entry(db, f"link-of-{person.id}", person.id, now.replace(year=2030), reusable=True)
    people.give_consent(db, "r-1", EX_PHYSIO.id, now - timedelta(days=2))
    people.withdraw_consent(db, "r-1", EX_PHYSIO.id, now - timedelta(days=1))
    people.give_consent(db, "r-1", GONE_PHYSIO.id, now - timedelta(days=2))
    away = Cover(
        runner_id="r-1", id="c-1", physio_id=COVERING_PHYSIO.id, absent_id=kit.PHYSIO.id,
        since=now - timedelta(days=1), until=now + timedelta(days=1), said_at=now,
    )  # fmt: skip
    covers.add(db, away)
    people.add_gateway(db, "g-2", "an old corner", REVOKED, ["r-1"], now)
    db.flush()
    gateways.revoke(db, "g-2", now)
    gateways.assign_sensor(db, "g-1", gateways.SensorAssignment(sensor="S-1", runner_id="r-1", nickname="Ada"))
    tokens.make(db, kit.RUNNER, PROGRAM, "t-1", "a program", ["verdict:read"], now)


async def ask(clinic, who, route, *, with_word=True):
    async with as_one_of_them(clinic, who) as http:
        if not with_word:
            http.headers.pop("X-CSRF-Token", None)
        status = await _request(http, route)
    await clinic.desk.write(_as_before, clinic.now)
    return status


@asynccontextmanager
async def as_one_of_them(clinic, who):
    bearers = {"gateway": kit.GATEWAY_TOKEN, "revoked gateway": REVOKED, "program": PROGRAM}
    async with clinic.as_(PEOPLE[who]) if who in PEOPLE else clinic.gateway() as http:
        http.headers.pop("Authorization", None)
        if who in bearers:
            http.headers["Authorization"] = f"Bearer {bearers[who]}"
        if who == "gone physio":
            await clinic.desk.write(people.member_until, GONE_PHYSIO.id, clinic.now)
        yield http


async def _request(http, route):
    method, path = route.split(" ", 1)
    path = path.format(
        runner="r-1", person="r-1", capture="c", seq=0, token="t", hold="h", flag="f", gateway="g-1", sensor="S-1",
        factor="f", login="l", token_id="t-1", key="PHT", session="s", cover="c-1", run="x", alert="a", channel="c",
    )  # fmt: skip
    body = {"json": BODIES[route]} if route in BODIES else {"data": FORMS[route]} if route in FORMS else {}
    headers = {"If-Match": '"1"'} if method == "PUT" else {}
    answer = await http.request(method, path, headers=headers, allow_redirects=False, **body)
    return answer.status


def _as_before(db, now):
    """What one of them did must not be in the way of the next."""
    people.member_until(db, GONE_PHYSIO.id, None)
    for undo in (
        "update gateways set revoked_at = null, replaced_by = null where id = 'g-1'",
        "update covers set ended_at = null",
        "update program_tokens set revoked_at = null",
        "delete from tries",
    ):
        db.connection().execute(text(undo))
    gateways.assign_sensor(db, "g-1", gateways.SensorAssignment(sensor="S-1", runner_id="r-1", nickname="Ada"))
    if people.entry_of(db, "link-of-r-1", now) is None:
        people.add_entry(db, "link-of-r-1", "r-1", now.replace(year=2030), reusable=True)


def _wanted(route):
    wanted = dict(zip(WHO, TABLE[route], strict=True))
    likes = ("other physio", "nobody", "physio", "admin", "nobody")
    wanted |= {who: wanted[like] for who, like in zip(ALSO, likes, strict=False)}
    need = needs.NEEDS[route]
    if need.who in (needs.Who.ANYONE, needs.Who.ARRIVING, needs.Who.GATEWAY):
        wanted["program"] = wanted["nobody"]
    else:  # a program of the runner: it hears that something is there only where the runner does
        wanted["program"] = wanted["runner"] if wanted["runner"] in (403, 404) else 403
    return wanted | OTHERWISE.get(route, {})


def is_right(route, who, status):
    wanted = _wanted(route)[who]
    return status in LET_IN if wanted == "in" else status == wanted


async def test_each_role_is_shown_what_the_table_says(clinic):
    wrong = {}
    for who in (*WHO, *ALSO):
        async with as_one_of_them(clinic, who) as http:  # one login for all of them: nothing changes by being looked at
            got = {route: await _request(http, route) for route in LOOKS}
        wrong |= {(route, who): status for route, status in got.items() if not is_right(route, who, status)}
    assert wrong == {}


@pytest.mark.parametrize("route", DEEDS)
async def test_each_role_gets_what_the_table_says(clinic, route):
    got = {who: await ask(clinic, who, route) for who in (*WHO, *ALSO)}
    assert {who: status for who, status in got.items() if not is_right(route, who, status)} == {}


async def test_without_the_word_of_the_page_nothing_is_carried_out(clinic):
    assert {route: await ask(clinic, "physio", route, with_word=False) for route in DEEDS} == dict.fromkeys(DEEDS, 403)
