"""Invitations: nobody has a password that somebody else chose; each person comes in by a link of their own, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from server.problem import Problem, not_found
from server.storage import people
from server.storage.people import Person

INVITED_FOR = timedelta(days=7)
FIRST_ADMIN_FOR = timedelta(minutes=15)
MAY_INVITE = {"admin": ("admin", "physio", "runner"), "physio": ("runner",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What is random, as arguments: a person's id, and the secret of their link."""

    person_id: str
    link: str


def first_admin(db: Session, name: str, fresh: Fresh, now: datetime) -> bool:
    """A link for the first administrator; False where there is one already. Check and creation are one transaction."""
    if people.has_admin(db):
        return False
    people.add_person(db, Person(id=fresh.person_id, name=name, role="admin"), now)
    people.add_entry(db, fresh.link, fresh.person_id, now + FIRST_ADMIN_FOR)
    return True


def invite(db: Session, host: Person, name: str, role: str, fresh: Fresh, now: datetime) -> Person:
    """A new person and their link; a physio who invites a runner asks for access by it. Raises Problem 403 or 422."""
    if role not in MAY_INVITE.get(host.role, ()):
        raise Problem(403, "Not yours to invite", f"A {host.role} does not invite a {role or 'person without a role'}.")
    name = " ".join(name.split())
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise Problem(422, "A name, please", "The name needs 1 to 64 letters.")
    person = Person(id=fresh.person_id, name=name, role=role)
    people.add_person(db, person, now)
    people.add_entry(db, fresh.link, person.id, now + INVITED_FOR)
    if host.role == "physio":
        people.ask_consent(db, person.id, host.id, now)
    return person


def new_link(db: Session, host: Person, person_id: str, link: str, now: datetime) -> Person:
    """A new link for somebody who lost theirs; every earlier login and link of theirs ends. Raises Problem 404."""
    person = people.person(db, person_id)
    if person is None or not _may_renew(db, host, person):
        raise not_found()
    people.end_logins(db, person.id)
    people.add_entry(db, link, person.id, now + INVITED_FOR)
    return person


def _may_renew(db: Session, host: Person, person: Person) -> bool:
    return host.role == "admin" or (host.role == "physio" and people.cares_for(db, host.id, person.id))
