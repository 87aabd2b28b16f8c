"""The nouns of a decision: what was run, what was felt, what was said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Literal

Metrics = Mapping[str, float | None]
Quality = Literal["OK", "POOR"]


class Decision(IntEnum):
    """Verdicts by permissiveness: the smallest that fires wins."""

    STOP_REFER = 0
    REGRESS = 1
    HOLD = 2
    INSUFFICIENT_DATA = 3
    CONTINUE = 4
    PROGRESS_READY = 5


class Response(StrEnum):
    """How a session was tolerated over its 24 hours. Only GREEN counts toward a dose."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Answers about one session; pain 0-10. None means not asked or not answered.

    `painkillers`: taken before the run or since, for any reason.
    """

    during: float | None = None
    after: float | None = None
    morning: float | None = None
    stiff_min: float | None = None
    site: str | None = None
    distal_spread: bool | None = None
    stopped: bool | None = None
    sharp_sudden: bool | None = None
    character: tuple[str, ...] = ()
    sitting: float | None = None
    cough: bool | None = None
    painkillers: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One training session; a metric that is None or absent was not measured.

    `attested` names the metrics that a person stated in the place of a sensor.
    """

    id: str
    start: datetime
    end: datetime
    quality: Quality = "OK"
    metrics: Metrics = field(default_factory=dict)
    check_in: CheckIn | None = None
    attested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyCheckIn:
    """A morning value given on a day of its own, without a session."""

    at: datetime
    morning: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An answer that needs a clinician before anything else; cleared only by a named one."""

    code: str
    raised_at: datetime
    cleared_at: datetime | None = None
    cleared_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The physio's word: not further, from then until then (None: until it is lifted)."""

    from_: datetime
    until: datetime | None = None
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that fired, with what was measured against what was required."""

    code: str
    verdict: Decision
    item: str | None = None
    measured: float | str | None = None
    required: float | str | None = None
    unit: str | None = None
    session_id: str | None = None
    of: str | None = None

    @property
    def sort_key(self) -> tuple[int, str, str, str, str]:
        """By (rank, code, session), then by what it speaks of."""
        return self.verdict, self.code, self.session_id or "", self.item or "", self.of or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One part of the dose that is not complete yet."""

    item: str
    measured: float | str | None
    required: float | str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The runner's own speeds, metres per second; None means nobody measured or stated them."""

    v_max_mps: float | None = None
    v_max_kind: Literal["measured", "estimated"] | None = None
    v_thr_mps: float | None = None
    declared_longest_m: float | None = None
    declared_at: datetime | None = None
    hr_max_bpm: float | None = None
    hr_rest_bpm: float | None = None
    d_prime_m: float | None = None
    sex: Literal["m", "f"] | None = None
