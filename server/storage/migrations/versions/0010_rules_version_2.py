"""Rules version 2: plans and programmes of a clinic keep version 1 of their built-in programme until a physio changes
it; tolerance limits of a plan that version 2 would refuse are completed; alerts and decisions of the update itself.
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
PROFILE_OF = {"PHT": "TENDON", "DHT": "TENDON", "FIBRE": "FIBRE", "IMT": "IMT", "NEURAL": "NEURAL"}
ITEMS = ("during", "after", "rise")
GREEN_1 = {"TENDON": (3, 3, 1), "FIBRE": (2, 2, 1), "IMT": (1, 1, 0), "NEURAL": (2, 2, 1)}  # of version 1, as ITEMS
RED_1 = {"TENDON": (6, 6, 3), "FIBRE": (5, 5, 3), "IMT": (4, 4, 2), "NEURAL": (5, 5, 2)}
GREEN_2 = {"TENDON": (3, 3, 1), "FIBRE": (2, 2, 1), "IMT": (2, 2, 1), "NEURAL": (2, 2, 1)}
RED_2 = {"TENDON": (6, 6, 3), "FIBRE": (5, 5, 3), "IMT": (5, 5, 3), "NEURAL": (5, 5, 3)}

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
    _complete_profiles()


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


def _complete_profiles() -> None:
    """Version 2 needs the name of a profile, and refuses limits under which a score would be GREEN and RED at once.

    Version 1 took the name of the programme's profile if there was none. Its other limits are filled in only where
    those of version 2 would be refused beside the ones that a physio gave.
    """
    for row in _rows(PLANS):
        body = _with_profile(row["body"], None)
        if body != row["body"]:
            place = [PLANS.c.runner_id == row["runner_id"], PLANS.c.version == row["version"]]
            op.execute(PLANS.update().where(*place).values(body=body))


def _with_profile(body: Mapping[str, Any], of_first: str | None) -> Mapping[str, Any]:
    of_programme = _profile_of(body.get("programme")) or of_first
    profile, second = body.get("profile"), body.get("second")
    plan = {**body, "profile": _completed(profile, of_programme)} if isinstance(profile, Mapping) else body
    return {**plan, "second": _with_profile(second, of_programme)} if isinstance(second, Mapping) else plan


def _profile_of(programme: Any) -> str | None:
    """The profile that a programme names, itself or through the built-in one that it extends; FIELD names none."""
    while isinstance(programme, Mapping):
        if programme.get("profile") in GREEN_1:
            return str(programme["profile"])
        programme = programme.get("extends")
    return PROFILE_OF.get(str(programme).removesuffix(VERSION_1))


def _completed(profile: Mapping[str, Any], of_programme: str | None) -> Mapping[str, Any]:
    name = profile.get("name") if profile.get("name") in GREEN_1 else of_programme
    if name is None:
        return profile
    green, red = profile.get("green") or {}, profile.get("red") or {}
    if all(a < b for a, b in zip(_limits(green, GREEN_2[name]), _limits(red, RED_2[name]), strict=True)):
        return {**profile, "name": name}
    green_1 = dict(zip(ITEMS, _limits(green, GREEN_1[name]), strict=True))
    red_1 = dict(zip(ITEMS, _limits(red, RED_1[name]), strict=True))
    return {**profile, "name": name, "green": {**green, **green_1}, "red": {**red, **red_1}}


def _limits(given: Mapping[str, Any], others: tuple[float, ...]) -> list[float]:
    values = (given.get(item) for item in ITEMS)
    return [other if value is None else value for value, other in zip(values, others, strict=True)]


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
