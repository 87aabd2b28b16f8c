"""Sessions made of runs, tombstones, and who is at work on what arrived."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions()
    op.create_table(
        "tombstones",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", "kind", "source_id", name=op.f("pk_tombstones")),
    )
    with op.batch_alter_table("review_requests") as requests:
        requests.add_column(sa.Column("decoder_version", sa.String(), nullable=True))
        requests.add_column(sa.Column("claimed_by", sa.String(), nullable=True))
        requests.add_column(sa.Column("claimed_until", UtcTime(timezone=True), nullable=True))
    op.execute("update review_requests set decoder_version = '1' where done_at is not null or trouble is not null")
    with op.batch_alter_table("verdicts") as verdicts:
        verdicts.add_column(sa.Column("plan_version", sa.Integer(), nullable=True))
    _runs_know_their_quality()


def downgrade() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("measured_with", sa.String(), nullable=False, server_default=""))
        runs.drop_column("quality")
        runs.drop_column("run_s")
    with op.batch_alter_table("runs") as runs:
        runs.alter_column("measured_with", server_default=None)
    op.execute("delete from runs where kind = 'hand'")
    with op.batch_alter_table("verdicts") as verdicts:
        verdicts.drop_column("plan_version")
    with op.batch_alter_table("review_requests") as requests:
        for name in ("decoder_version", "claimed_by", "claimed_until"):
            requests.drop_column(name)
    op.drop_table("tombstones")
    op.drop_table("compositions")
    op.drop_index("ix_sessions_runner_start", "sessions")
    op.drop_table("sessions")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("start", UtcTime(timezone=True), nullable=False),
        sa.Column("end", UtcTime(timezone=True), nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("run_s", sa.Float(), nullable=True),
        sa.Column("made_of", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("decoder_version", sa.String(), nullable=False),
        sa.Column("measured_with", sa.String(), nullable=False),
        sa.Column("measured", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("second", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_sessions_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_runner_start", "sessions", ["runner_id", "start"])
    op.create_table(
        "compositions",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_compositions_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", name=op.f("pk_compositions")),
    )


def _runs_know_their_quality() -> None:
    """What was measured of a run says both already."""
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("quality", sa.String(), nullable=False, server_default="POOR"))
        runs.add_column(sa.Column("run_s", sa.Float(), nullable=True))
        runs.drop_column("measured_with")
    table = sa.table(
        "runs",
        *(sa.column(name) for name in ("runner_id", "id", "quality", "run_s")),
        sa.column("measured", sa.JSON()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(table.c.runner_id, table.c.id, table.c.measured)).all():
        told = sa.update(table).where(table.c.runner_id == row.runner_id, table.c.id == row.id)
        quality, run_s = row.measured.get("quality", "POOR"), row.measured.get("run_s")
        connection.execute(told.values(quality=quality, run_s=run_s))
    with op.batch_alter_table("runs") as runs:
        runs.alter_column("quality", server_default=None)
