"""People: who there is, how somebody comes in, who stands in for whom, and what a runner answers about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server import audit
from server.api import asking
from server.keys import CLOCK, NEW_TOKEN
from server.pages import frame
from server.people import covers, invitations
from server.people.invitations import MAY_INVITE, Fresh
from server.problem import Problem, not_found
from server.storage import covers as kept
from server.storage import people
from server.storage.covers import Cover
from server.storage.people import Clinic, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a host sees of the clinic's people; `until` says when somebody left."""

    host: Person
    people: list[Person]
    left: frozenset[str]
    physios: list[Person]
    covers: list[tuple[Cover, str, str]]
    clinics: list[Clinic]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /people: for who may invite; GET /access is the runner's own page of who sees their runs."""
    return await _page(request, await asking.read_own(request, _known))


async def invite(request: web.Request) -> web.StreamResponse:
    """POST /people: a new person; the page shows their link, this once."""
    fields = {name: str(value) for name, value in (await request.post()).items()}
    fresh = Fresh(person_id=f"p-{request.app[NEW_TOKEN]()[:16]}", link=request.app[NEW_TOKEN]())

    def work(db: Session, host: Person, now: datetime) -> Person:
        clinic = fields.get("clinic") or None
        return invitations.invite(db, host, fields.get("name", ""), fields.get("role", ""), fresh, now, clinic)

    return await _with_link(request, work, fresh.link)


async def new_link(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/link: a new link; the old ones and every login end."""
    link = request.app[NEW_TOKEN]()
    person_id = request.match_info["person"]
    return await _with_link(request, lambda db, host, now: invitations.new_link(db, host, person_id, link, now), link)


async def lost_factors(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/second-factor: they lost every one; a new one is set up at the next login."""
    person_id = request.match_info["person"]
    await asking.write_own(request, lambda db, host, now: invitations.lost_factors(db, host, person_id, now))
    raise web.HTTPSeeOther("/people")


async def change_role(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/role."""
    person_id, role = request.match_info["person"], str((await request.post()).get("role", ""))
    await asking.write_own(request, lambda db, host, now: invitations.change_role(db, host, person_id, role, now))
    raise web.HTTPSeeOther("/people")


async def leave(request: web.Request) -> web.StreamResponse:
    """POST /people/{person}/leave: from their next request on they see nothing."""
    person_id = request.match_info["person"]
    await asking.write_own(request, lambda db, host, now: invitations.leave(db, host, person_id, now))
    raise web.HTTPSeeOther("/people")


async def new_clinic(request: web.Request) -> web.StreamResponse:
    """POST /clinics: another clinic on this server; its first administrator is invited into it."""
    clinic_id, name = f"k-{request.app[NEW_TOKEN]()[:16]}", str((await request.post()).get("name", ""))
    await asking.write_own(request, lambda db, host, now: invitations.new_clinic(db, host, clinic_id, name, now))
    raise web.HTTPSeeOther("/people")


async def cover(request: web.Request) -> web.StreamResponse:
    """POST /covers: a colleague stands in, from the first day to the end of the last one (days of UTC)."""
    fields = {name: str(value) for name, value in (await request.post()).items()}
    first, last = _day(fields.get("first", "")), _day(fields.get("last", "")) + timedelta(days=1)
    cover_id = request.app[NEW_TOKEN]()[:16]

    def work(db: Session, host: Person, now: datetime) -> int:
        absent = fields.get("absent") or host.id
        return covers.arrange(db, host, absent, fields.get("physio", ""), max(first, now), last, cover_id, now)

    await asking.write_own(request, work)
    raise web.HTTPSeeOther("/people")


async def end_cover(request: web.Request) -> web.StreamResponse:
    """POST /covers/{cover}/end."""
    cover_id = request.match_info["cover"]
    await asking.write_own(request, lambda db, host, now: covers.end(db, host, cover_id, now))
    raise web.HTTPSeeOther("/people")


async def who_sees_me(request: web.Request) -> web.StreamResponse:
    """GET /access: who asked, who sees this runner's runs, and who stands in."""
    person, asked, carers, standing_in = await asking.read_own(request, _doors)
    await frame.reader_for(request, person)
    return frame.page(request, "access.html", person=person, asking=asked, carers=carers, covers=standing_in)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /access: grant, decline or withdraw, or what is said of who stands in."""
    fields = await request.post()
    said, about = str(fields.get("answer", "")), str(fields.get("physio", "") or fields.get("cover", ""))
    await asking.write_own(request, lambda db, runner, now: _answer(db, _runner(runner), about, said, now))
    raise web.HTTPSeeOther("/access")


def _known(db: Session, host: Person, now: datetime) -> Known:
    if host.role not in MAY_INVITE:
        raise not_found()
    colleagues = people.everybody(db, host.clinic_id)
    known = colleagues if host.role == "admin" else people.runners_seen_by(db, host.id, now)
    names = {one.id: one.name for one in colleagues}
    physios = [one for one in colleagues if one.role == "physio" and people.is_member(db, one.id, now)]
    return Known(
        host=host,
        people=known,
        left=frozenset(one.id for one in known if not people.is_member(db, one.id, now)),
        physios=physios,
        covers=[(one, names[one.physio_id], names[one.absent_id]) for one in covers.arranged(db, host, now)],
        clinics=people.clinics(db) if host.role == "admin" else [],
    )


async def _with_link(
    request: web.Request, work: Callable[[Session, Person, datetime], Person], link: str
) -> web.StreamResponse:
    def transaction(db: Session, host: Person, now: datetime) -> tuple[Person, Known]:
        invited = work(db, host, now)
        return invited, _known(db, host, now)

    invited, known = await asking.write_own(request, transaction)
    url = str(request.url.origin().with_path(f"/enter/{link}"))
    return await _page(request, known, invited=invited, link=url)


async def _page(
    request: web.Request, known: Known, invited: Person | None = None, link: str = ""
) -> web.StreamResponse:
    reader = await frame.reader_for(request, known.host)
    facts: dict[str, Any] = {"known": known, "roles": MAY_INVITE[known.host.role], "invited": invited, "link": link}
    return frame.page(
        request, "people.html", person=known.host, today=reader.local(request.app[CLOCK]()).date(), **facts
    )


def _doors(
    db: Session, person: Person, now: datetime
) -> tuple[Person, list[Person], list[Person], list[tuple[Cover, str, str]]]:
    runner = _runner(person)
    standing_in = [
        (one, _name(db, one.physio_id), _name(db, one.absent_id)) for one in kept.of_runner(db, runner.id, now)
    ]
    return runner, people.asking_for(db, runner.id), people.carers_of(db, runner.id), standing_in


def _answer(db: Session, runner: Person, about: str, said: str, now: datetime) -> None:
    match said:
        case "withdraw":
            people.withdraw_consent(db, runner.id, about, now)
            audit.note(db, runner.id, "consent withdrawn", {"physio": about}, now, runner_id=runner.id)
        case "grant" | "decline":
            if not people.answer_consent(db, runner.id, about, now, granted=said == "grant"):
                raise not_found()
            done = "consent given" if said == "grant" else "consent declined"
            audit.note(db, runner.id, done, {"physio": about}, now, runner_id=runner.id)
        case "read":
            kept.seen(db, runner.id, now)
        case "refuse":
            covers.refuse(db, runner, about, now)
        case _:
            raise Problem(422, "Say which", "Choose to allow or to refuse.")


def _runner(person: Person) -> Person:
    if person.role != "runner":
        raise not_found()
    return person


def _name(db: Session, person_id: str) -> str:
    found = people.person(db, person_id)
    return found.name if found else "somebody"


def _day(text: str) -> datetime:
    """The beginning of a day. Raises Problem 422."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError as why:
        raise Problem(422, "Which day", "Give the first and the last day, such as 2026-04-30.") from why
