"""Alerts as they stand, and what each person who hears them did with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from server.storage.tables.alerts import AlertRow, HearingRow

SERVER = "server"  # in the place of a runner, where an alert is about none


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One alert of one runner (or of the server), for as long as it is the same thing.

    With `baseline_at` it was true when the rules changed, and nobody was notified; `baseline_sha256` is the hash of the
    answers that it rested on then.
    """

    runner_id: str
    episode: str
    id: str
    code: str
    urgency: int
    words: Mapping[str, str]
    session_id: str | None
    raised_at: datetime
    closed_at: datetime | None = None
    baseline_at: datetime | None = None
    baseline_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What one person hears of an episode, and what they did with it."""

    episode: Episode
    person_id: str
    audience: str
    seen_at: datetime | None
    snoozed_until: datetime | None
    acknowledged_at: datetime | None

    @property
    def words(self) -> str:
        """The sentence for this person; an administrator hears the one for physios."""
        words = self.episode.words
        return words.get(self.audience) or words.get("physio") or next(iter(words.values()), "")

    def is_unread(self, now: datetime) -> bool:
        """Neither seen nor acknowledged; what was snoozed comes back as unread, and a baseline is never so."""
        if self.episode.baseline_at is not None:
            return False
        if self.snoozed_until is not None and self.acknowledged_at is None:
            return now >= self.snoozed_until
        return self.seen_at is None and self.acknowledged_at is None


def open_of(db: Session, runner_id: str, codes: Collection[str]) -> list[Episode]:
    """The episodes of these codes that stand."""
    rows = db.exec(
        select(AlertRow)
        .where(AlertRow.runner_id == runner_id, col(AlertRow.closed_at).is_(None), col(AlertRow.code).in_(list(codes)))
        .order_by(col(AlertRow.raised_at), col(AlertRow.episode))
    )
    return [_episode(row) for row in rows]


def open_everywhere(db: Session, codes: Collection[str]) -> list[Episode]:
    """The episodes of these codes that stand, of every runner."""
    rows = db.exec(select(AlertRow).where(col(AlertRow.closed_at).is_(None), col(AlertRow.code).in_(list(codes))))
    return [_episode(row) for row in rows]


def find(db: Session, runner_id: str, episode: str) -> Episode | None:
    row = db.get(AlertRow, (runner_id, episode))
    return None if row is None else _episode(row)


def raise_(db: Session, found: Episode) -> None:
    """Keep a new episode; one that comes back after a pause under its old name stands again."""
    row = db.get(AlertRow, (found.runner_id, found.episode))
    if row is not None:
        row.closed_at = None
        db.add(row)
        return
    db.add(
        AlertRow(
            runner_id=found.runner_id,
            episode=found.episode,
            id=found.id,
            code=found.code,
            urgency=found.urgency,
            words=dict(found.words),
            session_id=found.session_id,
            raised_at=found.raised_at,
            baseline_at=found.baseline_at,
            baseline_sha256=found.baseline_sha256,
        )
    )


def baseline_of(db: Session, runner_id: str) -> list[Episode]:
    """The standing episodes of a runner that nobody was notified of, the most urgent first."""
    rows = db.exec(
        select(AlertRow)
        .where(
            AlertRow.runner_id == runner_id, col(AlertRow.closed_at).is_(None), col(AlertRow.baseline_at).is_not(None)
        )
        .order_by(col(AlertRow.urgency).desc(), col(AlertRow.raised_at), col(AlertRow.episode))
    )
    return [_episode(row) for row in rows]


def end_baseline(db: Session, episode: Episode) -> None:
    """Something new happened: from now on it is an alert like any other."""
    row = db.get_one(AlertRow, (episode.runner_id, episode.episode))
    row.baseline_at = row.baseline_sha256 = None
    row.raised_at, row.words, row.urgency = episode.raised_at, dict(episode.words), episode.urgency
    db.add(row)


def close(db: Session, found: Episode, now: datetime) -> None:
    row = db.get_one(AlertRow, (found.runner_id, found.episode))
    row.closed_at = now
    db.add(row)


def add_hearer(db: Session, found: Episode, person_id: str, audience: str) -> bool:
    """Somebody who must hear it; False where they are on the list already."""
    key = (found.runner_id, found.episode, person_id)
    if db.get(HearingRow, key) is not None:
        return False
    db.add(HearingRow(runner_id=found.runner_id, episode=found.episode, person_id=person_id, audience=audience))
    return True


def hearing(db: Session, runner_id: str, episode: str, person_id: str) -> Hearing | None:
    row = db.get(HearingRow, (runner_id, episode, person_id))
    found = find(db, runner_id, episode)
    return None if row is None or found is None else _hearing(found, row)


def hearing_by_id(db: Session, alert_id: str, person_id: str) -> Hearing | None:
    """What this person hears under the id of an alert."""
    row = db.exec(select(AlertRow).where(AlertRow.id == alert_id)).first()
    return None if row is None else hearing(db, row.runner_id, row.episode, person_id)


def hearings_of(
    db: Session, person_id: str, most: int, *, only_open: bool = False, after: tuple[datetime, str] | None = None
) -> list[Hearing]:
    """What a person hears, the newest first, those after (raised_at, id) of the last one of a page."""
    query = (
        select(AlertRow, HearingRow)
        .join(
            HearingRow,
            and_(
                col(HearingRow.runner_id) == col(AlertRow.runner_id), col(HearingRow.episode) == col(AlertRow.episode)
            ),
        )
        .where(HearingRow.person_id == person_id)
        .order_by(col(AlertRow.raised_at).desc(), col(AlertRow.id).desc())
        .limit(most)
    )
    if only_open:
        query = query.where(col(AlertRow.closed_at).is_(None))
    if after is not None:
        at, last = after
        query = query.where(
            or_(col(AlertRow.raised_at) < at, and_(col(AlertRow.raised_at) == at, col(AlertRow.id) < last))
        )
    return [_hearing(_episode(alert), row) for alert, row in db.exec(query)]


def mark(
    db: Session,
    heard: Hearing,
    *,
    seen_at: datetime | None = None,
    snoozed_until: datetime | None = None,
    acknowledged_at: datetime | None = None,
) -> None:
    """What the person did; a first look stays the first one."""
    row = db.get_one(HearingRow, (heard.episode.runner_id, heard.episode.episode, heard.person_id))
    row.seen_at = row.seen_at or seen_at
    row.snoozed_until = snoozed_until if snoozed_until or acknowledged_at else row.snoozed_until
    row.acknowledged_at = row.acknowledged_at or acknowledged_at
    db.add(row)


def hearers(db: Session, found: Episode) -> list[Hearing]:
    """Everybody who hears it: who saw it, and when."""
    rows = db.exec(
        select(HearingRow)
        .where(HearingRow.runner_id == found.runner_id, HearingRow.episode == found.episode)
        .order_by(col(HearingRow.person_id))
    )
    return [_hearing(found, row) for row in rows]


def not_escalated(db: Session, urgency: int, before: datetime) -> list[Episode]:
    """The standing episodes of at least this urgency, raised before then, of which no second person was told."""
    rows = db.exec(
        select(AlertRow).where(
            AlertRow.urgency >= urgency,
            col(AlertRow.raised_at) <= before,
            col(AlertRow.closed_at).is_(None),
            col(AlertRow.escalated_at).is_(None),
            col(AlertRow.baseline_at).is_(None),
        )
    )
    return [_episode(row) for row in rows]


def escalated(db: Session, found: Episode, now: datetime) -> None:
    row = db.get_one(AlertRow, (found.runner_id, found.episode))
    row.escalated_at = now
    db.add(row)


def _episode(row: AlertRow) -> Episode:
    return Episode(
        runner_id=row.runner_id,
        episode=row.episode,
        id=row.id,
        code=row.code,
        urgency=row.urgency,
        words=row.words,
        session_id=row.session_id,
        raised_at=row.raised_at,
        closed_at=row.closed_at,
        baseline_at=row.baseline_at,
        baseline_sha256=row.baseline_sha256,
    )


def _hearing(found: Episode, row: HearingRow) -> Hearing:
    return Hearing(
        episode=found,
        person_id=row.person_id,
        audience=row.audience,
        seen_at=row.seen_at,
        snoozed_until=row.snoozed_until,
        acknowledged_at=row.acknowledged_at,
    )
