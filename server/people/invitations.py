"""Invitations: nobody has a password that somebody else chose; each person comes in by a link of their own, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from server import audit
from server.people import factors, logins, names
from server.problem import Problem, not_found
from server.storage import covers, doors, people
from server.storage.people import Clinic, Person

INVITED_FOR = timedelta(days=7)
FIRST_ADMIN_FOR = timedelta(minutes=15)
RESET_FOR = timedelta(minutes=30)
MAY_INVITE = {"admin": ("admin", "physio", "runner"), "physio": ("runner",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What is random, as arguments: a person's id, and the secret of their link."""

    person_id: str
    link: str


def first_admin(db: Session, name: str, fresh: Fresh, now: datetime) -> bool:
    """Make a link for the first administrator. False if somebody has already come in as an administrator.

    While the only administrator has never come in, the link is made again and the earlier one ends. Check and creation
    are one transaction.
    """
    admin_ids = people.admin_ids(db)
    if len(admin_ids) > 1 or any(_has_come_in(db, admin_id) for admin_id in admin_ids):
        return False
    if not admin_ids:
        people.add_person(db, Person(id=fresh.person_id, name=names.required(name), role="admin"), now)
    person_id = admin_ids[0] if admin_ids else fresh.person_id
    people.end_entries(db, person_id)
    people.add_entry(db, fresh.link, person_id, now + FIRST_ADMIN_FOR)
    audit.note(db, audit.SERVER, "first administrator invited", {"person": person_id}, now)
    return True


def _has_come_in(db: Session, person_id: str) -> bool:
    """Whether the person ever used a link or set a password; a login that has ended since leaves those behind."""
    return people.has_used_entry(db, person_id) or doors.password_of(db, person_id) is not None


def invite(
    db: Session, host: Person, name: str, role: str, fresh: Fresh, now: datetime, clinic_id: str | None = None
) -> Person:
    """A new person and their link; a physio who invites a runner asks for access by it. Raises Problem 403 or 422."""
    if role not in MAY_INVITE.get(host.role, ()):
        raise Problem(403, "Not yours to invite", f"A {host.role} does not invite a {role or 'person without a role'}.")
    clinic = _clinic(db, host, role, clinic_id)
    person = Person(id=fresh.person_id, name=names.required(name), role=role, clinic_id=clinic)
    people.add_person(db, person, now)
    people.add_entry(db, fresh.link, person.id, now + INVITED_FOR)
    audit.note(db, host.id, "invited", {"person": person.id, "role": role}, now, runner_id=_runner_id(person))
    if host.role == "physio":
        people.ask_consent(db, person.id, host.id, now)
    return person


def new_clinic(db: Session, host: Person, clinic_id: str, name: str, now: datetime) -> None:
    """Another clinic on the same server; its people see nothing of this one's."""
    people.add_clinic(db, Clinic(id=clinic_id, name=names.required(name)), now)
    audit.note(db, host.id, "clinic added", {"clinic": clinic_id}, now)


def new_link(db: Session, host: Person, person_id: str, link: str, now: datetime) -> Person:
    """A link for somebody who cannot come in; every earlier login and link of theirs ends. Raises Problem 404.

    Whoever has a password gets half an hour to set a new one; whoever has none is invited once more.
    """
    person = _theirs(db, host, person_id, now)
    logins.end_everything(db, person.id, now)
    people.end_entries(db, person.id)
    has_password = doors.password_of(db, person.id) is not None
    kind, lives = ("reset", RESET_FOR) if has_password else ("invitation", INVITED_FOR)
    people.add_entry(db, link, person.id, now + lives, kind=kind)
    audit.note(db, host.id, "link made", {"for": person.id, "kind": kind}, now, runner_id=_runner_id(person))
    return person


def lost_factors(db: Session, host: Person, person_id: str, now: datetime) -> Person:
    """Somebody lost every second factor: they log in with their password and set up a new one. Raises Problem 404."""
    person = _theirs(db, host, person_id, now)
    factors.remove_all(db, host, person, now)
    logins.end_everything(db, person.id, now)
    return person


def change_role(db: Session, host: Person, person_id: str, role: str, now: datetime) -> None:
    """A physio becomes an administrator, or the other way round; they log in anew. Raises Problem 404, 409 or 422."""
    person = _colleague(db, host, person_id)
    if role not in ("admin", "physio"):
        raise Problem(422, "Which role", "A colleague is a physio or an administrator.")
    if person.role == "physio" and role != "physio":
        _end_care(db, host, person, now)
    people.change_role(db, person.id, role)
    logins.end_everything(db, person.id, now)
    audit.note(db, host.id, "role changed", {"person": person.id, "from": person.role, "to": role}, now)


def leave(db: Session, host: Person, person_id: str, now: datetime) -> None:
    """Somebody leaves the clinic: from the next request on they see nothing. Raises Problem 404."""
    person = _colleague(db, host, person_id)
    people.member_until(db, person.id, now)
    people.end_entries(db, person.id)
    logins.end_everything(db, person.id, now)
    _end_care(db, host, person, now)
    audit.note(db, host.id, "left the clinic", {"person": person.id}, now)


def _end_care(db: Session, host: Person, physio: Person, now: datetime) -> None:
    """Consent was to a physio of this clinic; whoever comes back asks again."""
    for runner_id in people.end_care_by(db, physio.id, now):
        audit.note(db, host.id, "consent ended", {"physio": physio.id}, now, runner_id=runner_id)
    for cover in [*covers.of_physio(db, physio.id, now), *covers.of_absent(db, physio.id, now)]:
        covers.end(db, cover, now)


def _theirs(db: Session, host: Person, person_id: str, now: datetime) -> Person:
    """Whom this host may let in again: anybody of an administrator's clinic, or a runner in a physio's care."""
    person = people.person(db, person_id)
    if person is None or person.id == host.id or person.clinic_id != host.clinic_id:
        raise not_found()
    if not people.is_member(db, person.id, now):
        raise not_found()
    if host.role != "admin" and not (host.role == "physio" and people.cares_for(db, host.id, person.id, now)):
        raise not_found()
    return person


def _colleague(db: Session, host: Person, person_id: str) -> Person:
    person = people.person(db, person_id)
    if host.role != "admin" or person is None or person.clinic_id != host.clinic_id or person.role == "runner":
        raise not_found()
    if person.id == host.id:
        raise Problem(409, "Not yourself", "Another administrator does this for you.")
    return person


def _clinic(db: Session, host: Person, role: str, clinic_id: str | None) -> str:
    """The host's own clinic; an administrator may also name a new one, which is still empty, for its first one."""
    if clinic_id in (None, "", host.clinic_id):
        return host.clinic_id
    is_there = clinic_id in {clinic.id for clinic in people.clinics(db)}
    if (host.role, role) != ("admin", "admin") or not is_there or people.everybody(db, clinic_id):
        raise not_found()
    return str(clinic_id)


def _runner_id(person: Person) -> str | None:
    return person.id if person.role == "runner" else None
