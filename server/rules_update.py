"""Rules update: the first decision about each runner under a new version of the rules, and one summary per physio."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from rules.signs.alert_kinds import Urgency
from rules.version import RULES_VERSION
from server import alerts, review, rules_update_text
from server.rules_update_text import Line, Summary
from server.storage import alerts as kept
from server.storage import people, rules_updates
from server.storage.alerts import SERVER, Episode
from server.storage.people import Person
from server.storage.rules_updates import RulesUpdate

CODE = "RULES_UPDATED"
WAIT = timedelta(hours=24)  # specification: for runners who cannot be decided on, such as one whose run never arrives
OPEN_FOR = timedelta(days=28)


def runners_to_decide(db: Session) -> list[str]:
    """The runners whose last decision is of an earlier version of the rules."""
    return rules_updates.not_updated(db, RULES_VERSION)


def decide_first(db: Session, runner_id: str, now: datetime) -> None:
    """Decide on a runner for the first time under this version, once: what it finds beyond the last version is not
    new, so nobody is notified of it, except of a red flag.
    """
    runner = people.person(db, runner_id)
    if runner is not None and rules_updates.begin(db, runner_id, RULES_VERSION, now):
        review.record(db, review.look(db, runner, now), baseline=True)


def is_recent(db: Session, now: datetime) -> bool:
    """Whether this version began to decide a short while ago, so that summaries have to be sent, or closed."""
    began_at = rules_updates.began_at(db, RULES_VERSION)
    return began_at is not None and now - began_at < OPEN_FOR + WAIT


def send_summaries(db: Session, now: datetime) -> int:
    """Write one summary to each physio whose runners are all decided on, or after a day; returns how many.

    A physio for whom nothing changed finds it under Alerts, and gets no message.
    """
    began_at = rules_updates.began_at(db, RULES_VERSION)
    if began_at is None or now - began_at >= OPEN_FOR:
        _close(db, now)
        return 0
    updates = {update.runner_id: update for update in rules_updates.of_version(db, RULES_VERSION)}
    written = 0
    for physio in people.everybody(db):
        if physio.role == "physio" and kept.find(db, SERVER, _episode_of(physio)) is None:
            written += _send(db, physio, updates, is_late=now - began_at >= WAIT, now=now)
    return written


def summary(db: Session, physio: Person, now: datetime) -> Summary:
    """What this version changed for the runners in a physio's care."""
    updates = {update.runner_id: update for update in rules_updates.of_version(db, RULES_VERSION)}
    return _summary(db, physio, updates, now)


def is_summary(episode: Episode) -> bool:
    """Whether an alert is the summary of the version that decides now."""
    return episode.code == CODE and episode.episode.startswith(f"{SERVER}/{CODE}/{RULES_VERSION}/")


def _send(db: Session, physio: Person, updates: dict[str, RulesUpdate], *, is_late: bool, now: datetime) -> bool:
    mine = [updates[runner.id] for runner in people.runners_seen_by(db, physio.id, now) if runner.id in updates]
    if not mine or not (is_late or all(update.completed_at for update in mine)):
        return False
    summarized = _summary(db, physio, updates, now)
    episode = Episode(
        runner_id=SERVER,
        episode=_episode_of(physio),
        id=alerts.alert_id(_episode_of(physio), SERVER),
        code=CODE,
        urgency=Urgency.NORMAL if summarized.lines else Urgency.LOW,
        words={"physio": rules_update_text.headline(summarized)},
        session_id=None,
        raised_at=now,
    )
    kept.raise_(db, episode)
    kept.add_hearer(db, episode, physio.id, "physio")
    if summarized.lines:
        alerts.tell(db, episode, physio.id, "alert", now)
    return True


def _summary(db: Session, physio: Person, updates: dict[str, RulesUpdate], now: datetime) -> Summary:
    runners = people.runners_seen_by(db, physio.id, now)
    seen = [(runner, updates[runner.id]) for runner in runners if runner.id in updates]
    lines = [Line(runner=runner, update=update, noticed=_noticed(db, update)) for runner, update in seen]
    return Summary(
        total=len(seen),
        changed=sum(update.is_changed for _, update in seen),
        undecided=sum(update.decision is None for _, update in seen),
        lines=[line for line in lines if line.update.is_changed or line.noticed],
    )


def _noticed(db: Session, update: RulesUpdate) -> list[Episode]:
    """What the new version notices and nobody was notified of, without what the decision itself is about."""
    reasons = update.verdict["reasons"] if update.verdict and update.is_changed else []
    decisive = {(reason["code"], reason["session_id"]) for reason in reasons[:1]}
    return [
        episode
        for episode in kept.baseline_of(db, update.runner_id)
        if "physio" in episode.words and (episode.code, episode.session_id) not in decisive
    ]


def _episode_of(physio: Person) -> str:
    return f"{SERVER}/{CODE}/{RULES_VERSION}/{physio.id}"


def _close(db: Session, now: datetime) -> None:
    """After four weeks a summary is history."""
    for episode in kept.open_of(db, SERVER, [CODE]):
        kept.close(db, episode, now)
