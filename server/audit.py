"""Audit: who did what to whom and when, written in the transaction of the deed itself and chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from server.storage.tables.audit import AuditRow, AuditWordsRow

FIRST = "0" * 64  # what the first link has before it
SERVER = "server"  # the actor where nobody asked


def note(
    db: Session, actor: str, action: str, words: Mapping[str, Any], now: datetime, *, runner_id: str | None = None
) -> None:
    """Add one link; `action` is a few plain words ("plan changed"), `words` what it was about (before and after).

    No password, token or code ever stands in `words`.
    """
    last = db.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()
    link = AuditRow(
        seq=last.seq + 1 if last else 1,
        at=now,
        actor=actor,
        runner_id=runner_id,
        action=action,
        words_sha256=_hash(dict(words)),
        before_sha256=last.sha256 if last else FIRST,
        sha256="",
    )
    link.sha256 = _hash(_covered(link))
    db.add(link)
    db.flush()
    db.add(AuditWordsRow(seq=link.seq, runner_id=runner_id, body=dict(words)))


def broken_links(db: Session) -> Iterator[str]:
    """A sentence for each link that does not hold; a word that was erased leaves its link whole."""
    before, seq = FIRST, 0
    words = {row.seq: row.body for row in db.exec(select(AuditWordsRow))}
    for link in db.exec(select(AuditRow).order_by(col(AuditRow.seq))):
        if link.seq != seq + 1:
            yield f"Before link {link.seq} something is missing."
        if link.before_sha256 != before or link.sha256 != _hash(_covered(link)):
            yield f"Link {link.seq} was changed."
        if link.seq in words and _hash(words[link.seq]) != link.words_sha256:
            yield f"The words of link {link.seq} were changed."
        before, seq = link.sha256, link.seq


def erase_words(db: Session, runner_id: str) -> None:
    """Take the words about a runner out of the audit; the chain of what was done stays whole."""
    for row in db.exec(select(AuditWordsRow).where(AuditWordsRow.runner_id == runner_id)):
        db.delete(row)


def _covered(link: AuditRow) -> list[Any]:
    return [
        link.seq,
        link.at.isoformat(),
        link.actor,
        link.runner_id,
        link.action,
        link.words_sha256,
        link.before_sha256,
    ]


def _hash(facts: Any) -> str:
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
