"""Answers and statements are numbered in the order in which they were stored; answers name what they are about."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BATCH = 500
ANSWER = "answer"  # beside the kinds of statements
CHECK_INS = sa.table(
    "check_ins",
    *(sa.column(name) for name in ("runner_id", "run_id", "seq")),
    sa.column("answered_at", UtcTime(timezone=True)),
    sa.column("parts", sa.JSON()),
)
SAID = sa.table(
    "said",
    *(sa.column(name) for name in ("runner_id", "id", "kind", "seq")),
    sa.column("said_at", UtcTime(timezone=True)),
    sa.column("body", sa.JSON()),
)
RUNS = sa.table(
    "runs",
    *(sa.column(name) for name in ("runner_id", "id")),
    *(sa.column(name, UtcTime(timezone=True)) for name in ("start", "end")),
)
SESSIONS = sa.table("sessions", sa.column("runner_id"), sa.column("made_of", sa.JSON()))


def upgrade() -> None:
    with op.batch_alter_table("check_ins") as check_ins:
        check_ins.add_column(sa.Column("seq", sa.Integer(), nullable=True))
        check_ins.add_column(sa.Column("parts", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("said") as said:
        said.add_column(sa.Column("seq", sa.Integer(), nullable=True))
    connection = op.get_bind()
    runners = sa.union(sa.select(CHECK_INS.c.runner_id), sa.select(SAID.c.runner_id))
    for runner_id in connection.execute(runners).scalars().all():
        _number(connection, runner_id)
    for table, columns in (("check_ins", ("seq", "parts")), ("said", ("seq",))):
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.alter_column(column, nullable=False)
            changed.create_unique_constraint(op.f(f"uq_{table}_runner_id_seq"), ["runner_id", "seq"])


def downgrade() -> None:
    for table, columns in (("said", ("seq",)), ("check_ins", ("parts", "seq"))):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"uq_{table}_runner_id_seq"), type_="unique")
            for column in columns:
                changed.drop_column(column)


def _number(connection: sa.Connection, runner_id: str) -> None:
    """Of rows stored before, their times tell the order; two of one moment keep the one in which they were read."""
    said = sa.select(SAID.c.said_at, SAID.c.id, SAID.c.kind, SAID.c.body).where(SAID.c.runner_id == runner_id)
    answer = (CHECK_INS.c.answered_at, CHECK_INS.c.run_id, sa.literal(ANSWER), sa.null())
    answered = sa.select(*answer).where(CHECK_INS.c.runner_id == runner_id)
    rows = [*connection.execute(said).all(), *connection.execute(answered).all()]
    parts = _Parts(connection, runner_id)
    statements, answers = [], []
    for seq, (at, name, kind, body) in enumerate(sorted(rows, key=lambda row: (row[0], row[1])), 1):
        if kind == ANSWER:
            answers.append({"at": at, "name": name, "number": seq, "about": parts.of(name)})
        else:
            parts.follow(kind, body)
            statements.append({"name": name, "number": seq})
    statement = sa.update(SAID).where(SAID.c.runner_id == runner_id, SAID.c.id == sa.bindparam("name"))
    _execute(connection, statement.values(seq=sa.bindparam("number")), statements)
    check_in = sa.update(CHECK_INS).where(
        CHECK_INS.c.runner_id == runner_id,
        CHECK_INS.c.run_id == sa.bindparam("name"),
        CHECK_INS.c.answered_at == sa.bindparam("at"),
    )
    _execute(connection, check_in.values(seq=sa.bindparam("number"), parts=sa.bindparam("about")), answers)


def _execute(connection: sa.Connection, statement: sa.Update, rows: list[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), BATCH):
        connection.execute(statement, rows[begin : begin + BATCH])


class _Parts:
    """What an answer was about: its session as it is composed now, but of a run that was cut only that part of it."""

    def __init__(self, connection: sa.Connection, runner_id: str) -> None:
        runs = connection.execute(sa.select(RUNS.c.id, RUNS.c.start, RUNS.c.end).where(RUNS.c.runner_id == runner_id))
        self._runs = {row.id: (row.start, row.end) for row in runs}
        made_of = connection.execute(sa.select(SESSIONS.c.made_of).where(SESSIONS.c.runner_id == runner_id)).scalars()
        self._beside = {run_id: several for several in map(_runs_in, made_of) for run_id in several}
        self._cuts: set[datetime] = set()

    def follow(self, kind: str, body: Mapping[str, Any]) -> None:
        """Go on by one statement: from a split on the parts are apart, until they are joined."""
        if kind == "split":
            self._cuts.add(datetime.fromisoformat(body["at"]))
        elif kind == "join":
            begin, end = (datetime.fromisoformat(body[name]) for name in ("from", "until"))
            self._cuts = {cut for cut in self._cuts if not begin <= cut <= end}

    def of(self, answered: str) -> list[list[str | None]]:
        run_id, _, since = answered.partition("@")
        begin = _moment(since)
        inside = sorted(cut for cut in self._cuts if self._is_inside(cut, run_id))
        end = next((cut for cut in inside if begin is None or cut > begin), None)
        if begin is not None or end is not None:
            return [[run_id, _text(begin), _text(end)]]
        return [[name, None, None] for name in self._beside.get(run_id, [run_id])]

    def _is_inside(self, cut: datetime, run_id: str) -> bool:
        start, end = self._runs.get(run_id, (cut, cut))
        return bool(start < cut < end)


def _runs_in(made_of: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(part["run"]) for part in made_of if "run" in part))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
