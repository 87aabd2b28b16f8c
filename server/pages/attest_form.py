"""The form by which a physio attests what they saw in a run, and what was attested of it."""

from __future__ import annotations

from typing import Any

from rules.attest import AttestedMetric
from rules.metric_facts import label, unit
from server.attestations import attestable_metrics
from server.pages.reader import Reader
from server.review import Look, SeenRun


def build(look: Look, item: SeenRun, reader: Reader) -> dict[str, Any]:
    """The metrics that no sensor measured in this run, and the values that were attested, the latest first."""
    metrics = attestable_metrics(item.run.measured)
    stated = [statement for statement in look.attested if statement.session_id == item.run.id]
    return {
        "metrics": [(name, _name(name, reader)) for name in metrics],
        "attested": [_line(statement, reader) for statement in reversed(stated) if statement.metric in metrics],
    }


def _name(metric: str, reader: Reader) -> str:
    name = reader.gettext(label(metric))
    return name[:1].upper() + name[1:]


def _line(statement: AttestedMetric, reader: Reader) -> str:
    return reader.gettext(
        "{what}: {value} ({name}, {when})",
        what=_name(statement.metric, reader),
        value=reader.amount(statement.value, unit(statement.metric)),
        name=statement.by,
        when=reader.day(statement.at),
    )
