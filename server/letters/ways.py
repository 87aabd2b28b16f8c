"""Ways: how a person adds, tries, orders and removes the channels by which they are called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from rules.signs.alert_kinds import Urgency
from server import audit
from server.letters.channel import BadChannel
from server.letters.channels import CHANNELS
from server.letters.postman import Postman
from server.pacing import Wishes, place
from server.problem import Problem, not_found
from server.storage import channels, outbox, people
from server.storage.alerts import SERVER
from server.storage.channels import Way
from server.storage.outbox import Letter
from server.storage.people import Person

MOST_WAYS = 10


def made(postman: Postman, person_id: str, new: str, kind: str, typed: Mapping[str, str]) -> tuple[Way, dict[str, str]]:
    """A channel from what was typed, and its configuration in the clear, this once. Raises Problem 422."""
    channel = CHANNELS.get(kind)
    if channel is None or kind == "web_push":
        raise Problem(422, "No such channel", "Choose one of the channels on the page.")
    try:
        config = channel.check(typed, postman.outward)
    except BadChannel as why:
        raise Problem(422, "Not acceptable", str(why)) from why
    way = Way(
        person_id=person_id,
        id=new,
        kind=kind,
        provider=channel.provider(config),
        shown=channel.shown(config),
        sealed=postman.keyring.seal(json.dumps(config)),
    )
    return way, config


def add(db: Session, person: Person, way: Way, now: datetime) -> None:
    """Raises Problem 422 where somebody has many already."""
    if len(channels.ways_of(db, person.id)) >= MOST_WAYS:
        raise Problem(422, "Enough", f"A person has at most {MOST_WAYS} channels; remove one first.")
    channels.add(db, way, now)
    audit.note(db, person.id, "channel added", {"channel": way.id, "kind": way.kind}, now)


def remove(db: Session, person: Person, way_id: str, now: datetime) -> None:
    if not channels.remove(db, person.id, way_id):
        raise not_found()
    audit.note(db, person.id, "channel removed", {"channel": way_id}, now)


def put_first(db: Session, person: Person, way_id: str) -> None:
    if channels.way(db, person.id, way_id) is None:
        raise not_found()
    channels.put_first(db, person.id, way_id)


def test(db: Session, person: Person, way_id: str, new: str, now: datetime) -> Letter:
    """Write a test letter for one channel; it goes out like every other, at any hour. Raises Problem 404."""
    if channels.way(db, person.id, way_id) is None:
        raise not_found()
    letter = Letter(
        runner_id=SERVER,
        key=outbox.key_of("test", new, person.id),
        kind="test",
        person_id=person.id,
        urgency=Urgency.NORMAL,
        pinned_channel_id=way_id,
    )
    outbox.write(db, letter, now)
    return letter


def save_wishes(db: Session, person: Person, wishes: Wishes, now: datetime) -> None:
    """Raises Problem 422 for a zone that no clock knows, or somebody who cannot be a second person."""
    if place(wishes.zone).key != wishes.zone:
        raise Problem(422, "No such zone", f"{wishes.zone[:40]!r} is no time zone, such as Europe/Berlin.")
    if wishes.deputy_id is not None and wishes.deputy_id not in {one.id for one in deputies(db, person)}:
        raise Problem(422, "Not possible", "The second person must be a physio or an administrator of this clinic.")
    channels.save_wishes(db, person.id, wishes)
    audit.note(db, person.id, "alert wishes changed", {"zone": wishes.zone, "detail": wishes.detail}, now)


def deputies(db: Session, person: Person) -> list[Person]:
    """Who may be told that this physio has not read something urgent."""
    if person.role != "physio":
        return []
    return [one for one in people.everybody(db) if one.role in ("physio", "admin") and one.id != person.id]
