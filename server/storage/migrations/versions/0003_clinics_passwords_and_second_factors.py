"""Clinics, passwords, second factors, covers, tokens of programs, and whose sensor is whose."""

import sqlalchemy as sa
from alembic import op

from server.storage.tables.columns import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = UtcTime(timezone=True)
JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "clinics",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinics")),
    )
    # Whoever is here already belongs to the one clinic that there was.
    op.execute("insert into clinics (id, name, created_at) select 'clinic', 'Clinic', min(created_at) from people"
               " having count(*) > 0")  # fmt: skip
    _people()
    _logins()
    _gateways()
    _doors()


def _people() -> None:
    # Columns are added in place: where other tables refer to people, SQLite cannot put a new table in their place.
    op.add_column("people", sa.Column("clinic_id", sa.String(), nullable=False, server_default="clinic"))
    op.add_column("people", sa.Column("member_from", TIME, nullable=True))
    op.add_column("people", sa.Column("member_until", TIME, nullable=True))
    op.create_index(op.f("ix_people_clinic_id"), "people", ["clinic_id"])
    op.create_table(
        "covers",
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("physio_id", sa.String(), nullable=False),
        sa.Column("absent_id", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("said_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_covers_runner_id_people")),
        sa.ForeignKeyConstraint(["physio_id"], ["people.id"], name=op.f("fk_covers_physio_id_people")),
        sa.ForeignKeyConstraint(["absent_id"], ["people.id"], name=op.f("fk_covers_absent_id_people")),
        sa.PrimaryKeyConstraint("runner_id", "id", name=op.f("pk_covers")),
    )
    op.create_index(op.f("ix_covers_physio_id"), "covers", ["physio_id"])


def _logins() -> None:
    op.add_column("entries", sa.Column("kind", sa.String(), nullable=False, server_default="invitation"))
    op.create_index(op.f("ix_entries_person_id"), "entries", ["person_id"])
    op.drop_table("logins")  # nobody said where these came from; everybody logs in once more
    op.create_table(
        "logins",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("idle_s", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_logins_person_id_people")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_logins")),
    )
    op.create_index(op.f("ix_logins_person_id"), "logins", ["person_id"])


def _gateways() -> None:
    op.add_column("gateways", sa.Column("clinic_id", sa.String(), nullable=False, server_default="clinic"))
    op.add_column("gateways", sa.Column("let_in_by", sa.String(), nullable=True))
    op.add_column("gateways", sa.Column("next_sha256", sa.String(), nullable=True))
    op.add_column("gateways", sa.Column("rotated_at", TIME, nullable=True))
    op.add_column("gateways", sa.Column("replaced_by", sa.String(), nullable=True))
    op.create_index(op.f("ix_gateways_clinic_id"), "gateways", ["clinic_id"])
    op.create_index(op.f("ix_gateways_next_sha256"), "gateways", ["next_sha256"], unique=True)
    op.add_column("heartbeats", sa.Column("address", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "sensor_assignments",
        sa.Column("gateway_id", sa.String(), nullable=False),
        sa.Column("sensor", sa.String(), nullable=False),
        sa.Column("runner_id", sa.String(), nullable=False),
        sa.Column("nickname", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["gateways.id"], name=op.f("fk_sensor_assignments_gateway_id_gateways")
        ),
        sa.ForeignKeyConstraint(["runner_id"], ["people.id"], name=op.f("fk_sensor_assignments_runner_id_people")),
        sa.PrimaryKeyConstraint("gateway_id", "sensor", name=op.f("pk_sensor_assignments")),
    )
    op.create_index(op.f("ix_sensor_assignments_runner_id"), "sensor_assignments", ["runner_id"])


def _doors() -> None:
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("login_name", sa.String(), nullable=False),
        sa.Column("argon2id", sa.String(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passwords_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passwords")),
        sa.UniqueConstraint("login_name", name=op.f("uq_passwords_login_name")),
    )
    op.create_table(
        "factors",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_factors_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_factors")),
    )
    op.create_table(
        "tries",
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("door", "id", name=op.f("pk_tries")),
    )
    op.create_table(
        "program_tokens",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_program_tokens_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_program_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_program_tokens_token_sha256")),
    )


def downgrade() -> None:
    for table in ("program_tokens", "tries", "factors", "passwords", "sensor_assignments", "logins", "covers"):
        op.drop_table(table)
    op.drop_column("heartbeats", "address")
    op.drop_index(op.f("ix_gateways_next_sha256"), "gateways")
    op.drop_index(op.f("ix_gateways_clinic_id"), "gateways")
    for column in ("clinic_id", "let_in_by", "next_sha256", "rotated_at", "replaced_by"):
        op.drop_column("gateways", column)
    op.drop_index(op.f("ix_entries_person_id"), "entries")
    op.drop_column("entries", "kind")
    op.drop_index(op.f("ix_people_clinic_id"), "people")
    for column in ("clinic_id", "member_from", "member_until"):
        op.drop_column("people", column)
    op.drop_table("clinics")
    op.create_table(
        "logins",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_logins_person_id_people")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_logins")),
    )
