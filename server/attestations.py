"""Attestations of metrics: what a physio saw in a run, in the place of what was not measured or only typed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.attest import ATTESTABLE, AttestedMetric, attested_values, ceiling_name, is_measured
from rules.metric_facts import label
from rules.signal.grade import ENTERED
from server import said
from server.problem import Problem
from server.runs import by_hand
from server.storage import sessions
from server.storage.people import Person


def attest_metric(
    db: Session, runner_id: str, statement_id: str, by: Person, stated: tuple[str, str, float], now: datetime
) -> None:
    """Keep a physio's value of one metric of a session, as (session, metric, value).

    Raises Problem 403, 409 while the session is being measured, or 422 if a sensor measured that metric.
    """
    session_id, metric, _ = stated
    session = sessions.one(db, runner_id, session_id)
    if by.role == "physio" and metric in ATTESTABLE:
        if session is None:
            raise Problem(409, "Being measured", "This run is still being measured; try again in a moment.")
        if is_measured(session.measured, metric, typed_metrics(session.measured)):
            raise Problem(422, "Measured by a sensor", f"A sensor measured this in this run: {label(metric)}.")
    said.attest_metric(db, runner_id, statement_id, by, stated, now)


def typed_metrics(measured: Mapping[str, Any]) -> frozenset[str]:
    """The metrics of a measured session that rest on what somebody typed in, not on a sensor."""
    if by_hand.NOTE in (measured.get("notes") or ()):
        return frozenset({*ATTESTABLE, *map(ceiling_name, ATTESTABLE)})
    if (measured.get("sources") or {}).get("grade") == ENTERED:
        return frozenset(ceiling_name(name) for name in ATTESTABLE)
    return frozenset()


def attestable_metrics(measured: Mapping[str, Any]) -> tuple[str, ...]:
    """The metrics of a session that a physio may attest: those that no sensor measured."""
    typed = typed_metrics(measured)
    return tuple(name for name in ATTESTABLE if not is_measured(measured, name, typed))


def with_attested_values(
    measured: Mapping[str, Any], session_id: str, attested: tuple[AttestedMetric, ...]
) -> dict[str, Any]:
    """The measured form of a session with what was attested in the place of what no sensor measured."""
    in_order = sorted(attested, key=lambda statement: statement.at)
    values = {statement.metric: statement.value for statement in in_order if statement.session_id == session_id}
    return {**measured, **attested_values(measured, values, typed_metrics(measured))}
