"""Covers: a second physio stands in while the first is away; the runner is told, and may say no."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from server import audit
from server.problem import Problem, not_found
from server.storage import covers, people
from server.storage.covers import Cover
from server.storage.people import Person

LONGEST = timedelta(days=92)  # whoever is away for longer hands over, and the runner is asked


def arrange(
    db: Session,
    by: Person,
    absent_id: str,
    physio_id: str,
    since: datetime,
    until: datetime,
    cover_id: str,
    now: datetime,
) -> int:
    """Let a physio of the same clinic stand in for every runner of another; how many runners that are.

    Raises Problem 404 where it is not theirs to arrange, 422 for a time that cannot be.
    """
    absent, physio = people.person(db, absent_id), people.person(db, physio_id)
    if not _may_arrange(by, absent) or absent is None or not _is_colleague(db, absent, physio, now):
        raise not_found()
    if not (now < until and since < until and until - since <= LONGEST):
        raise Problem(
            422, "When", f"An absence ends later than it begins and now, and lasts {LONGEST.days} days at most."
        )
    runners = people.runners_of(db, absent_id)
    for runner in runners:
        cover = Cover(
            runner_id=runner.id, id=cover_id, physio_id=physio_id, absent_id=absent_id, since=since, until=until,
            said_at=now,
        )  # fmt: skip
        covers.add(db, cover)
        words = {"physio": physio_id, "for": absent_id, "from": since.isoformat(), "until": until.isoformat()}
        audit.note(db, by.id, "cover arranged", words, now, runner_id=runner.id)
    return len(runners)


def end(db: Session, by: Person, cover_id: str, now: datetime) -> None:
    """The absence is over sooner, or the one who stands in cannot. Raises Problem 404."""
    ending = [cover for cover in _arranged(db, by, now) if cover.id == cover_id]
    if not ending:
        raise not_found()
    for cover in ending:
        _end(db, by, cover, now)


def refuse(db: Session, runner: Person, cover_id: str, now: datetime) -> None:
    """The runner does not want this physio to stand in. Raises Problem 404."""
    ending = [cover for cover in covers.of_runner(db, runner.id, now) if cover.id == cover_id]
    if not ending:
        raise not_found()
    for cover in ending:
        _end(db, runner, cover, now)


def arranged(db: Session, by: Person, now: datetime) -> list[Cover]:
    """What this person may end, one entry for each absence."""
    return list({cover.id: cover for cover in _arranged(db, by, now)}.values())


def _arranged(db: Session, by: Person, now: datetime) -> list[Cover]:
    if by.role == "admin":
        physios = [one for one in people.everybody(db, by.clinic_id) if one.role == "physio"]
        return [cover for one in physios for cover in covers.of_absent(db, one.id, now)]
    return [*covers.of_absent(db, by.id, now), *covers.of_physio(db, by.id, now)]


def _end(db: Session, by: Person, cover: Cover, now: datetime) -> None:
    covers.end(db, cover, now)
    audit.note(db, by.id, "cover ended", {"physio": cover.physio_id}, now, runner_id=cover.runner_id)


def _may_arrange(by: Person, absent: Person | None) -> bool:
    if absent is None or absent.role != "physio":
        return False
    return by.id == absent.id or (by.role == "admin" and by.clinic_id == absent.clinic_id)


def _is_colleague(db: Session, absent: Person, physio: Person | None, now: datetime) -> bool:
    if physio is None or physio.role != "physio" or physio.id == absent.id:
        return False
    return physio.clinic_id == absent.clinic_id and people.is_member(db, physio.id, now)
