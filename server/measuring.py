"""Measuring: what arrived becomes a run; it can be done again from the kept bytes whenever the yardstick changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from rules.case import read_references
from rules.errors import RulesError
from rules.exposure import Previous, measure
from rules.programme import load
from rules.version import RULES_VERSION
from rules.vocabulary import References
from sensors import store
from sensors.errors import SensorError
from sensors.recording import DECODER_VERSION, Recording
from server.reading.readers import Readers
from server.storage import captures, runs
from server.storage.captures import ReviewRequest
from server.storage.runs import Plan, Run

BACK_TO_BACK = timedelta(hours=30)  # an earlier run that ended less than this before makes the later one a tired one
DEFAULT_ONSET_S = 1800.0
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # no watch or gateway of ours is older; 1970 is a clock that forgot
AHEAD = timedelta(minutes=15)  # two clocks may differ by as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What a run is measured against: the runner's own speeds, and when running counts as tired."""

    references: References
    fatigue_onset_s: float
    previous: Previous | None

    def key(self) -> str:
        """One hash of all that would change the measurement of the same recording."""
        facts = [asdict(self.references), self.fatigue_onset_s, self.previous and asdict(self.previous)]
        text = json.dumps([facts, RULES_VERSION, DECODER_VERSION], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def recordings_of(db: Session, request: ReviewRequest, readers: Readers) -> list[Recording]:
    """The recordings that lie in one capture or file. Raises SensorError where there is none, and NoReader."""
    if request.kind == "file":
        body = captures.file_body(db, request.runner_id, request.source_id)
        return [found.recording for found in readers.read(body)]
    capture = captures.find(db, request.source_id)
    if capture is None:
        raise SensorError("The capture is gone.")
    if not all(clock["trusted"] for clock in (capture.closing or {}).get("clock", [])):
        raise SensorError("Nobody knows when this run was: the gateway's clock had never met a right one.")
    return [readers.read_capture(captures.body_of(db, capture), capture.closing or {})]


def measured(db: Session, request: ReviewRequest, now: datetime, readers: Readers) -> list[tuple[Run, bytes]]:
    """The runs of one source, each with its recording in store form. Raises SensorError with a plain sentence."""
    plan = runs.plan_of(db, request.runner_id)
    others = [run for run in runs.runs_of(db, request.runner_id) if run.source_id != request.source_id]
    found: list[tuple[Run, bytes]] = []
    for number, recording in enumerate(recordings_of(db, request, readers)):
        run_id = request.source_id if request.kind == "capture" else f"{request.source_id[:16]}-{number}"
        run = _measure(recording, plan, [*others, *(run for run, _ in found)], request, run_id)
        _check_date(run, now)
        found.append((run, store.pack(recording)))
    return found


def outdated(db: Session, runner_id: str) -> list[Run]:
    """The runs that were measured against another yardstick than today's."""
    plan = runs.plan_of(db, runner_id)
    every = runs.runs_of(db, runner_id)
    return [run for run in every if run.measured_with != yardstick(plan, every, run.start, run.id).key()]


def measured_again(db: Session, run: Run) -> tuple[Run, bytes]:
    """The same run against today's yardstick, from its stored recording."""
    plan = runs.plan_of(db, run.runner_id)
    packed = runs.recording_of(db, run.runner_id, run.id)
    if packed is None:
        raise SensorError("The recording of this run is gone.")
    request = ReviewRequest(run.runner_id, run.kind, run.source_id)
    every = runs.runs_of(db, run.runner_id)
    return _measure(store.unpack(packed), plan, every, request, run.id), packed


def yardstick(plan: Plan | None, every: Sequence[Run], start: datetime, run_id: str) -> Yardstick:
    body = plan.body if plan is not None else {}
    return Yardstick(
        references=read_references(body.get("references") or {}),
        fatigue_onset_s=_fatigue_onset_s(body),
        previous=_previous(every, start, run_id),
    )


def _measure(recording: Recording, plan: Plan | None, every: Sequence[Run], request: ReviewRequest, run_id: str) -> Run:
    if recording.start is None:
        raise SensorError("Nobody said when this run was.")
    start = recording.start.astimezone(UTC)
    against = yardstick(plan, every, start, run_id)
    exposure = measure(
        recording, against.references, fatigue_onset_s=against.fatigue_onset_s, previous=against.previous
    )
    return Run(
        runner_id=request.runner_id,
        id=run_id,
        kind=request.kind,
        source_id=request.source_id,
        start=start,
        end=start + timedelta(seconds=exposure.dur_s or 0.0),
        rules_version=RULES_VERSION,
        decoder_version=DECODER_VERSION,
        measured_with=against.key(),
        measured=exposure.to_json(),
    )


def _check_date(run: Run, now: datetime) -> None:
    """A run with an impossible date must not drop out of the verdict in silence."""
    if run.start < EARLIEST or run.end > now + AHEAD:
        raise SensorError(f"This run says that it was on {run.start:%Y-%m-%d at %H:%M} UTC, and that cannot be.")


def _fatigue_onset_s(plan: Mapping[str, Any]) -> float:
    """When running counts as tired at the plan's stage; the usual half hour where the plan cannot be read."""
    try:
        programme = load(plan["programme"])
        stage = programme.stages[programme.index(plan["stage"])].changed(plan.get("stage_override"))
    except (RulesError, KeyError):
        return DEFAULT_ONSET_S
    return DEFAULT_ONSET_S if stage.fatigue_onset_s is None else stage.fatigue_onset_s


def _previous(every: Sequence[Run], start: datetime, run_id: str) -> Previous | None:
    """The hardest run that ended less than 30 h before: one is enough to make this a tired one."""
    earlier = [run for run in every if run.id != run_id and run.start < start and start - run.end < BACK_TO_BACK]
    if not earlier:
        return None
    hardest = max(earlier, key=lambda run: (run.measured.get("run_s") or 0.0, run.id))
    hours = max(0.0, (start - hardest.end).total_seconds() / 3600)
    return Previous(ended_h_before=hours, run_s=hardest.measured.get("run_s") or 0.0)
