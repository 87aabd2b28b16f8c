"""Rearranging: what people do with sessions; each is one word that is kept, and a later word takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from rules.version import RULES_VERSION
from server import audit
from server.problem import Problem, not_found
from server.runs.measuring import AHEAD, EARLIEST
from server.runs.sessions import HAND, WORDS, Composed, compose, home
from server.said import utc_text
from server.storage import captures, runs
from server.storage.captures import ReviewRequest
from server.storage.people import Person
from server.storage.runs import Run

LONGEST = timedelta(hours=24)  # of one session, however it is joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who does something to a runner's sessions, when, and the id of the word that is kept of it."""

    by: Person
    runner_id: str
    said_id: str
    now: datetime


def composed(db: Session, runner_id: str) -> tuple[Composed, ...]:
    return compose(runs.runs_of(db, runner_id), runs.said_of_kinds(db, runner_id, WORDS))


def session_of(db: Session, runner_id: str, session_id: str) -> Composed:
    """The session to which this id belongs now. Raises Problem 404."""
    found = home(composed(db, runner_id), session_id)
    if found is None:
        raise not_found()
    return found


def split(db: Session, deed: Deed, session_id: str, at: datetime) -> None:
    """From this moment on it is another session. Raises Problem 404, or 422 where the moment is not within it."""
    session, at = session_of(db, deed.runner_id, session_id), at.replace(microsecond=0)
    if session.by_hand:
        raise Problem(422, "Typed in", "A run that was typed in has no parts; enter two runs instead.")
    if not session.start < at < session.end:
        raise Problem(422, "Not within it", f"This session is from {session.start:%H:%M:%S} to {session.end:%H:%M:%S}.")
    _say(db, deed, "split", {"session": session.id, "at": utc_text(at)})


def join(db: Session, deed: Deed, session_id: str, other_id: str) -> None:
    """Two neighbours are one session. Raises Problem 404, or 409 where they cannot be one."""
    every = [one for one in composed(db, deed.runner_id) if one.mine and not one.by_hand]
    first, second = sorted((_among(every, session_id), _among(every, other_id)), key=lambda one: one.start)
    if first == second:
        raise Problem(409, "One already", "These two are one session already.")
    if abs(every.index(first) - every.index(second)) != 1:
        raise Problem(409, "Not neighbours", "Another session lies between these two.")
    if second.end - first.start > LONGEST:
        raise Problem(409, "Too long", "A session is at most a day long.")
    low, high = sorted((first.end, second.start))
    body = {"sessions": [first.id, second.id], "from": utc_text(low), "until": utc_text(high)}
    _say(db, deed, "join", body)


def not_mine(db: Session, deed: Deed, session_id: str, *, mine: bool) -> None:
    """It was not this runner (or it was, after all). Raises Problem 404."""
    session = session_of(db, deed.runner_id, session_id)
    body: dict[str, Any] = {
        "session": session.id,
        "runs": [piece.run.id for piece in session.every],
        "from": utc_text(min(piece.start for piece in session.every)),
        "until": utc_text(max(piece.end for piece in session.every)),
    }
    if mine:  # all that was disowned with it comes back with it
        disowned = [one.body for one in runs.said_of(db, deed.runner_id, "not_mine") if not one.body["mine"]]
        body = next((dict(one) for one in reversed(disowned) if session.pieces[0].run.id in one["runs"]), body)
    _say(db, deed, "not_mine", {**body, "mine": mine})


def prefer(db: Session, deed: Deed, session_id: str, run_id: str) -> None:
    """Of several recordings of one run, this one counts. Raises Problem 404."""
    session = session_of(db, deed.runner_id, session_id)
    if run_id not in {piece.run.id for piece in session.every}:
        raise not_found()
    before = [piece.run.id for piece in session.pieces]
    _say(db, deed, "prefer", {"session": session.id, "run": run_id}, before=before)


def attest_run(db: Session, deed: Deed, session_id: str) -> None:
    """A physio stands for a run that was typed in. Raises Problem 404 or 422."""
    session = session_of(db, deed.runner_id, session_id)
    if not session.by_hand:
        raise Problem(422, "Recorded", "Only a run that was typed in needs somebody who stands for it.")
    _say(db, deed, "run_attested", {"run": session.id, "name": deed.by.name})


def enter(db: Session, deed: Deed, start: datetime, typed: Mapping[str, Any]) -> str:
    """Keep a run that was typed in; returns its id. Raises Problem 422 for a time that cannot be."""
    end = start + timedelta(seconds=typed["duration_s"])
    if start < EARLIEST or end > deed.now + AHEAD:
        raise Problem(422, "Not a time of a run", "A run that is typed in was run already, and not in the future.")
    run = Run(
        runner_id=deed.runner_id,
        id=deed.said_id,
        kind=HAND,
        source_id=deed.said_id,
        start=start,
        end=end,
        quality="POOR",
        run_s=typed["duration_s"],
        rules_version=RULES_VERSION,
        decoder_version=HAND,
    )
    runs.save_run(db, run, typed, None)
    _note(db, deed, "run typed in", {"run": run.id, "start": utc_text(start), **typed})
    return run.id


def delete(db: Session, deed: Deed, session_id: str) -> None:
    """Take a session away with all its bytes, for good: what is sent of it later is refused.

    It may also be an upload that never ended, or a source that nobody can read. Raises Problem 404 or 409.
    """
    session = home(composed(db, deed.runner_id), session_id)
    sources = _waiting_source(db, deed.runner_id, session_id) if session is None else _sources(db, deed, session)
    for source in sources:
        remove_source(db, source, deed.by.id, deed.now)
    words = {"session": session_id, "sources": [[source.kind, source.source_id] for source in sources]}
    _note(db, deed, "session deleted", words)


def remove_source(db: Session, source: ReviewRequest, by: str, now: datetime) -> None:
    """Take one source away with everything that was made of it, and leave a tombstone."""
    for run in runs.runs_of_source(db, source.runner_id, source.kind, source.source_id):
        runs.remove_run(db, source.runner_id, run.id)
    captures.remove(db, source)
    captures.bury(db, source, by, "deleted", now)


def hand_over(db: Session, deed: Deed, session_id: str, to: Person) -> None:
    """Give a session to the runner whose run it was; they may give it back. Raises Problem 404 or 409."""
    session = session_of(db, deed.runner_id, session_id)
    if session.by_hand:
        raise Problem(409, "Typed in", "A run that was typed in is not handed over; delete it and enter it there.")
    sources = _sources(db, deed, session)
    for source in sources:
        _move(db, source, to, deed)
    words = {"session": session.id, "from": deed.runner_id, "to": to.id}
    _note(db, deed, "session handed over", words)
    audit.note(db, deed.by.id, "session received", words, deed.now, runner_id=to.id)


def _move(db: Session, source: ReviewRequest, to: Person, deed: Deed) -> None:
    there = ReviewRequest(to.id, source.kind, source.source_id)
    if source.kind == "file" and captures.file_body(db, to.id, source.source_id) is not None:
        raise Problem(409, "There already", f"{to.name} has this very file already; mark it here as not this runner's.")
    if captures.buried(db, to.id, source.kind, source.source_id) == "deleted":
        raise Problem(409, "Deleted there", f"{to.name} had this run and it was deleted; it does not come back.")
    for run in runs.runs_of_source(db, source.runner_id, source.kind, source.source_id):
        runs.move_run(db, run, to.id)
    captures.move(db, source, to.id)
    captures.unbury(db, there)
    captures.bury(db, source, deed.by.id, "handed", deed.now)


def _sources(db: Session, deed: Deed, session: Composed) -> list[ReviewRequest]:
    """Where a session came from. Raises Problem 409 where something of it lies in another session as well."""
    inside = {piece.id for piece in session.every}
    found = {
        (piece.run.kind, piece.run.source_id): ReviewRequest(deed.runner_id, piece.run.kind, piece.run.source_id)
        for piece in session.every
    }
    others = [
        piece
        for other in composed(db, deed.runner_id)
        for piece in other.every
        if piece.id not in inside and (piece.run.kind, piece.run.source_id) in found
    ]
    if others:
        when = f"{others[0].start:%Y-%m-%d %H:%M} UTC"
        raise Problem(
            409,
            "Not all of it",
            f"The same recording also holds the session of {when}; join them first, or say that one was not this "
            "runner's.",
        )
    return list(found.values())


def _waiting_source(db: Session, runner_id: str, session_id: str) -> list[ReviewRequest]:
    capture = captures.find(db, session_id)
    if capture is not None and capture.runner_id == runner_id:
        return [ReviewRequest(runner_id, "capture", session_id)]
    if captures.file_name(db, runner_id, session_id) is not None:
        return [ReviewRequest(runner_id, "file", session_id)]
    raise not_found()


def _among(sessions: list[Composed], session_id: str) -> Composed:
    found = home(sessions, session_id)
    if found is None:
        raise not_found()
    return found


def _say(db: Session, deed: Deed, kind: str, body: Mapping[str, Any], **more: Any) -> None:
    runs.say(db, deed.runner_id, kind, deed.said_id, deed.by.id, body, deed.now)
    _note(db, deed, f"session {kind.replace('_', ' ')}", {**body, **more})
    db.flush()


def _note(db: Session, deed: Deed, action: str, words: Mapping[str, Any]) -> None:
    audit.note(db, deed.by.id, action, words, deed.now, runner_id=deed.runner_id)
