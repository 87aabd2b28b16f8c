"""Export: everything about a runner in one archive that people and programs can read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import Column, LargeBinary, Table, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from sensors import store
from server.archive import spreadsheet
from server.storage import history, runs, schema
from server.storage.people import Person
from server.storage.tables.arrivals import CaptureRow, ChunkRow, FileRow
from server.storage.tables.runs import CheckInRow, PlanRow, RunRow, SessionRow

README = """Everything that this server keeps about {name}, as of {now}.

profile.json        who you are here
plans.json          every version of your plan, with who made it and when
sessions.csv        your sessions in a table, for a spreadsheet
sessions.json       the same with all that was measured; a session is made of one run or more
runs.json           each run as it was recorded, and every answer that you gave about it, corrected ones too
recordings/         each run second by second, as CSV; an empty cell is what no sensor said
originals/          what arrived, as it came: captures of gateways as JSON lines, files of watches unchanged
verdicts.json       everything that was said to you, with its reasons and the versions of rules and programme
audit.json          who did what about you, and when
tables/             every other row about you, one JSON document a line

Times are in UTC; speeds in metres a second; cadence in steps a minute unless a recording says strides.
What is missing was not measured, or not said. This is decision support for you and your physiotherapist; not a
diagnosis.
"""
SHOWN_ELSEWHERE = frozenset(
    "plans runs sessions recordings check_ins verdicts captures chunks files audit audit_words".split()  # noqa: SIM905
)
SECRET = ("sha256", "secret", "token", "password", "salt", "argon2id", "sealed", "challenge")  # in a column's name
SECRET_BODIES = frozenset({"factors"})
OF_THE_RUNNER = ("runner_id", "person_id")
SUMMARY = ("run_s", "run_m", "v_peak_mps", "quality")
PAGE = 500


def write(db: Session, runner: Person, by: Person, now: datetime, out: IO[bytes]) -> None:
    """The archive into `out`, one run after the other, so that it needs little memory however many there are.

    What lets a runner in (their logins, their ways to be called) is for nobody but themselves.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(name=runner.name, now=_plain(now)))
        archive.writestr("profile.json", _json({"id": runner.id, "name": runner.name, "role": runner.role}))
        archive.writestr("plans.json", _json([_row(row) for row in _of(db, PlanRow, runner.id)]))
        _sessions(db, runner.id, archive)
        _captures(db, runner.id, archive)
        _files(db, runner.id, archive)
        archive.writestr("verdicts.json", _json(list(_verdicts(db, runner.id))))
        archive.writestr("audit.json", _json(list(_audit(db, runner.id))))
        for table in schema.metadata.sorted_tables:
            _other(db, runner.id, table, archive, own=by.id == runner.id)


def _sessions(db: Session, runner_id: str, archive: zipfile.ZipFile) -> None:
    answers: dict[str, list[dict[str, Any]]] = {}
    for answer in _of(db, CheckInRow, runner_id):
        answers.setdefault(answer.run_id, []).append(_row(answer))
    sessions = [_row(row) for row in _of(db, SessionRow, runner_id)]
    archive.writestr("sessions.json", _json(sessions))
    header = ("id", "start", "end", "mine", *SUMMARY)
    rows = [[session.get(name, session["measured"].get(name)) for name in header] for session in sessions]
    archive.writestr("sessions.csv", spreadsheet.table(header, rows))
    every = [_row(row) for row in _of(db, RunRow, runner_id)]
    archive.writestr("runs.json", _json([run | {"check_ins": answers.get(run["id"], [])} for run in every]))
    for number, run in enumerate(every, 1):
        packed = runs.recording_of(db, runner_id, run["id"])
        if packed is not None:
            archive.writestr(f"recordings/{number:05}.csv", spreadsheet.recording(store.unpack(packed)))


def _captures(db: Session, runner_id: str, archive: zipfile.ZipFile) -> None:
    index = [_row(row) for row in _of(db, CaptureRow, runner_id)]
    for number, capture in enumerate(index, 1):
        capture["packets"] = f"originals/captures/{number:05}.jsonl"
        query = select_rows(ChunkRow.body).where(ChunkRow.runner_id == runner_id, ChunkRow.capture_id == capture["id"])
        with archive.open(capture["packets"], "w") as entry:
            for body in db.exec(query.order_by(col(ChunkRow.seq)).execution_options(yield_per=16)):
                entry.write(body)
    archive.writestr("originals/captures.json", _json(index))


def _files(db: Session, runner_id: str, archive: zipfile.ZipFile) -> None:
    """Under names of our own: a name that somebody gave may be a path, or another file's."""
    query = select_rows(FileRow.sha256, FileRow.name, FileRow.received_at).where(FileRow.runner_id == runner_id)
    index = []
    for number, (digest, name, received_at) in enumerate(db.exec(query.order_by(col(FileRow.received_at))).all(), 1):
        path = f"originals/files/{number:05}"
        index.append({"file": path, "name": name, "sha256": digest, "received_at": _plain(received_at)})
        body = db.exec(select_rows(FileRow.body).where(FileRow.runner_id == runner_id, FileRow.sha256 == digest)).one()
        archive.writestr(path, body)
    archive.writestr("originals/files.json", _json(index))


def _verdicts(db: Session, runner_id: str) -> Iterator[dict[str, Any]]:
    before = None
    while found := history.verdicts(db, runner_id, PAGE, before):
        for one in found:
            yield {
                "decided_at": _plain(one.decided_at),
                "superseded_at": _plain(one.superseded_at),
                "inputs_sha256": one.inputs_sha256,
                "verdict": dict(one.body),
            }
        before = (found[-1].decided_at, found[-1].inputs_sha256)


def _audit(db: Session, runner_id: str) -> Iterator[dict[str, Any]]:
    before = None
    while found := history.deeds(db, PAGE, before, runner_ids=[runner_id], actor=runner_id):
        for one in found:
            yield {"at": _plain(one.at), "actor": one.actor, "action": one.action, "words": one.words}
        before = found[-1].seq


def _other(db: Session, runner_id: str, table: Table, archive: zipfile.ZipFile, *, own: bool) -> None:
    """Whatever else is kept of them, so that a table which is added one day is not forgotten here."""
    theirs = [column for column in table.columns if column.name in OF_THE_RUNNER[: 2 if own else 1]]
    if not theirs or table.name in SHOWN_ELSEWHERE:
        return
    shown = [column for column in table.columns if not _is_hidden(column)]
    rows = db.execute(select(*shown).where(theirs[0] == runner_id)).mappings()
    lines = [json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) for row in rows]
    if lines:
        archive.writestr(f"tables/{table.name}.jsonl", "\n".join(lines) + "\n")


def _is_hidden(column: Column[Any]) -> bool:
    is_secret = any(word in column.name for word in SECRET)
    return (
        is_secret
        or isinstance(column.type, LargeBinary)
        or (column.table.name in SECRET_BODIES and column.name == "body")
    )


def _of(db: Session, table: Any, runner_id: str) -> Any:
    keys = [column for column in table.__table__.primary_key.columns if column.name != "runner_id"]
    return db.exec(select_rows(table).where(table.runner_id == runner_id).order_by(*keys))


def _row(row: Any) -> dict[str, Any]:
    values: Mapping[str, Any] = row.model_dump(exclude={"runner_id"})
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False, default=str)
