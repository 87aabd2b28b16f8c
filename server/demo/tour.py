"""Tour: every page that people open, found in the router, with who opens it in the demonstration's clinic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from server import needs, said
from server.demo import clinic
from server.needs import Who
from server.people import logins
from server.people.logins import Browser
from server.routes import routes
from server.storage import gateways, people, runs
from server.storage.gateways import SensorAssignment
from server.storage.people import Person

# For programs, or no page of its own: the first address only leads on. What ends with a dot and letters is a file.
NO_PAGES = frozenset({"/", "/healthz", "/readyz", "/metrics"})
EVERYBODY = ("runner", "physio", "admin")
OPENERS = {
    Who.ANYONE: ("nobody",),
    Who.ARRIVING: EVERYBODY,
    Who.PERSON: EVERYBODY,
    Who.STAFF: ("physio", "admin"),
    Who.PHYSIO: ("physio",),
    Who.ADMIN: ("admin",),
    Who.RUNNER: ("runner",),
    Who.SEER: ("runner", "physio"),
    Who.CARER: ("physio",),
    Who.SELF: ("runner",),
}
ADMIN = Person(id="demo-ruth", name="Ruth Sandoval", role="admin")
COLLEAGUE = Person(id="demo-henk", name="Henk Visser", role="physio")
INVITED = Person(id="demo-lena", name="Lena Moreau", role="runner")  # has not come in yet
NEWCOMER = Person(id="demo-noor", name="Noor Haddad", role="runner")  # no plan, no run: every page is empty
FLAGGED = Person(id="demo-emil", name="Emil Sorensen", role="runner")  # answered a red-flag question with yes
READY = clinic.READY.runner
STAFF = {"physio": clinic.PHYSIO, "admin": ADMIN}
RUNNERS = (*(story.runner for story in clinic.STORIES), NEWCOMER, FLAGGED)
LASTS = timedelta(days=7)
INVITATION, HALF_LOGIN = "tour-invitation", "tour-half-login"
# What stands for a part of an address; the runs are known once they were read.
SAMPLES = {"token": INVITATION, "key": "PHT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One page before one pair of eyes; `runner` is whom it is about, or who opens it."""

    route: str
    opener: str  # nobody | half | runner | physio | admin
    runner: Person

    @property
    def name(self) -> str:
        return f"{self.route} by {self.opener}, {self.runner.name}"

    @property
    def person(self) -> Person | None:
        return self.runner if self.opener == "runner" else STAFF.get(self.opener)

    def path(self, latest: Mapping[str, str]) -> str:
        """The address with every part filled in; `latest` gives each runner's latest run. Raises LookupError."""
        parts = SAMPLES | {"runner": self.runner.id, "run": latest.get(self.runner.id, "")}
        try:
            return self.route.format_map(parts)
        except KeyError as part:
            raise LookupError(f"{self.route}: say in server/demo/tour.py what stands for {part}.") from part


def stops() -> list[Stop]:
    """Every page with everybody who opens it. Raises LookupError where nobody said whom an address is for."""
    return [stop for route in routes() if route.method == "GET" and _is_page(route.path) for stop in _at(route.path)]


def latest_runs(db: Session) -> dict[str, str]:
    """The latest run of each runner who has one."""
    found = {runner.id: runs.runs_of(db, runner.id) for runner in RUNNERS}
    return {runner: theirs[-1].id for runner, theirs in found.items() if theirs}


def furnish(db: Session, now: datetime) -> None:
    """What the demonstration's clinic lacks: somebody of each role, somebody with nothing, a flag, a gateway."""
    for person in (ADMIN, COLLEAGUE, INVITED, NEWCOMER, FLAGGED):
        people.add_person(db, person, now)
    for runner in (NEWCOMER, FLAGGED):
        people.give_consent(db, runner.id, clinic.PHYSIO.id, now)
    runs.save_plan(db, clinic.plan_of(replace(clinic.READY, runner=FLAGGED), now))
    said.raise_flag(db, FLAGGED.id, "tour-flag", FLAGGED, "fever_unwell", now)
    people.add_gateway(db, "tour-gateway", "the treadmill corner", "tour-token", [READY.id], now)
    pod = SensorAssignment(sensor="C0:00:00:00:00:01", runner_id=READY.id, nickname="left shoe")
    gateways.assign_sensor(db, "tour-gateway", pod)


def doors(db: Session, now: datetime) -> None:
    """A link for everybody who is there, one that was not used yet, and a login that lacks its second factor."""
    for person in (ADMIN, clinic.PHYSIO, *RUNNERS):
        if people.person(db, person.id) is not None:
            people.add_entry(db, link_of(person), person.id, now + LASTS, reusable=True)
    if people.person(db, INVITED.id) is not None:
        people.add_entry(db, INVITATION, INVITED.id, now + LASTS)
    browser = Browser(token=HALF_LOGIN, device="a browser", address="127.0.0.1")
    logins.begin(db, clinic.PHYSIO, browser, "password", now, factor_asked=True)


def link_of(person: Person) -> str:
    return f"tour-{person.id}"


def _is_page(path: str) -> bool:
    return not path.startswith("/api/") and path not in NO_PAGES and "." not in path.rsplit("/", 1)[-1]


def _at(path: str) -> Iterator[Stop]:
    need = needs.of("GET", path)
    if need is None:
        raise LookupError(f"{path}: server/needs.py does not say whom it is for.")
    openers = ("half",) if path == "/second-factor" else OPENERS[need.who]
    for opener in openers:
        for runner in _faces(path, opener):
            yield Stop(route=path, opener=opener, runner=runner)


def _faces(path: str, opener: str) -> tuple[Person, ...]:
    """A runner's first page with each of its answers; every other page also where there is nothing to show yet."""
    if (path, opener) == ("/runners/{runner}", "runner"):
        return RUNNERS
    return (READY, NEWCOMER) if "{runner}" in path and "{run}" not in path else (READY,)
