"""House: what stands about the server itself: gateways gone silent, damage, old backups, urgent words unread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, text

from rules.signs.alert_kinds import Urgency
from server import alerts, audit
from server.alerts import Found
from server.storage import alerts as kept
from server.storage import channels, pairings, people
from server.storage.alerts import SERVER

PAGE_UNREAD = timedelta(minutes=15)  # expert default: a red flag that nobody has looked at
URGENT_UNREAD = timedelta(hours=12)  # the same for what is urgent and may wait for a morning
BACKUP_AGE = timedelta(hours=48)
GATEWAY = frozenset({"GATEWAY_SILENT"})
STATE = frozenset({"DAMAGED", "BACKUP_OLD"})
HOLDS = "The gateway {name} still holds packets of a run and has been silent since {since:%Y-%m-%d %H:%M} UTC. "
SWITCH_ON = "Please see that it is switched on and has its network; until then nobody can tell what follows."


def gateways(db: Session, now: datetime) -> None:
    """A gateway that holds packets and is silent: to the physios of those runners, and to the administrators."""
    silent = pairings.silent_with_packets(db, now)
    before = {one.runner_id for one in kept.open_everywhere(db, GATEWAY)}
    whose = {runner_id for beat in silent for runner_id, count in beat.held.items() if count} | {SERVER}
    for runner_id in sorted(whose | before):
        found = [
            _silent(db, beat, runner_id, now) for beat in silent if runner_id == SERVER or beat.held.get(runner_id)
        ]
        alerts.stand(db, runner_id, found, GATEWAY, now)


def escalate(db: Session, now: datetime) -> int:
    """Tell a second person of what is urgent and that no physio has looked at; returns how many were told."""
    told = 0
    for urgency, wait in ((Urgency.PAGE, PAGE_UNREAD), (Urgency.HIGH, URGENT_UNREAD)):
        for episode in kept.not_escalated(db, urgency, now - wait):
            heard = [one for one in kept.hearers(db, episode) if one.audience == "physio"]
            if not heard or any(one.seen_at or one.acknowledged_at for one in heard):
                continue
            seconds = _seconds(db, [one.person_id for one in heard])
            told += sum(alerts.tell(db, episode, person_id, "escalation", now) for person_id in seconds)
            kept.escalated(db, episode, now)
    return told


def damage(db: Session) -> list[str]:
    """What is wrong with the rows, in sentences; the slow part of the daily check."""
    found = []
    if db.get_bind().dialect.name == "sqlite":
        said = [row[0] for row in db.connection().execute(text("PRAGMA quick_check(5)"))]
        found += [f"The database file is damaged: {line}." for line in said if line != "ok"]
    broken = list(audit.broken_links(db))
    if broken:
        found.append(f"The audit does not hold: {broken[0]} ({len(broken)} in all.)")
    return found


def report(db: Session, damaged: list[str], backups: Path | None, now: datetime) -> None:
    """Tell the administrators of damage, and of backups that were not made."""
    admins = alerts.admins(db)
    sentences = [("DAMAGED", line) for line in damaged] + [("BACKUP_OLD", line) for line in _backup(backups, now)]
    alerts.stand(db, SERVER, [_of_server(db, code, line, admins, now) for code, line in sentences], STATE, now)


def _silent(db: Session, beat: pairings.Beat, runner_id: str, now: datetime) -> Found:
    words = HOLDS.format(name=beat.name, since=beat.at) + SWITCH_ON
    hearers = alerts.admins(db) if runner_id == SERVER else alerts.carers(db, runner_id, now)
    return Found(
        code="GATEWAY_SILENT",
        urgency=Urgency.NORMAL,
        episode=f"{runner_id}/GATEWAY_SILENT:{beat.gateway_id}/{beat.at:%Y-%m-%dT%H:%M:%S}",
        words={"physio": words},
        hearers=hearers,
    )


def _seconds(db: Session, first: list[str]) -> list[str]:
    """The deputies whom the physios named; where none did, the administrators."""
    named = {channels.wishes_of(db, person_id).deputy_id for person_id in first} - {None, *first}
    deputies = [one for one in sorted(filter(None, named)) if people.person(db, one) is not None]
    return deputies or [person_id for person_id, _ in alerts.admins(db) if person_id not in first]


def _backup(folder: Path | None, now: datetime) -> Iterator[str]:
    """Nothing is said where no folder is watched."""
    if folder is None:
        return
    newest = max((one.stat().st_mtime for one in folder.glob("*") if one.is_file()), default=None)
    if newest is None:
        yield f"There is no backup in {folder}."
    elif now.timestamp() - newest >= BACKUP_AGE.total_seconds():
        days = int((now.timestamp() - newest) // 86_400)
        yield f"The newest backup in {folder} is {days} days old."


def _of_server(db: Session, code: str, words: str, admins: list[tuple[str, str]], now: datetime) -> Found:
    before = kept.open_of(db, SERVER, [code])
    episode = before[0].episode if before else f"{SERVER}/{code}/{now.date()}"
    return Found(code=code, urgency=Urgency.HIGH, episode=episode, words={"physio": words}, hearers=admins)
