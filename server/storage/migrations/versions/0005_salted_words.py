"""Words of the audit have a salt."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_words", sa.Column("salt", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("audit_words") as batch:
        batch.drop_column("salt")
