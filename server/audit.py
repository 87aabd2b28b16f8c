"""Audit: who did what to whom and when, written in the transaction of the deed itself and chained by hashes."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from server.storage.tables.audit import AuditRow, AuditWordsRow

FIRST = "0" * 64  # what the first link has before it
SERVER = "server"  # the actor where nobody asked


def note(
    db: Session,
    actor: str,
    action: str,
    words: Mapping[str, Any],
    now: datetime,
    *,
    runner_id: str | None = None,
    new_salt: Callable[[], str] = secrets.token_hex,
) -> None:
    """Add one link; `action` is a few plain words ("plan changed"), `words` what it was about (before and after).

    No password, token or code ever stands in `words`.
    """
    last = _last(db)
    salt, body = new_salt(), dict(words)
    link = AuditRow(
        seq=last.seq + 1 if last else 1,
        at=now,
        actor=actor,
        runner_id=runner_id,
        action=action,
        words_sha256=_words_hash(salt, body),
        before_sha256=last.sha256 if last else FIRST,
        sha256="",
    )
    link.sha256 = _hash(_covered(link))
    db.add(link)
    db.flush()
    db.add(AuditWordsRow(seq=link.seq, runner_id=runner_id, salt=salt, body=body))


def head(db: Session) -> str:
    """The end of the chain as "number:hash"; kept elsewhere, it shows a tail that somebody cut off or wrote anew."""
    last = _last(db)
    return f"{last.seq}:{last.sha256}" if last else f"0:{FIRST}"


def broken_links(db: Session, kept_head: str | None = None) -> Iterator[str]:
    """A sentence for each link that does not hold; a word that was erased leaves its link whole.

    `kept_head` is an earlier `head` that lay elsewhere: the chain must still go through it.
    """
    before, seq, kept = FIRST, 0, _kept(kept_head)
    links = select(AuditRow, AuditWordsRow).join(AuditWordsRow, isouter=True).order_by(col(AuditRow.seq))
    for link, words in db.exec(links.execution_options(yield_per=1000)):
        if link.seq != seq + 1:
            yield f"Before link {link.seq} something is missing."
        if link.before_sha256 != before or link.sha256 != _hash(_covered(link)):
            yield f"Link {link.seq} was changed."
        if words is not None and _words_hash(words.salt, words.body) != link.words_sha256:
            yield f"The words of link {link.seq} were changed."
        before, seq = link.sha256, link.seq
        if kept is not None and seq == kept[0] and before != kept[1]:
            yield f"Link {seq} is not the one that was kept elsewhere."
    if kept is not None and seq < kept[0]:
        yield f"The chain ends at link {seq}; the head that was kept elsewhere is link {kept[0]}."


def erase_words(db: Session, runner_id: str) -> None:
    """Take the words about a runner, and those that they said, out of the audit; the chain of deeds stays whole."""
    theirs = select(AuditRow.seq).where(or_(col(AuditRow.runner_id) == runner_id, col(AuditRow.actor) == runner_id))
    for row in db.exec(select(AuditWordsRow).where(col(AuditWordsRow.seq).in_(theirs))):
        db.delete(row)


def _last(db: Session) -> AuditRow | None:
    return db.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()


def _kept(kept_head: str | None) -> tuple[int, str] | None:
    """Raises ValueError for what is no head."""
    if kept_head is None:
        return None
    number, _, digest = kept_head.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == len(FIRST)):
        raise ValueError(f"{kept_head[:80]!r} is no head of an audit.")
    return int(number), digest


def _covered(link: AuditRow) -> list[Any]:
    return [
        link.seq,
        link.at.astimezone(UTC).isoformat(),
        link.actor,
        link.runner_id,
        link.action,
        link.words_sha256,
        link.before_sha256,
    ]


def _words_hash(salt: str, words: Mapping[str, Any]) -> str:
    # "pain 7" could be guessed from its hash alone; the salt goes with the words when they are erased.
    return _hash([salt, words])


def _hash(facts: Any) -> str:
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
