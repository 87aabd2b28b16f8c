"""The first schema."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_ins",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("answered_at", UtcTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", "run_id", "answered_at", name=op.f("pk_check_ins")),
    )
    op.create_table(
        "chunk_conflicts",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("received_at", UtcTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", "capture_id", "seq", "sha256", name=op.f("pk_chunk_conflicts")),
    )
    op.create_table(
        "chunks",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("packets", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", "capture_id", "seq", name=op.f("pk_chunks")),
    )
    op.create_table(
        "gateways",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateways")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_gateways_token_sha256")),
    )
    op.create_table(
        "pairings",
        sa.Column("device_sha256", sa.String(), nullable=False),
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("started_at", UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("runner_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("gateway_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("device_sha256", name=op.f("pk_pairings")),
    )
    with op.batch_alter_table("pairings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairings_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_pairings_code_sha256"), ["code_sha256"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "recordings",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", "run_id", name=op.f("pk_recordings")),
    )
    op.create_table(
        "review_requests",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("requested_at", UtcTime(timezone=True), nullable=False),
        sa.Column("done_at", UtcTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("runner_id", "kind", "source_id", name=op.f("pk_review_requests")),
    )
    op.create_table(
        "said",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said_at", UtcTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", "id", name=op.f("pk_said")),
    )
    op.create_table(
        "verdicts",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("decided_at", UtcTime(timezone=True), nullable=False),
        sa.Column("inputs_sha256", sa.String(), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("programme_version", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("superseded_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("runner_id", "decided_at", "inputs_sha256", name=op.f("pk_verdicts")),
    )
    op.create_table(
        "assignments",
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateways.id"], name=op.f("fk_assignments_gateway_id_gateways")),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_assignments_runner_id_people")),
        sa.PrimaryKeyConstraint("gateway_id", "runner_id", name=op.f("pk_assignments")),
    )
    op.create_table(
        "captures",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", UtcTime(timezone=True), nullable=False),
        sa.Column("received_at", UtcTime(timezone=True), nullable=False),
        sa.Column("root", sa.String(), nullable=True),
        sa.Column("closing", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateways.id"], name=op.f("fk_captures_gateway_id_gateways")),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_captures_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "id", name=op.f("pk_captures")),
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_id"), ["id"], unique=False)

    op.create_table(
        "care",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("physio_id", sa.String(), nullable=False),
        sa.Column("consented_at", UtcTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["physio_id"], ["people.id"], name=op.f("fk_care_physio_id_people")),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_care_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "physio_id", name=op.f("pk_care")),
    )
    op.create_table(
        "care_requests",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("physio_id", sa.String(), nullable=False),
        sa.Column("asked_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["physio_id"], ["people.id"], name=op.f("fk_care_requests_physio_id_people")),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_care_requests_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "physio_id", name=op.f("pk_care_requests")),
    )
    op.create_table(
        "entries",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("expires_at", UtcTime(timezone=True), nullable=False),
        sa.Column("reusable", sa.Boolean(), nullable=False),
        sa.Column("used_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_entries_person_id_people")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_entries")),
    )
    op.create_table(
        "files",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("received_at", UtcTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_files_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "sha256", name=op.f("pk_files")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("held", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateways.id"], name=op.f("fk_heartbeats_gateway_id_gateways")),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "logins",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_logins_person_id_people")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_logins")),
    )
    op.create_table(
        "pairing_misses",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pairing_misses_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "at", name=op.f("pk_pairing_misses")),
    )
    op.create_table(
        "plans",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", UtcTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_plans_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "version", name=op.f("pk_plans")),
    )
    op.create_table(
        "runs",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("start", UtcTime(timezone=True), nullable=False),
        sa.Column("end", UtcTime(timezone=True), nullable=False),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.Column("decoder_version", sa.String(), nullable=False),
        sa.Column("measured_with", sa.String(), nullable=False),
        sa.Column("measured", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_runs_runner_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "id", name=op.f("pk_runs")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index("ix_runs_runner_start", ["runner_id", "start"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index("ix_runs_runner_start")

    op.drop_table("runs")
    op.drop_table("plans")
    op.drop_table("pairing_misses")
    op.drop_table("logins")
    op.drop_table("heartbeats")
    op.drop_table("files")
    op.drop_table("entries")
    op.drop_table("care_requests")
    op.drop_table("care")
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_captures_id"))

    op.drop_table("captures")
    op.drop_table("assignments")
    op.drop_table("verdicts")
    op.drop_table("said")
    op.drop_table("review_requests")
    op.drop_table("recordings")
    op.drop_table("people")
    with op.batch_alter_table("pairings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairings_code_sha256"))
        batch_op.drop_index(batch_op.f("ix_pairings_address"))

    op.drop_table("pairings")
    op.drop_table("gateways")
    op.drop_table("chunks")
    op.drop_table("chunk_conflicts")
    op.drop_table("check_ins")
