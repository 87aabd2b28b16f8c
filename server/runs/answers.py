"""Answers: what was answered about each session as it is composed now, though parts were answered apart. Pure.

An answer counts until all that it is about has been answered again; of those that count the worst one stands. So an
answer about a part never lowers what was answered about the whole or about another part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.profiles import PROFILES
from server.runs.sessions import Composed, moment
from server.storage.runs import Answer, Part

BEGINNING, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
SHORTEST = timedelta(microseconds=1)
HIGHEST_GREEN_DURING = max(profile.green.during for profile in PROFILES.values())
Span = tuple[datetime, datetime]
Spans = dict[str, list[Span]]  # by the id of a run


def parts_of(session: Composed, asked_id: str) -> tuple[Part, ...]:
    """What an answer is about that was given for `asked_id`, which is at home in this session.

    The id of the session, or of a copy in it, is about the whole; that of a later piece about the piece. A part that
    has been joined since is known by its beginning alone: an answer about it replaces no other.
    """
    if asked_id in {session.id, *(piece.id for piece in session.copies)}:
        return tuple(piece.part for piece in session.every)
    pieces = [piece.part for piece in session.pieces if piece.id == asked_id]
    if pieces:
        return tuple(pieces)
    run_id, _, since = asked_id.partition("@")
    begin = moment(since)
    return (Part(run_id=run_id, since=begin, until=begin + SHORTEST),)


def about(session: Composed, answers: Iterable[Answer]) -> list[Answer]:
    """The answers that are about some of this session, in the order in which they came."""
    pieces = _spans(piece.part for piece in session.every)
    return [answer for answer in answers if any(_clipped(_spans(answer.parts), pieces))]


def by_session(answers: Sequence[Answer], composed: Sequence[Composed]) -> dict[str, dict[str, Any]]:
    """The value of each question that was answered about each session; the answers come in stored order."""
    index = _Index.of(composed)
    found: dict[str, dict[str, list[Any]]] = {}
    answered: Spans = {}
    for counting in reversed(list(_counting(answers, index))):
        for session_id in index.sessions(counting.spans):
            for item, value in counting.body.items():
                found.setdefault(session_id, {}).setdefault(item, []).append(value)
        if counting.body.get("during") is not None:
            _add(answered, counting.spans)
    worst = {name: {item: _worst(values) for item, values in items.items()} for name, items in found.items()}
    for session in composed:
        if session.id in worst:
            _forget_half(worst[session.id], session, answered)
    return worst


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """The items of an answer that still count, and what they are about as far as it is there now."""

    spans: list[tuple[str, Span]]
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Index:
    """The pieces that there are, with the session of each; apart those of sessions that are this runner's."""

    pieces: dict[str, list[tuple[Span, str]]] = field(default_factory=dict)
    every: Spans = field(default_factory=dict)
    mine: Spans = field(default_factory=dict)

    @classmethod
    def of(cls, composed: Iterable[Composed]) -> _Index:
        index = cls()
        for session in composed:
            for run_id, span in _flat(_spans(piece.part for piece in session.every)):
                index.pieces.setdefault(run_id, []).append((span, session.id))
                _add(index.every, [(run_id, span)])
                if session.mine:
                    _add(index.mine, [(run_id, span)])
        return index

    def left(self, answer: Answer) -> list[tuple[str, Span]]:
        """What the answer is about, as far as it is there; what is not this runner's only if nothing else is."""
        wanted = _spans(answer.parts)
        return list(_clipped(wanted, self.mine)) or list(_clipped(wanted, self.every))

    def sessions(self, spans: Iterable[tuple[str, Span]]) -> list[str]:
        found = (name for run, span in spans for piece, name in self.pieces[run] if _common(span, piece) is not None)
        return list(dict.fromkeys(found))


def _counting(answers: Sequence[Answer], index: _Index) -> Iterator[_Counting]:
    """Backwards, from the answer that was stored last: an item counts where it speaks of what no later one does."""
    done: dict[str, Spans] = {}
    for answer in reversed(answers):
        spans, body = index.left(answer), {}
        for item, value in answer.body.items():
            later = done.setdefault(item, {})
            fresh = [(run, span) for run, span in spans if not _covers(later.get(run, ()), span)]
            _add(later, fresh)
            if fresh:
                body[item] = value
        if body:
            yield _Counting(spans=spans, body=body)


def _worst(values: Sequence[Any]) -> Any:
    """The highest number, any yes, all characters; of places the last one. None only if no value is there."""
    known = [value for value in values if value is not None]
    if not known or isinstance(known[-1], str):
        return known[-1] if known else None
    if isinstance(known[-1], list):
        return list(dict.fromkeys(character for value in known for character in value))
    return max(known)


def _forget_half(check_in: dict[str, Any], session: Composed, answered: Spans) -> None:
    """Ask again for the pain of a run of which only a part was answered: a low one says nothing of the rest."""
    pain = check_in.get("during")
    if pain is None or pain > HIGHEST_GREEN_DURING:
        return
    for run_id, span in _flat(_spans(piece.part for piece in session.pieces)):
        spoken = answered.get(run_id, [])
        if any(_common(span, part) for part in spoken) and not _covers(spoken, span):
            check_in["during"] = None


def _spans(parts: Iterable[Part]) -> Spans:
    spans: Spans = {}
    for part in parts:
        spans.setdefault(part.run_id, []).append((part.since or BEGINNING, part.until or END))
    return spans


def _flat(spans: Spans) -> Iterator[tuple[str, Span]]:
    return ((run_id, span) for run_id, several in spans.items() for span in several)


def _add(spans: Spans, more: Iterable[tuple[str, Span]]) -> None:
    for run_id, span in more:
        spans.setdefault(run_id, []).append(span)


def _clipped(wanted: Spans, there: Spans) -> Iterator[tuple[str, Span]]:
    """The pieces of `wanted` that are there."""
    for run_id, span in _flat(wanted):
        for piece in there.get(run_id, ()):
            common = _common(span, piece)
            if common is not None:
                yield run_id, common


def _common(span: Span, other: Span) -> Span | None:
    begin, end = max(span[0], other[0]), min(span[1], other[1])
    return (begin, end) if begin < end else None


def _covers(spans: Iterable[Span], wanted: Span) -> bool:
    reached, end = wanted
    for begin, until in sorted(spans):
        if begin <= reached:
            reached = max(reached, until)
    return reached >= end
