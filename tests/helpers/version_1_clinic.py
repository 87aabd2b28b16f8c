"""A clinic as version 1 of the rules left it: plans, sessions measured by it, verdicts, and alerts that are open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import ready_made
from postgres import create, fresh_url
from sqlmodel import Session

from sensors import store
from sensors.recording import DECODER_VERSION, Recording
from server import alerts, said
from server.alerts import Found
from server.runs import measuring
from server.storage import clinic_programmes, people, runs, sessions
from server.storage.clinic_programmes import ClinicProgramme
from server.storage.database import Database
from server.storage.people import Person
from server.storage.runs import Plan, Run
from server.storage.sessions import Training

READY = Person(id="r-1", name="Ada Example", role="runner")
TINGLING = Person(id="r-2", name="Bo Example", role="runner")
FLAGGED = Person(id="r-3", name="Flo Example", role="runner")
JUMPED = Person(id="r-4", name="Jo Example", role="runner")
RUNNERS = (READY, TINGLING, FLAGGED, JUMPED)
PHYSIO = Person(id="p-1", name="Cy Example", role="physio")
SECOND = Person(id="p-2", name="Di Example", role="physio")  # of the first runner alone
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
BEFORE_SCHEMA = "0008"
SPEED_MPS = 2.7
# (days ago, minutes): what stage P3 requires, with no jump of distance; and once a run far too long.
COMPLETE = (
    *((54, 20), (50, 22), (46, 25), (42, 27), (38, 29), (34, 31), (30, 33), (26, 34), (22, 35), (18.5, 36)),
    *((16.3, 36), (14.2, 37), (12.1, 39), (9.9, 41), (7.6, 43), (5.3, 45.5), (2.4, 33)),
)
TOO_LONG = (*COMPLETE[:-1], (2.4, 70))
OWN_PROGRAMME = {"name": "Ours", "version": "OURS 1", "extends": "PHT", "override": {"3": {"n": 3}}}


def fill(database: Database) -> None:
    """Rows as version 1 wrote them, under the schema that it had."""
    with database.write() as db, version_1():
        _people(db)
        _histories(db)
        save_verdict(db, READY, "PROGRESS_READY", [reason("DOSE", "PROGRESS_READY")])
        save_verdict(db, TINGLING, "PROGRESS_READY", [reason("DOSE", "PROGRESS_READY")])
        save_verdict(
            db, FLAGGED, "STOP_REFER", [reason("RED_FLAG", "STOP_REFER", item="foot_drop_or_progressive_weakness")]
        )
        save_verdict(db, JUMPED, "HOLD", [reason("SPIKE_MODERATE", "HOLD"), reason("A_CODE_OF_VERSION_1", "CONTINUE")])
        _alerts(db)
    database.downgrade(BEFORE_SCHEMA)


def sqlite_url(file: Path) -> str:
    """Of a copy of the clinic in this file."""
    file.write_bytes(_file())
    return f"sqlite:///{file}"


def postgres_url(socket: str) -> str:
    """Of a copy of the clinic on this server."""
    return fresh_url(socket, _database(socket))


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "clinic.db"
        _fill_at(ready_made.sqlite_url(f"sqlite:///{file}"))
        return file.read_bytes()


@cache
def _database(socket: str) -> str:
    name = "version_1"
    create(socket, name)
    _fill_at(f"postgresql://stridegate@/{name}?host={socket}")
    return name


def _fill_at(url: str) -> None:
    database = Database(url)
    database.migrate()
    fill(database)
    if database.is_sqlite:  # so that the file alone is all of it
        database.scrub()
    database.close()


@contextmanager
def version_1() -> Iterator[None]:
    """While this lasts, sessions are keyed as version 1 of the rules keyed them."""
    with mock.patch.object(measuring, "RULES_VERSION", "1"):
        yield


def plan_body(**changed: Any) -> dict[str, Any]:
    return {
        "programme": "PHT",
        "profile": None,
        "stage": "P3",
        "stage_override": {},
        "stage_entered_at": said.utc_text(NOON - timedelta(days=17)),
        "baseline_morning": 1,
        "baseline_stiff_min": 0,
        "onset_at": None,
        "references": {"v_max_mps": 8.0, "v_max_kind": "measured", "v_thr_mps": 4.0, "declared_longest_m": 5000},
    } | changed


def add_run(
    db: Session, runner: Person, days_ago: float, minutes: float, answers: Mapping[str, Any], *, recorded: bool = False
) -> str:
    """A run without its session; with its recording if it can be measured again."""
    start, seconds = NOON - timedelta(days=days_ago), 60.0 * minutes
    run_id = f"{runner.id}-{days_ago:g}"
    run = Run(
        runner_id=runner.id,
        id=run_id,
        kind="file",
        source_id=run_id,
        start=start,
        end=start + timedelta(seconds=seconds),
        quality="OK",
        run_s=seconds,
        rules_version="1",
        decoder_version=DECODER_VERSION,
    )
    runs.save_run(db, run, _measured(seconds), store.pack(recording(start, seconds)) if recorded else None)
    if answers:
        runs.save_check_in(db, runner.id, run_id, runner.id, answers, start + timedelta(hours=24))
    return run_id


def measure(db: Session, runner: Person) -> None:
    """The sessions of all runs of a runner, as version 1 measured them."""
    db.flush()
    due = measuring.standing(db, runner.id, runs.plan_of(db, runner.id)).outdated
    sessions.save(db, [_training(one) for one in due], runner.id, [])
    db.flush()


def recording(start: datetime, seconds: float) -> Recording:
    t_s = np.arange(seconds)
    return Recording.of(t_s, speed_mps=np.full(len(t_s), SPEED_MPS), grade=np.zeros(len(t_s)), start=start)


def reason(code: str, decision: str, **more: Any) -> dict[str, Any]:
    """As version 1 wrote a reason."""
    empty = dict.fromkeys(("item", "measured", "required", "unit", "session_id", "of"))
    return {"code": code, "verdict": decision, **empty, **more}


def save_verdict(db: Session, runner: Person, decision: str, reasons: Sequence[Mapping[str, Any]]) -> None:
    body = {
        "decision": decision,
        "target_stage": None,
        "sufficient": decision == "PROGRESS_READY",
        "reasons": list(reasons),
        "missing": [],
        "notes": [],
        "rules_version": "1",
        "programme_version": "1",
    }
    runs.save_verdict(db, runner.id, body, "hash-of-version-1", NOON - timedelta(hours=6), 1)


def _people(db: Session) -> None:
    for person in (*RUNNERS, PHYSIO, SECOND):
        people.add_person(db, person, NOON - timedelta(days=100))
        people.add_entry(db, f"link-of-{person.id}", person.id, NOON + timedelta(days=3650), reusable=True)
    for runner in RUNNERS:
        people.give_consent(db, runner.id, PHYSIO.id, NOON - timedelta(days=100))
    people.give_consent(db, READY.id, SECOND.id, NOON - timedelta(days=100))
    own = {**OWN_PROGRAMME, "version": "OURS 1"}
    clinic_programmes.add(
        db, ClinicProgramme(clinic_id="clinic", key="OURS", version=1, body=own, by=PHYSIO.id, at=NOON)
    )


def _histories(db: Session) -> None:
    second = {"programme": "NEURAL", "stage": "N2", "stage_entered_at": said.utc_text(NOON - timedelta(days=17))}
    plans = {READY.id: {}, TINGLING.id: {}, FLAGGED.id: {"second": second}, JUMPED.id: {"programme": OWN_PROGRAMME}}
    for runner in RUNNERS:
        body = plan_body(**plans[runner.id])
        valid_from = NOON - timedelta(days=17)
        runs.save_plan(db, Plan(runner_id=runner.id, version=1, valid_from=valid_from, by=PHYSIO.id, body=body))
        said.screened(db, runner.id, f"screen-{runner.id}", runner, (), NOON - timedelta(days=1))
        db.flush()
        for days_ago, minutes in TOO_LONG if runner == JUMPED else COMPLETE:
            add_run(db, runner, days_ago, minutes, _answers(runner, days_ago))
        measure(db, runner)
    said.raise_flag(db, FLAGGED.id, "flag-1", FLAGGED, "foot_drop_or_progressive_weakness", NOON - timedelta(hours=7))


def _answers(runner: Person, days_ago: float) -> dict[str, Any]:
    nerve = {"character": ["tingling"], "distal_spread": True} if runner == TINGLING and days_ago < 6 else {}
    return {"during": 1, "after": 1, "morning": 1, **nerve}


def _alerts(db: Session) -> None:
    """What version 1 had found and sent: one that still stands, and one of a code that is gone."""
    hearers = [(FLAGGED.id, "runner"), (PHYSIO.id, "physio")]
    words = {"runner": "Stop.", "physio": "Stop."}
    flag = "RED_FLAG:foot_drop_or_progressive_weakness"
    alerts.stand(
        db, FLAGGED.id,
        [Found(code="RED_FLAG", urgency=3, episode=f"{FLAGGED.id}/{flag}/2026-03-30", words=words, hearers=hearers)],
        (), NOON - timedelta(hours=7),
    )  # fmt: skip
    gone = "THINK_BACK_OR_NERVE"
    alerts.stand(
        db, TINGLING.id,
        [Found(code=gone, urgency=2, episode=f"{TINGLING.id}/{gone}/2026-03-28", words={"physio": "Nerve?"},
               hearers=[(PHYSIO.id, "physio")])],
        (), NOON - timedelta(days=2),
    )  # fmt: skip


def _measured(seconds: float) -> dict[str, Any]:
    zeros = dict.fromkeys(
        ("eff80_n", "eff90_n", "uf_n", "inc2_s", "inc4_s", "dn4_s", "t_thr95_s", "t_thr105_s", "fast90_s"), 0.0
    )
    return {
        **zeros,
        "quality": "OK",
        "dur_s": seconds,
        "run_s": seconds,
        "cont_run_s": seconds,
        "run_m": SPEED_MPS * seconds,
        "fat_s": max(0.0, seconds - 1800),
        "peak3_pct": 100 * SPEED_MPS / 8.0,
        "notes": ["measured by version 1"],
    }


def _training(due: measuring.Due) -> Training:
    run = due.session.pieces[0].run
    part = {"id": run.id, "run": run.id, "kind": run.kind, "source": run.source_id, "counts": True}
    return Training(
        runner_id=run.runner_id,
        id=run.id,
        start=run.start,
        end=run.end,
        mine=True,
        run_s=run.run_s,
        made_of=[{**part, "start": run.start.isoformat(), "end": run.end.isoformat()}],
        rules_version="1",
        decoder_version=run.decoder_version,
        measured_with=due.key,
        measured=_measured(run.run_s or 0.0),
    )
