"""Sessions: runs become training sessions by reading what was recorded and what people said of it; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from server.storage.runs import Part, Run, Said

JOINED_WITHIN = timedelta(minutes=30)  # warm-up, main part and cool-down are one session
SAME_SHARE = 0.5  # of the shorter one: then two recordings are of one run
HAND = "hand"
WORDS = ("split", "join", "not_mine", "prefer", "run_attested")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run, or the part of one between two cuts; the first part keeps the id of its run."""

    run: Run
    id: str
    start: datetime
    end: datetime

    @property
    def whole(self) -> bool:
        return (self.start, self.end) == (self.run.start, self.run.end)

    @property
    def by_hand(self) -> bool:
        return self.run.kind == HAND

    @property
    def part(self) -> Part:
        """The piece by the cuts that bound it, so that a run that is read again differently changes nothing."""
        since = None if self.start == self.run.start else self.start
        until = None if self.end == self.run.end else self.end
        return Part(run_id=self.run.id, since=since, until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One training session: the pieces that count, in order, and the copies of them from other sources.

    Its id is that of its first piece. `mine` is False where somebody said that it was not this runner; `attested`
    where a physio stands for a run that was typed in.
    """

    pieces: tuple[Piece, ...]
    copies: tuple[Piece, ...] = ()
    mine: bool = True
    attested: bool = False

    @property
    def id(self) -> str:
        return self.pieces[0].id

    @property
    def start(self) -> datetime:
        return self.pieces[0].start

    @property
    def end(self) -> datetime:
        return max(piece.end for piece in self.pieces)

    @property
    def by_hand(self) -> bool:
        return self.pieces[0].by_hand

    @property
    def every(self) -> tuple[Piece, ...]:
        return (*self.pieces, *self.copies)


def compose(runs: Iterable[Run], words: Iterable[Said]) -> tuple[Composed, ...]:
    """The sessions of a runner by their start. The order in which anything arrived changes nothing.

    Of recordings of the same run one counts: the one a physio chose, else a recorded one, of better quality, the
    longer, the smaller id. A run that was typed in is never joined with another.
    """
    read = _Read.of(words)
    pieces = [piece for run in sorted(runs, key=lambda run: run.id) for piece in _cut(run, read.cuts)]
    counted, copies = _without_copies([piece for piece in pieces if read.is_mine(piece)], read)
    sessions = [_session(group, copies, read) for group in _groups(counted, read)]
    sessions += [Composed(pieces=(piece,), mine=False) for piece in pieces if not read.is_mine(piece)]
    return tuple(sorted(sessions, key=lambda one: (one.start, one.id)))


def home(sessions: Iterable[Composed], said_id: str) -> Composed | None:
    """The session to which something belongs that was said of this id; a part that is whole again is in its run."""
    run_id, _, since = said_id.partition("@")
    found = None
    for session in sessions:
        for piece in session.every:
            if piece.id == said_id:
                return session
            if piece.run.id == run_id and (found is None or (since and piece.start <= moment(since))):
                found = session
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was said, read in the order in which it was stored: the later word holds."""

    cuts: frozenset[datetime]
    bridges: tuple[tuple[datetime, datetime], ...]
    owners: tuple[Said, ...]
    preferred: tuple[str, ...]
    attested: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[Said]) -> _Read:
        in_order = sorted(words, key=lambda word: word.seq)
        cuts: set[datetime] = set()
        for word in in_order:
            if word.kind == "split":
                cuts.add(_time(word, "at"))
            elif word.kind == "join":
                cuts = {cut for cut in cuts if not _time(word, "from") <= cut <= _time(word, "until")}
        return cls(
            cuts=frozenset(cuts),
            bridges=tuple((_time(word, "from"), _time(word, "until")) for word in in_order if word.kind == "join"),
            owners=tuple(word for word in in_order if word.kind == "not_mine"),
            preferred=tuple(str(word.body["run"]) for word in in_order if word.kind == "prefer"),
            attested=frozenset(str(word.body["run"]) for word in in_order if word.kind == "run_attested"),
        )

    def is_mine(self, piece: Piece) -> bool:
        middle = piece.start + (piece.end - piece.start) / 2
        said = [
            word
            for word in self.owners
            if piece.run.id in word.body["runs"] and _time(word, "from") <= middle <= _time(word, "until")
        ]
        return bool(said[-1].body["mine"]) if said else True

    def rank(self, piece: Piece) -> tuple[object, ...]:
        """Smaller is better."""
        chosen = max((place for place, run in enumerate(self.preferred, 1) if run == piece.run.id), default=0)
        return -chosen, piece.by_hand, piece.run.quality != "OK", piece.start - piece.end, piece.id

    def belong(self, earlier_end: datetime, later_start: datetime) -> bool:
        """Whether what ends and what starts there is one session."""
        low, high = sorted((earlier_end, later_start))
        if any(low <= cut <= high for cut in self.cuts):
            return False
        near = later_start - earlier_end < JOINED_WITHIN
        return near or any(begin <= earlier_end and later_start <= until for begin, until in self.bridges)


def _cut(run: Run, cuts: Iterable[datetime]) -> Iterator[Piece]:
    inside = [] if run.kind == HAND else sorted(cut for cut in cuts if run.start < cut < run.end)
    bounds = [run.start, *inside, run.end]
    for start, end in pairwise(bounds):
        part = run.id if start == run.start else f"{run.id}@{start:%Y%m%dT%H%M%SZ}"
        yield Piece(run=run, id=part, start=start, end=end)


def _without_copies(pieces: Sequence[Piece], read: _Read) -> tuple[list[Piece], dict[str, list[Piece]]]:
    """Which pieces count, and by the id of such a one the others that recorded the same."""
    counted: list[Piece] = []
    copies: dict[str, list[Piece]] = {}
    for piece in sorted(pieces, key=read.rank):
        original = next((one for one in counted if _is_same(one, piece)), None)
        if original is None:
            counted.append(piece)
        else:
            copies.setdefault(original.id, []).append(piece)
    return counted, copies


def _is_same(one: Piece, other: Piece) -> bool:
    overlap = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return overlap > timedelta(0) and overlap >= SAME_SHARE * shorter


def _groups(counted: Iterable[Piece], read: _Read) -> Iterator[list[Piece]]:
    group: list[Piece] = []
    for piece in sorted(counted, key=lambda piece: (piece.start, piece.id)):
        if piece.by_hand:
            yield [piece]
        elif group and read.belong(max(one.end for one in group), piece.start):
            group.append(piece)
        else:
            if group:
                yield group
            group = [piece]
    if group:
        yield group


def _session(group: Sequence[Piece], copies: dict[str, list[Piece]], read: _Read) -> Composed:
    others = [copy for piece in group for copy in copies.get(piece.id, ())]
    return Composed(
        pieces=tuple(group),
        copies=tuple(sorted(others, key=lambda piece: (piece.start, piece.id))),
        attested=group[0].by_hand and group[0].run.id in read.attested,
    )


def _time(word: Said, name: str) -> datetime:
    return datetime.fromisoformat(word.body[name])


def moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
