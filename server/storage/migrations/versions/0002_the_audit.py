"""The audit."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("runner_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("words_sha256", sa.String(), nullable=False),
        sa.Column("before_sha256", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_runner_id"), "audit", ["runner_id"])
    op.create_table(
        "audit_words",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("runner_id", sa.String(), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["audit.seq"], name=op.f("fk_audit_words_seq_audit")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_words")),
    )
    op.create_index(op.f("ix_audit_words_runner_id"), "audit_words", ["runner_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_words_runner_id"), "audit_words")
    op.drop_table("audit_words")
    op.drop_index(op.f("ix_audit_runner_id"), "audit")
    op.drop_table("audit")
