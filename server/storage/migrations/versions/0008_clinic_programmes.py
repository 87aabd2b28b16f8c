"""A clinic's own programmes."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clinic_programmes",
        sa.Column("clinic_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=op.f("fk_clinic_programmes_clinic_id_clinics")),
        sa.PrimaryKeyConstraint("clinic_id", "key", "version", name=op.f("pk_clinic_programmes")),
    )


def downgrade() -> None:
    op.drop_table("clinic_programmes")
