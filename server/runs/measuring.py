"""Measuring: what arrived becomes runs, runs become sessions; these are measured whenever their yardstick moves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlmodel import Session

from rules.case import read_references
from rules.corroborated import CORROBORATED
from rules.errors import RulesError
from rules.exposure import Exposure, Previous, measure
from rules.programme import load
from rules.triggers.fatigue import BACK_TO_BACK_H
from rules.version import RULES_VERSION
from rules.vocabulary import References
from sensors import store
from sensors.errors import SensorError
from sensors.recording import DECODER_VERSION, Recording
from server.reading.readers import Readers
from server.runs import by_hand, joining
from server.runs.sessions import WORDS, Composed, Piece, compose
from server.storage import captures, chunks, runs, sessions
from server.storage.captures import ReviewRequest
from server.storage.runs import Plan, Run
from server.storage.sessions import Kept, Training

BACK_TO_BACK = timedelta(hours=BACK_TO_BACK_H)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # no watch or gateway of ours is older; 1970 is a clock that forgot
AHEAD = timedelta(minutes=15)  # two clocks may differ by as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiring:
    """When running counts as tired at a stage, and whether heart or stride have to agree."""

    onset_s: float = 1800.0
    corroborated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What a session is measured against: the runner's own speeds, when running counts as tired, the run before."""

    references: References
    tiring: Tiring
    second: Tiring | None = None
    previous: Previous | None = None


class Staleness(Enum):
    """Why a session has to be measured again, if at all."""

    NONE = auto()
    VERSION = auto()  # nothing but the version of the rules or of a decoder has changed since it was measured
    INPUTS = auto()  # its runs, its plan or the run before it have changed, or it was never measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A session as it should be, with the yardstick that it is to be measured against and the hash of both."""

    session: Composed
    against: Yardstick
    key: str
    staleness: Staleness


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the sessions of a runner stand: all of them, those not measured as they should be, those that are no more.

    `of_earlier_version` are measured as they should be, except for the version of the rules or of a decoder.
    """

    sessions: tuple[Composed, ...]
    outdated: tuple[Due, ...]
    of_earlier_version: tuple[Due, ...]
    gone: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Whether a verdict may rest on what is stored; measurements of an earlier version serve until their turn."""
        return not self.outdated and not self.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A run with what was measured of it alone, and its recording in store form."""

    run: Run
    measured: Mapping[str, Any]
    packed: bytes


def recordings_of(db: Session, request: ReviewRequest, readers: Readers) -> list[Recording]:
    """The recordings that lie in one capture or file. Raises SensorError where there is none, and NoReader."""
    if request.kind == "file":
        body = captures.file_body(db, request.runner_id, request.source_id)
        if body is None:
            raise SensorError("The file is gone.")
        return [found.recording for found in readers.read(body)]
    capture = captures.find(db, request.source_id)
    if capture is None:
        raise SensorError("The capture is gone.")
    if not all(clock["trusted"] for clock in (capture.closing or {}).get("clock", [])):
        raise SensorError("Nobody knows when this run was: the gateway's clock had never met a right one.")
    return [readers.read_capture(chunks.body_of(db, capture), capture.closing or {})]


def taken(db: Session, request: ReviewRequest, now: datetime, readers: Readers) -> list[Taken]:
    """The runs of one source. Raises SensorError with a plain sentence."""
    found = []
    for number, recording in enumerate(recordings_of(db, request, readers)):
        run_id = request.source_id if request.kind == "capture" else f"{request.source_id[:16]}-{number}"
        found.append(_taken(recording, request, run_id))
        _check_date(found[-1].run, now)
    return found


def standing(db: Session, runner_id: str, plan: Plan | None) -> Standing:
    """The sessions as they should be, held against those that are stored."""
    composed = compose(runs.runs_of(db, runner_id), runs.said_of_kinds(db, runner_id, WORDS))
    kept = sessions.kept_of(db, runner_id)
    every = tuple(_due(composed, kept, yardstick(plan)))
    names = {session.id for session in composed}
    return Standing(
        sessions=composed,
        outdated=tuple(due for due in every if due.staleness is Staleness.INPUTS),
        of_earlier_version=tuple(due for due in every if due.staleness is Staleness.VERSION),
        gone=tuple(name for name in kept if name not in names),
    )


def measured_again(db: Session, runner_id: str) -> list[Training]:
    """What has to be measured again because its inputs changed, from the stored recordings.

    Raises SensorError where one cannot be read.
    """
    return as_if(db, runner_id, runs.plan_of(db, runner_id), EARLIEST)


def as_if(db: Session, runner_id: str, plan: Plan | None, since: datetime) -> list[Training]:
    """The sessions since then that would be measured otherwise under this plan. Raises SensorError as above.

    Those of an earlier version stay as they are, so that a preview does not wait for all of them.
    """
    return _fresh(db, runner_id, plan, lambda due: due.staleness is Staleness.INPUTS and due.session.start >= since)


def of_current_version(db: Session, runner_id: str, since: datetime, most: int) -> list[Training]:
    """The latest sessions since then that were measured by an earlier version, measured by this one; at most `most`.

    With them what changes because the run before them did. Raises SensorError as above.
    """
    plan = runs.plan_of(db, runner_id)
    stale = [due.session for due in standing(db, runner_id, plan).of_earlier_version if due.session.start >= since]
    ids = {session.id for session in stale[-most:]}

    def is_wanted(due: Due) -> bool:
        return due.staleness is Staleness.INPUTS or due.session.id in ids

    return _fresh(db, runner_id, plan, is_wanted) if ids else []


def _fresh(db: Session, runner_id: str, plan: Plan | None, is_wanted: Callable[[Due], bool]) -> list[Training]:
    composed = compose(runs.runs_of(db, runner_id), runs.said_of_kinds(db, runner_id, WORDS))
    kept = sessions.kept_of(db, runner_id)
    fresh = []
    for due in _due(composed, kept, yardstick(plan)):  # in order of time: each sees the one before as it is now
        if is_wanted(due):
            training = _trained(db, runner_id, due)
            kept[training.id] = _kept(training)
            fresh.append(training)
    return fresh


def keep(db: Session, runner_id: str, fresh: Sequence[Training], *, removes_gone: bool = True) -> Standing:
    """Keep what was measured, where it is still what has to be; returns how things stand then.

    A plan or a run may have changed while it was measured: what belongs to the world of before is passed over.
    """
    plan = runs.plan_of(db, runner_id)
    by_id = {training.id: training for training in fresh}
    wanted = []
    kept = sessions.kept_of(db, runner_id)
    composed = compose(runs.runs_of(db, runner_id), runs.said_of_kinds(db, runner_id, WORDS))
    for due in _due(composed, kept, yardstick(plan)):
        training = by_id.get(due.session.id)
        if training is not None and training.measured_with == due.key:
            kept[training.id] = _kept(training)
            wanted.append(training)
    names = {session.id for session in composed}
    gone = [name for name in kept if name not in names] if removes_gone else []
    if wanted or gone:
        sessions.save(db, wanted, runner_id, gone)
        db.flush()
    return standing(db, runner_id, plan)


def due_of(db: Session, runner_id: str, session_id: str) -> Due | None:
    """A stored session as it is composed, with what it is measured against; None where there is none of this id."""
    composed = compose(runs.runs_of(db, runner_id), runs.said_of_kinds(db, runner_id, WORDS))
    every = _due(composed, sessions.kept_of(db, runner_id), yardstick(runs.plan_of(db, runner_id)))
    return next((due for due in every if due.session.id == session_id), None)


def yardstick(plan: Plan | None) -> Yardstick:
    """What the sessions under a plan are measured against, before anything is known of the run before each."""
    body = plan.body if plan is not None else {}
    second = body.get("second")
    return Yardstick(
        references=read_references(body.get("references") or {}),
        tiring=_tiring(body),
        second=_tiring(second) if second else None,
    )


def _due(composed: Sequence[Composed], kept: Mapping[str, Kept], base: Yardstick) -> Iterator[Due]:
    """Each session with its yardstick; `kept` may grow while this goes on."""
    facts = asdict(base)
    text = _text(facts, RULES_VERSION)
    earlier: list[tuple[Composed, float]] = []
    for session in composed:
        before = _previous(earlier, session.start) if session.mine else None
        key = _hash(text, before, session)
        staleness = _staleness(kept.get(session.id), key, facts, before, session)
        yield Due(session=session, against=_with_previous(base, before), key=key, staleness=staleness)
        stored = kept.get(session.id)
        if session.mine and (not session.by_hand or session.attested) and stored is not None:
            earlier.append((session, stored.run_s or 0.0))


def _previous(earlier: Sequence[tuple[Composed, float]], start: datetime) -> Previous | None:
    """The hardest run that ended less than 30 h before: one is enough to make this a tired one."""
    near = [(run_s, one.id, one.end) for one, run_s in earlier if one.start < start and start - one.end < BACK_TO_BACK]
    if not near:
        return None
    run_s, _, end = max(near)
    return Previous(ended_h_before=max(0.0, (start - end).total_seconds() / 3600), run_s=run_s)


def _with_previous(base: Yardstick, previous: Previous | None) -> Yardstick:
    return replace(base, previous=previous)


def _staleness(
    stored: Kept | None, key: str, facts: Mapping[str, Any], previous: Previous | None, session: Composed
) -> Staleness:
    if stored is None:
        return Staleness.INPUTS
    if stored.measured_with == key:
        return Staleness.NONE
    text = _text(facts, stored.rules_version)
    # A run that was read again has a new decoder version; of a session that mixes two versions this one is not known.
    earlier = (_hash(text, previous, session, version) for version in (None, stored.decoder_version))
    return Staleness.VERSION if stored.measured_with in earlier else Staleness.INPUTS


def _text(facts: Mapping[str, Any], rules_version: str) -> str:
    return json.dumps([facts, rules_version], sort_keys=True, default=str)


def _hash(base: str, previous: Previous | None, session: Composed, decoder_version: str | None = None) -> str:
    """One hash of all that would change what is measured of a session; as `decoder_version` read it, if given.

    It is stored, and compared by later releases: its form stays as it is.
    """
    parts = [
        [piece.id, piece.start.isoformat(), piece.end.isoformat(), decoder_version or piece.run.decoder_version]
        for piece in session.every
    ]
    facts = [base, previous and asdict(previous), parts, len(session.pieces), session.mine, session.attested]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _kept(training: Training) -> Kept:
    return Kept(**{field.name: getattr(training, field.name) for field in fields(Kept)})


def _trained(db: Session, runner_id: str, due: Due) -> Training:
    session = due.session
    measured, second = _by_hand(db, runner_id, due) if session.by_hand else _recorded(db, runner_id, due)
    return Training(
        runner_id=runner_id,
        id=session.id,
        start=session.start,
        end=session.end,
        mine=session.mine,
        run_s=measured["run_s"],
        made_of=[_part(piece, counts=piece in session.pieces) for piece in session.every],
        rules_version=RULES_VERSION,
        decoder_version=max(piece.run.decoder_version for piece in session.pieces),
        measured_with=due.key,
        measured=measured,
        second=second,
    )


def _recorded(db: Session, runner_id: str, due: Due) -> tuple[dict[str, Any], dict[str, Any] | None]:
    recording, against = recording_of(db, runner_id, due.session), due.against
    first = _exposure(recording, against, against.tiring).to_json()
    if against.second is None or against.second == against.tiring:
        return first, None
    return first, _exposure(recording, against, against.second).to_json()


def _by_hand(db: Session, runner_id: str, due: Due) -> tuple[dict[str, Any], dict[str, Any] | None]:
    session, against = due.session, due.against
    typed = runs.measured_alone(db, runner_id, session.id)

    def measured(tiring: Tiring) -> dict[str, Any]:
        tired = against.previous is not None and against.previous.run_s >= tiring.onset_s
        onset_s = None if tiring.corroborated else tiring.onset_s  # no sensor was there that could agree
        return by_hand.measured(typed, session.start, onset_s=onset_s, attested=session.attested, tired=tired)

    second = None if against.second is None else measured(against.second)
    return measured(against.tiring), second


def recording_of(db: Session, runner_id: str, session: Composed) -> Recording:
    """The one Recording of a session. Raises SensorError where a stored one is gone or damaged."""
    return joining.join([_stored(db, runner_id, piece) for piece in session.pieces])


def _stored(db: Session, runner_id: str, piece: Piece) -> Recording:
    packed = runs.recording_of(db, runner_id, piece.run.id)
    if packed is None:
        raise SensorError("The recording of this run is gone.")
    recording = store.unpack(packed)
    if piece.whole:
        return recording
    since = None if piece.start == piece.run.start else piece.start
    until = None if piece.end == piece.run.end else piece.end
    return joining.part(recording, since, until)


def _exposure(recording: Recording, against: Yardstick, tiring: Tiring) -> Exposure:
    return measure(
        recording,
        against.references,
        fatigue_onset_s=tiring.onset_s,
        corroborated=tiring.corroborated,
        previous=against.previous,
    )


def _part(piece: Piece, *, counts: bool) -> dict[str, Any]:
    return {
        "id": piece.id,
        "run": piece.run.id,
        "kind": piece.run.kind,
        "source": piece.run.source_id,
        "start": piece.start.isoformat(),
        "end": piece.end.isoformat(),
        "counts": counts,
    }


def _taken(recording: Recording, request: ReviewRequest, run_id: str) -> Taken:
    if recording.start is None:
        raise SensorError("Nobody said when this run was.")
    exposure = measure(recording)
    start = recording.start.astimezone(UTC)
    run = Run(
        runner_id=request.runner_id,
        id=run_id,
        kind=request.kind,
        source_id=request.source_id,
        start=start,
        end=start + timedelta(seconds=exposure.dur_s or 0.0),
        quality=exposure.quality,
        run_s=exposure.metrics.get("run_s"),
        rules_version=RULES_VERSION,
        decoder_version=DECODER_VERSION,
    )
    return Taken(run=run, measured=exposure.to_json(), packed=store.pack(recording))


def _check_date(run: Run, now: datetime) -> None:
    """A run with an impossible date must not drop out of the verdict in silence."""
    if run.start < EARLIEST or run.end > now + AHEAD:
        raise SensorError(f"This run says that it was on {run.start:%Y-%m-%d at %H:%M} UTC, and that cannot be.")


def _tiring(plan: Mapping[str, Any]) -> Tiring:
    """When running counts as tired at the plan's stage; the usual half hour where the plan cannot be read."""
    try:
        programme = load(plan["programme"])
        stage = programme.stages[programme.index(plan["stage"])].changed(plan.get("stage_override"))
    except (RulesError, KeyError):
        return Tiring()
    onset_s = Tiring().onset_s if stage.fatigue_onset_s is None else stage.fatigue_onset_s
    return Tiring(onset_s=onset_s, corroborated=stage.fatigue_mode == CORROBORATED)
