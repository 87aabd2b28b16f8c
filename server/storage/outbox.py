"""The outbox: letters that were written with what caused them, claimed under a lease and marked when they went."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, or_, update
from sqlmodel import Session, col, select

from server.storage.tables.alerts import OutboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one person. `key` goes with every try of it to the receiver."""

    runner_id: str
    key: str
    kind: str  # alert | escalation | digest | test
    person_id: str
    urgency: int
    episode: str | None = None
    pinned_channel_id: str | None = None
    due_at: datetime | None = None
    attempts: int = 0
    trouble: str | None = None
    written_at: datetime | None = None
    sent_at: datetime | None = None


def key_of(kind: str, episode: str, person_id: str) -> str:
    """The same for the same thing and the same reader, whoever asks and however often."""
    return hashlib.sha256("\n".join((kind, episode, person_id)).encode()).hexdigest()[:32]


def write(db: Session, letter: Letter, now: datetime, due_at: datetime | None = None) -> bool:
    """Put a letter in, due now unless said otherwise; False where it was written before."""
    if db.get(OutboxRow, (letter.runner_id, letter.key)) is not None:
        return False
    db.add(
        OutboxRow(
            runner_id=letter.runner_id,
            key=letter.key,
            kind=letter.kind,
            episode=letter.episode,
            person_id=letter.person_id,
            pinned_channel_id=letter.pinned_channel_id,
            urgency=letter.urgency,
            written_at=now,
            due_at=due_at or now,
        )
    )
    return True


def due(db: Session, now: datetime, most: int) -> list[Letter]:
    """Letters that are due and that nobody works on, the most urgent first; other processes pass them by meanwhile."""
    rows = db.exec(
        select(OutboxRow)
        .where(col(OutboxRow.due_at) <= now, _free(now))
        .order_by(col(OutboxRow.urgency).desc(), col(OutboxRow.due_at), col(OutboxRow.key))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [_letter(row) for row in rows]


def lease(db: Session, letter: Letter, owner: str, now: datetime, until: datetime) -> None:
    """This process works on it until then, and has tried it once more."""
    row = _row(db, letter)
    row.owner, row.lease_until, row.tried_at = owner, until, now
    row.attempts += 1
    db.add(row)


def postpone(db: Session, letter: Letter, until: datetime) -> None:
    row = _row(db, letter)
    row.due_at, row.lease_until, row.owner = until, None, None
    db.add(row)


def give_back(db: Session, letter: Letter, owner: str, until: datetime) -> None:
    """A letter that was claimed and, after all, not tried."""
    row = _row(db, letter)
    if row.owner == owner and row.sent_at is None:
        row.due_at, row.lease_until, row.owner = until, None, None
        row.attempts -= 1
        db.add(row)


def fold(db: Session, letter: Letter, digest_key: str) -> None:
    """It goes with this digest and not by itself."""
    row = _row(db, letter)
    row.due_at, row.digest_key = None, digest_key
    db.add(row)


def drop(db: Session, letter: Letter, why: str, now: datetime) -> None:
    """It is not to be sent any more, nor what lies in it."""
    for folded in in_digest(db, letter.key) if letter.kind == "digest" else ():
        drop(db, folded, why, now)
    row = _row(db, letter)
    row.due_at, row.lease_until, row.owner, row.dropped_at, row.trouble = None, None, None, now, why
    db.add(row)


def mark_sent(db: Session, letter: Letter, by: str, now: datetime) -> bool:
    """It went, and with a digest all that lay in it; False where it was marked before."""
    mark = update(OutboxRow).values(sent_at=now, sent_by=by, due_at=None, lease_until=None, trouble=None)
    own = mark.where(
        col(OutboxRow.runner_id) == letter.runner_id,
        col(OutboxRow.key) == letter.key,
        col(OutboxRow.sent_at).is_(None),
    )
    marked = _count(db, own)
    if letter.kind == "digest":
        _count(db, mark.where(col(OutboxRow.digest_key) == letter.key, col(OutboxRow.sent_at).is_(None)))
    return marked == 1


def mark_failed(db: Session, letter: Letter, owner: str, trouble: str, due_at: datetime) -> bool:
    """It did not go, and is due again then; False where somebody else works on it by now."""
    row = _row(db, letter)
    if row.owner != owner or row.sent_at is not None:
        return False
    row.due_at, row.lease_until, row.owner, row.trouble = due_at, None, None, trouble[:300]
    db.add(row)
    return True


def tried_since(db: Session, person_id: str, since: datetime, but: Letter) -> list[datetime]:
    """When each letter to this person that was sent or tried since then was so last, the oldest first."""
    query = (
        select(OutboxRow.tried_at)
        .where(OutboxRow.person_id == person_id, col(OutboxRow.tried_at) > since, OutboxRow.kind != "test")
        .where(or_(col(OutboxRow.key) != but.key, col(OutboxRow.runner_id) != but.runner_id))
        .order_by(col(OutboxRow.tried_at))
    )
    return [moment for moment in db.exec(query) if moment is not None]


def open_digest(db: Session, person_id: str) -> Letter | None:
    """The digest that still takes letters in: one that nobody has tried to send yet."""
    row = db.exec(
        select(OutboxRow)
        .where(OutboxRow.person_id == person_id, OutboxRow.kind == "digest", OutboxRow.attempts == 0)
        .where(col(OutboxRow.due_at).is_not(None))
        .order_by(col(OutboxRow.due_at).desc())
        .limit(1)
        .with_for_update()
    ).first()
    return None if row is None else _letter(row)


def in_digest(db: Session, digest_key: str) -> list[Letter]:
    rows = db.exec(select(OutboxRow).where(OutboxRow.digest_key == digest_key).order_by(col(OutboxRow.written_at)))
    return [_letter(row) for row in rows]


def find(db: Session, runner_id: str, key: str) -> Letter | None:
    row = db.get(OutboxRow, (runner_id, key))
    return None if row is None else _letter(row)


def waiting(db: Session, person_id: str) -> list[Letter]:
    """The letters to a person that have not gone yet and failed at least once."""
    rows = db.exec(
        select(OutboxRow).where(
            OutboxRow.person_id == person_id,
            col(OutboxRow.sent_at).is_(None),
            col(OutboxRow.dropped_at).is_(None),
            col(OutboxRow.trouble).is_not(None),
        )
    )
    return [_letter(row) for row in rows]


def counts(db: Session, now: datetime) -> dict[str, int]:
    """How many letters wait, are being sent, went and were dropped: for whoever watches the server."""
    lease_runs = col(OutboxRow.lease_until) > now
    state = {
        "waiting": (col(OutboxRow.due_at).is_not(None), _free(now)),
        "being sent": (lease_runs,),
        "sent": (col(OutboxRow.sent_at).is_not(None),),
        "dropped": (col(OutboxRow.dropped_at).is_not(None),),
    }
    return {
        name: db.exec(select(func.count()).select_from(OutboxRow).where(*where)).one() for name, where in state.items()
    }


def oldest(db: Session, now: datetime) -> float | None:
    """For how many seconds the letter that is overdue longest has been due; None where none is."""
    since = db.exec(select(func.min(OutboxRow.due_at)).where(col(OutboxRow.due_at) <= now)).one()
    return None if since is None else max(0.0, (now - since).total_seconds())


def forget(db: Session, before: datetime) -> int:
    """Take out the letters that went, or were dropped, before then."""
    rows = db.exec(
        select(OutboxRow).where(
            or_(col(OutboxRow.sent_at) < before, col(OutboxRow.dropped_at) < before), col(OutboxRow.due_at).is_(None)
        )
    ).all()
    for row in rows:
        db.delete(row)
    return len(rows)


def _free(now: datetime) -> Any:
    return or_(col(OutboxRow.lease_until).is_(None), col(OutboxRow.lease_until) <= now)


def _row(db: Session, letter: Letter) -> OutboxRow:
    return db.get_one(OutboxRow, (letter.runner_id, letter.key))


def _count(db: Session, statement: Any) -> int:
    done = db.connection().execute(statement)
    return done.rowcount if isinstance(done, CursorResult) else 0


def _letter(row: OutboxRow) -> Letter:
    return Letter(
        runner_id=row.runner_id,
        key=row.key,
        kind=row.kind,
        person_id=row.person_id,
        urgency=row.urgency,
        episode=row.episode,
        pinned_channel_id=row.pinned_channel_id,
        due_at=row.due_at,
        attempts=row.attempts,
        trouble=row.trouble,
        written_at=row.written_at,
        sent_at=row.sent_at,
    )
