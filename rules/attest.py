"""Attest: what a physio states in the place of a sensor, and what must be seen before a stage begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rules.case import Case
from rules.numbers import known
from rules.vocabulary import Metrics, Session
from rules.windows import age_days

# What a physio can see and a sensor on a straight line often cannot: stops, turns, slopes, and fast uphill efforts.
ATTESTABLE = (
    *("acc2_n", "dec2_n", "acc3_n", "dec3_n", "cod_att_n"),
    *("inc1_s", "inc2_s", "inc4_s", "inc8_s", "dn4_s"),
    *("uf_n", "uf_s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedMetric:
    """One metric of one session as a named person saw it."""

    session_id: str
    metric: str
    value: float
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing to be seen before a stage is entered; `valid_days` is how fresh it must be, None for any age."""

    code: str
    sentence: str
    valid_days: float | None = None
    evidence: str = "expert default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A criterion that a named person has seen met."""

    code: str
    by: str
    at: datetime
    note: str | None = None


_FIRST = (
    Criterion(code="brisk_walk", sentence="Walks 30 minutes briskly with pain within the GREEN limit."),
    Criterion(code="no_night_pain", sentence="Has no pain at night."),
    Criterion(code="bridge_and_squat", sentence="Single-leg bridge and single-leg squat with pain within GREEN."),
    Criterion(code="flags_screened", sentence="Was asked every red-flag question within 7 days.", valid_days=7),
)
_FIRST_AFTER_A_TEAR = (
    *_FIRST,
    Criterion(code="resisted_flexion", sentence="Resisted knee flexion in the middle range without pain."),
    Criterion(
        code="range_75", sentence="Straight-leg raise and knee extension of at least 75 %.", evidence="Aspetar protocol"
    ),
)
_STRENGTH = (Criterion(code="strength_90", sentence="Where strength was measured: at least 90 % of the other side."),)
_H_TEST = (Criterion(code="h_test", sentence="Askling H-test without apprehension.", evidence="Askling L-protocol"),)
_NERVE = (
    Criterion(
        code="neuro_exam", sentence="Neurological examination normal or unchanged within 14 days.", valid_days=14
    ),
)

# By programme, then by the number of the stage, from 1.
ENTRY: Mapping[str, Mapping[int, tuple[Criterion, ...]]] = {
    "PHT": {1: _FIRST, 6: _STRENGTH, 9: _H_TEST},
    "DHT": {1: _FIRST, 6: _STRENGTH},
    "FIBRE": {1: _FIRST_AFTER_A_TEAR, 5: _STRENGTH, 9: _H_TEST},
    "IMT": {1: _FIRST_AFTER_A_TEAR, 5: _STRENGTH, 9: _H_TEST},
    "NEURAL": {1: _FIRST, 6: (*_STRENGTH, *_NERVE), **dict.fromkeys((4, 5, 7, 8, 9, 10), _NERVE)},
}


def outstanding(
    programme: str, stage_number: int, attestations: Iterable[Attestation], now: datetime
) -> tuple[Criterion, ...]:
    """The criteria for entering a stage (counted from 1) that nobody has attested, or not recently enough."""
    seen = [one for one in attestations if one.by.strip() and one.at <= now]
    criteria = ENTRY.get(programme, {}).get(stage_number, ())
    return tuple(criterion for criterion in criteria if not any(_meets(one, criterion, now) for one in seen))


def with_attested(
    case: Case, attested: Sequence[AttestedMetric], typed: Mapping[str, Collection[str]] | None = None
) -> Case:
    """The case with what was attested in the place of what no sensor measured; a measured value always stands.

    `typed` names for each session the metrics that were typed in or estimated; without it only a ceiling's value
    beside a metric that was not measured is taken for typed. Of two statements on the same metric the later one
    counts. Raises ValueError for a metric that nobody may attest, for a value that is not a number of 0 or more, and
    for a statement without a name.
    """
    for one in attested:
        _check(one)
    in_order = sorted(attested, key=lambda one: (one.at, one.metric))
    sessions = (
        _stated(session, in_order, None if typed is None else typed.get(session.id, ())) for session in case.sessions
    )
    return replace(case, sessions=tuple(sessions))


def attested_values(
    metrics: Metrics, values: Mapping[str, float], typed: Collection[str] | None = None
) -> dict[str, float]:
    """The metrics of a session that attested values replace: each of them, and the value that its ceiling reads.

    `typed` as in `with_attested`, for this session.
    """
    replaced: dict[str, float] = {}
    for name, value in values.items():
        if is_measured(metrics, name, typed or ()):
            continue
        replaced[name] = value
        ceiling = ceiling_name(name)
        if known(metrics.get(ceiling)) is not None and (typed is None or ceiling in typed):
            replaced[ceiling] = value
    return replaced


def is_measured(metrics: Metrics, name: str, typed: Collection[str]) -> bool:
    """Whether a sensor measured a metric of a session."""
    return known(metrics.get(name)) is not None and name not in typed


def ceiling_name(name: str) -> str:
    """The metric that a ceiling reads instead if it is present: `inc4_ceil_s` for `inc4_s`."""
    stem, _, kind = name.rpartition("_")
    return f"{stem}_ceil_{kind}"


def _meets(one: Attestation, criterion: Criterion, now: datetime) -> bool:
    fresh = criterion.valid_days is None or age_days(now, one.at) <= criterion.valid_days
    return one.code == criterion.code and fresh


def _check(one: AttestedMetric) -> None:
    if one.metric not in ATTESTABLE:
        raise ValueError(f"{one.metric} is measured by a sensor; nobody may attest it.")
    value = known(one.value)
    if value is None or value < 0:
        raise ValueError(f"{one.metric} cannot be {one.value}: a number of 0 or more is needed.")
    if not one.by.strip():
        raise ValueError("An attestation needs the name of who gives it.")


def _stated(session: Session, attested: Sequence[AttestedMetric], typed: Collection[str] | None) -> Session:
    values = {one.metric: one.value for one in attested if one.session_id == session.id}
    replaced = attested_values(session.metrics, values, typed)
    if not replaced:
        return session
    names = tuple(sorted(name for name in values if name in replaced))
    return replace(session, metrics={**session.metrics, **replaced}, attested=names)
