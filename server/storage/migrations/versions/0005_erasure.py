"""Words of the audit have a salt; who was erased leaves a name without a meaning."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_words", sa.Column("salt", sa.String(), server_default="", nullable=False))
    op.create_table(
        "erased",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "gateway_id", name=op.f("pk_erased")),
    )


def downgrade() -> None:
    op.drop_table("erased")
    with op.batch_alter_table("audit_words") as batch:
        batch.drop_column("salt")
