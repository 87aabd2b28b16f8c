"""Delivery: which letters go now, by which way, in which words; each decision is a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from rules.signs.alert_kinds import Urgency
from server import alerts, pacing, rules_update, rules_update_text
from server.letters.channel import Message
from server.pacing import AN_HOUR_MOST, HOUR
from server.storage import alerts as kept
from server.storage import channels, outbox, people
from server.storage.alerts import SERVER
from server.storage.channels import Way
from server.storage.outbox import Letter

NO_WAY_YET = timedelta(minutes=30)  # somebody without a channel may add one
NO_WAY = "There is no channel to this person; what they must hear waits in the service."
CALL = "Something in Stridegate needs you now. Please open it."
PLEASE_OPEN = "There is something new for you in Stridegate. Please open it."
SEVERAL = "There are {number} new things for you in Stridegate. Please open it."
TEST = "This is a test from Stridegate. Alerts will reach you this way."
SECOND = (
    "An urgent alert for {name} in Stridegate has not been read yet. Please make sure that somebody looks at it now."
)
DIGEST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A letter that this process has leased, with the way it goes and what it says."""

    letter: Letter
    way: Way
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Providers that get no letter at the moment, and until when: those that failed, and those with a full queue."""

    resting: Mapping[str, datetime]
    busy: Mapping[str, datetime]

    def until(self, provider: str, urgency: int, now: datetime) -> datetime | None:
        """None where it may go now. A red flag waits for no queue, and for a rest no longer than the first one."""
        rest = self.resting.get(provider)
        if urgency >= Urgency.PAGE:
            return None if rest is None else min(rest, now + pacing.FIRST_WAIT)
        return rest or self.busy.get(provider)


NOTHING_CLOSED = Closed(resting={}, busy={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was claimed; `looked_at` letters were decided upon, so that as many as were asked for means: look again."""

    parcels: tuple[Parcel, ...]
    looked_at: int


def take(db: Session, owner: str, now: datetime, most: int, closed: Closed) -> Taken:
    """Claim letters that are due under a lease; the others are put off, folded into a digest or dropped."""
    letters = outbox.due(db, now, most)
    taken = [_decide(db, letter, owner, now, closed) for letter in letters]
    return Taken(parcels=tuple(parcel for parcel in taken if parcel is not None), looked_at=len(letters))


def delivered(db: Session, parcel: Parcel, now: datetime) -> bool:
    """It went: that is true whoever holds the lease by now."""
    channels.worked(db, parcel.way, now)
    return outbox.mark_sent(db, parcel.letter, parcel.way.kind, now)


def undelivered(db: Session, parcel: Parcel, owner: str, trouble: str, now: datetime, *, for_good: bool) -> None:
    """It did not go: again later, and by the next channel once this one has been in trouble for long enough."""
    letter = parcel.letter
    since = channels.failed(db, parcel.way, trouble, now, for_good=for_good)
    if letter.kind == "test":
        outbox.drop(db, letter, trouble, now)
        return
    due_at = now + pacing.back_off(letter.attempts + 1)
    next_channel_at = now if for_good else since + pacing.patience(letter.urgency)
    if now <= next_channel_at < due_at and len(channels.ways_of(db, letter.person_id)) > 1:
        due_at = next_channel_at
    outbox.mark_failed(db, letter, owner, trouble, due_at)


def troubles(db: Session, person_id: str) -> list[str]:
    """The banner: what a person must know of their own channels, in sentences."""
    found = [
        f"Your channel {way.shown} has not worked since {way.trouble_since:%Y-%m-%d %H:%M} UTC: {way.trouble}"
        for way in channels.ways_of(db, person_id)
        if way.trouble is not None and way.trouble_since is not None
    ]
    if not channels.ways_of(db, person_id):
        found.append("You have no channel: alerts wait here until you look.")
    return found


def _decide(db: Session, letter: Letter, owner: str, now: datetime, closed: Closed) -> Parcel | None:
    if why := _not_to_be_sent(db, letter, now):
        outbox.drop(db, letter, why, now)
        return None
    if (until := _held_until(db, letter, now)) is not None:
        outbox.postpone(db, letter, until)
        return None
    if _is_one_too_many(db, letter, now):
        return None
    way = _way(db, letter, now, closed)
    later = now + NO_WAY_YET if way is None else closed.until(way.provider, letter.urgency, now)
    if way is None or later is not None:
        outbox.postpone(db, letter, later or now)
        return None
    outbox.lease(db, letter, owner, now, now + pacing.LEASE)
    return Parcel(letter=letter, way=way, message=_message(db, letter, now))


def _not_to_be_sent(db: Session, letter: Letter, now: datetime) -> str | None:
    """Why a letter is not to be sent after all: nobody may be told of a runner whom they no longer see."""
    if not alerts.may_hear(db, letter.runner_id, letter.person_id, now) and letter.kind != "escalation":
        return "This person may no longer hear of this runner."
    if letter.kind == "alert" and letter.episode is not None and letter.urgency < Urgency.PAGE:
        heard = kept.hearing(db, letter.runner_id, letter.episode, letter.person_id)
        if heard is not None and (heard.seen_at or heard.acknowledged_at):
            return "It was read in the service before it was sent."
    if letter.written_at is not None and now - letter.written_at >= pacing.GIVE_UP:
        return letter.trouble or NO_WAY
    return None


def _held_until(db: Session, letter: Letter, now: datetime) -> datetime | None:
    """The end of the quiet hours, for everything but a red flag and a test that somebody waits for."""
    if letter.urgency >= Urgency.PAGE or letter.kind == "test":
        return None
    return pacing.quiet_until(now, channels.wishes_of(db, letter.person_id))


def _is_one_too_many(db: Session, letter: Letter, now: datetime) -> bool:
    """Put into the digest, or (the digest itself) put off, what would be more than six letters in an hour."""
    if letter.urgency >= Urgency.PAGE or letter.kind == "test":
        return False
    tried = outbox.tried_since(db, letter.person_id, now - HOUR, letter)
    if letter.kind == "digest":
        if len(tried) >= AN_HOUR_MOST:
            outbox.postpone(db, letter, tried[-AN_HOUR_MOST] + HOUR)
            return True
        return False
    # A letter that was tried may have arrived: it keeps its own key and never moves into a digest.
    if letter.attempts or len(tried) < AN_HOUR_MOST - 1:
        return False
    _fold(db, letter, tried[-(AN_HOUR_MOST - 1)] + HOUR, now)
    return True


def _fold(db: Session, letter: Letter, due_at: datetime, now: datetime) -> None:
    digest = outbox.open_digest(db, letter.person_id)
    if digest is None:
        digest = Letter(
            runner_id=SERVER,
            key=outbox.key_of("digest", letter.key, letter.person_id),
            kind="digest",
            person_id=letter.person_id,
            urgency=Urgency.NORMAL,
        )
        outbox.write(db, digest, now, due_at)
    outbox.fold(db, letter, digest.key)
    db.flush()


def _way(db: Session, letter: Letter, now: datetime, closed: Closed) -> Way | None:
    """The first channel that has not been in trouble for too long; for a red flag one that answers now, if any."""
    if letter.pinned_channel_id is not None:
        return channels.way(db, letter.person_id, letter.pinned_channel_id)
    ladder = channels.ways_of(db, letter.person_id)
    useful = [way for way in ladder if not _is_tired(way, letter, now)]
    if letter.urgency >= Urgency.PAGE:
        useful = [way for way in useful if way.provider not in closed.resting] or useful
    # Where all of them fail each gets its turn.
    return useful[0] if useful else ladder[letter.attempts % len(ladder)] if ladder else None


def _is_tired(way: Way, letter: Letter, now: datetime) -> bool:
    in_trouble = way.trouble_since is not None and now - way.trouble_since >= pacing.patience(letter.urgency)
    return way.is_gone or in_trouble


def _message(db: Session, letter: Letter, now: datetime) -> Message:
    wishes = channels.wishes_of(db, letter.person_id)
    text = CALL if letter.urgency >= Urgency.PAGE else PLEASE_OPEN
    detail = ""
    if letter.kind == "test":
        text = TEST
    elif letter.kind == "escalation":
        text = SECOND.format(name=_first_hearer(db, letter))
    elif letter.kind == "digest":
        folded = outbox.in_digest(db, letter.key)
        text = SEVERAL.format(number=len(folded))
        if wishes.detail:
            lines = [_words(db, one, now) for one in folded[:DIGEST_LINES]]
            detail = "\n".join(line for line in lines if line)
    elif wishes.detail:
        detail = _words(db, letter, now)
    return Message(key=letter.key, title="Stridegate", text=text, urgency=letter.urgency, detail=detail)


def _words(db: Session, letter: Letter, now: datetime) -> str:
    """The sentence itself, with whom it is about where the reader is not the runner."""
    if letter.episode is None or not alerts.may_hear(db, letter.runner_id, letter.person_id, now):
        return ""
    heard = kept.hearing(db, letter.runner_id, letter.episode, letter.person_id)
    if heard is None:
        return ""
    if rules_update.is_summary(heard.episode) and (physio := people.person(db, letter.person_id)) is not None:
        return "\n".join(rules_update_text.in_english(rules_update.summary(db, physio, now)))
    about = people.person(db, letter.runner_id) if letter.runner_id != letter.person_id else None
    return f"{about.name}: {heard.words}" if about else heard.words


def _first_hearer(db: Session, letter: Letter) -> str:
    """The physios whose alert it is; a second person is told no name of a runner."""
    episode = kept.find(db, letter.runner_id, letter.episode or "")
    heard = kept.hearers(db, episode) if episode else []
    names = [people.person(db, one.person_id) for one in heard if one.audience == "physio"]
    return ", ".join(one.name for one in names if one) or "a physio"
