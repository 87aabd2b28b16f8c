"""Alerts, their outbox, channels and watches."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("session_id", sa.String(), nullable=True),
        sa.Column("raised_at", UtcTime(timezone=True), nullable=False),
        sa.Column("closed_at", UtcTime(timezone=True), nullable=True),
        sa.Column("escalated_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("runner_id", "episode", name=op.f("pk_alerts")),
        sa.UniqueConstraint("id", name=op.f("uq_alerts_id")),
    )
    op.create_index(op.f("ix_alerts_raised_at"), "alerts", ["raised_at"])
    op.create_table(
        "hearings",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("seen_at", UtcTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", UtcTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("runner_id", "episode", "person_id", name=op.f("pk_hearings")),
    )
    op.create_index(op.f("ix_hearings_person_id"), "hearings", ["person_id"])
    op.create_table(
        "outbox",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("episode", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("pinned_channel_id", sa.String(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", UtcTime(timezone=True), nullable=True),
        sa.Column("lease_until", UtcTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("digest_key", sa.String(), nullable=True),
        sa.Column("sent_at", UtcTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("dropped_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("runner_id", "key", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_person", "outbox", ["person_id", "tried_at"])
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"])
    op.create_index(op.f("ix_outbox_digest_key"), "outbox", ["digest_key"])
    op.create_table(
        "channels",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("added_at", UtcTime(timezone=True), nullable=False),
        sa.Column("worked_at", UtcTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("trouble_since", UtcTime(timezone=True), nullable=True),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_channels_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_channels")),
    )
    op.create_table(
        "alert_wishes",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("quiet_from_min", sa.Integer(), nullable=False),
        sa.Column("quiet_until_min", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Boolean(), nullable=False),
        sa.Column("deputy_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_alert_wishes_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_alert_wishes")),
    )
    op.create_table(
        "watches",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(timezone=True), nullable=False),
        sa.Column("lease_until", UtcTime(timezone=True), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_watches_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_due_at"), "watches", ["due_at"])
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lease_until", UtcTime(timezone=True), nullable=False),
        sa.Column("done_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_job_runs")),
    )


def downgrade() -> None:
    for table in ("job_runs", "watches", "alert_wishes", "channels", "outbox", "hearings", "alerts"):
        op.drop_table(table)
