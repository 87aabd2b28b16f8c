"""Rules version 2: plans and programmes of a clinic keep version 1 of their built-in programme until a physio changes
it; alerts and decisions of the update itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# As they were when this migration was written: what a later release calls them does not matter here.
BUILT_IN = ("PHT", "FIBRE", "IMT", "DHT", "NEURAL", "FIELD")
VERSION_1 = "@1"

PLANS = sa.table("plans", sa.column("runner_id"), sa.column("version"), sa.column("body", sa.JSON))
PROGRAMMES = sa.table(
    "clinic_programmes", sa.column("clinic_id"), sa.column("key"), sa.column("version"), sa.column("body", sa.JSON)
)


def upgrade() -> None:
    op.create_table(
        "rules_updates",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("from_version", sa.String(), nullable=False),
        sa.Column("decision_before", sa.String(), nullable=False),
        sa.Column("verdict", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("decided_at", UtcTime(timezone=True), nullable=False),
        sa.Column("completed_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_rules_updates_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "rules_version", name=op.f("pk_rules_updates")),
    )
    op.add_column("alerts", sa.Column("baseline_at", UtcTime(timezone=True), nullable=True))
    op.add_column("alerts", sa.Column("baseline_sha256", sa.String(), nullable=True))
    _rewrite(_to_version_1)


def downgrade() -> None:
    _rewrite(_to_current)
    with op.batch_alter_table("alerts") as alerts:
        alerts.drop_column("baseline_sha256")
        alerts.drop_column("baseline_at")
    op.drop_table("rules_updates")


def _rewrite(rename: Callable[[str], str]) -> None:
    """Rename the built-in programme in every version of every plan and of every programme of a clinic."""
    for table, renamed in ((PLANS, _plan), (PROGRAMMES, _document)):
        for row in _rows(table):
            body = renamed(row["body"], rename)
            if body != row["body"]:
                place = [column == row[column.name] for column in table.columns if column.name != "body"]
                op.execute(table.update().where(*place).values(body=body))


def _rows(table: sa.TableClause) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.select(*table.columns)).mappings()]


def _plan(body: Mapping[str, Any], rename: Callable[[str], str]) -> Mapping[str, Any]:
    plan = {**body, "programme": _programme(body["programme"], rename)} if "programme" in body else body
    second = plan.get("second")
    return {**plan, "second": _plan(second, rename)} if isinstance(second, Mapping) else plan


def _programme(programme: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(programme, str):
        return rename(programme)
    return _document(programme, rename) if isinstance(programme, Mapping) else programme


def _document(body: Mapping[str, Any], rename: Callable[[str], str]) -> Mapping[str, Any]:
    extends = body.get("extends")
    return {**body, "extends": rename(extends)} if isinstance(extends, str) else body


def _to_version_1(key: str) -> str:
    return f"{key}{VERSION_1}" if key in BUILT_IN else key


def _to_current(key: str) -> str:
    return key.removesuffix(VERSION_1)
