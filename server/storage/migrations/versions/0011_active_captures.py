"""Captures that gateways are recording now."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "active_captures",
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("started_at", UtcTime(timezone=True), nullable=False),
        sa.Column("last_packet_at", UtcTime(timezone=True), nullable=False),
        sa.Column("packets_held", sa.Integer(), nullable=False),
        sa.Column("reported_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateways.id"], name=op.f("fk_active_captures_gateway_id_gateways")),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_active_captures_runner_id_people")),
        sa.PrimaryKeyConstraint("gateway_id", "capture_id", name=op.f("pk_active_captures")),
    )
    op.create_index(op.f("ix_active_captures_runner_id"), "active_captures", ["runner_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_active_captures_runner_id"), table_name="active_captures")
    op.drop_table("active_captures")
