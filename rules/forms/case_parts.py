"""From the typed form of a case to the nouns of a decision: times become UTC, sessions become one of each id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rules.errors import BadCase
from rules.forms.case_form import CheckInForm, DailyForm, FlagForm, HoldForm, ReferencesForm, SessionForm
from rules.metric_facts import gates
from rules.numbers import MOST
from rules.vocabulary import CheckIn, DailyCheckIn, Flag, Hold, References, Session


def sessions_of(forms: Sequence[SessionForm]) -> tuple[Session, ...]:
    """The sessions, identical copies as one. Raises BadCase where two with one id differ."""
    by_id: dict[str, Session] = {}
    for index, form in enumerate(forms):
        session = _session(form, f"sessions[{index}]")
        if by_id.setdefault(session.id, session) != session:
            raise BadCase(f"sessions[{index}]: there is another session with the id {session.id!r} and other content.")
    return tuple(by_id.values())


def daily_of(forms: Sequence[DailyForm]) -> tuple[DailyCheckIn, ...]:
    """The daily answers, identical copies as one."""
    answers = (DailyCheckIn(at=moment(d.at, f"daily[{i}].at"), morning=d.morning) for i, d in enumerate(forms))
    return tuple(dict.fromkeys(answers))


def flags_of(forms: Sequence[FlagForm]) -> tuple[Flag, ...]:
    """The flags, cleared ones among them."""
    return tuple(
        Flag(
            code=form.code,
            raised_at=moment(form.raised_at, f"flags[{index}].raised_at"),
            cleared_at=moment_or_none(form.cleared_at, f"flags[{index}].cleared_at"),
            cleared_by=form.cleared_by,
        )
        for index, form in enumerate(forms)
    )


def holds_of(forms: Sequence[HoldForm]) -> tuple[Hold, ...]:
    """The holds, whether active or not."""
    return tuple(
        Hold(
            from_=moment(form.from_, f"holds[{index}].from"),
            until=moment_or_none(form.until, f"holds[{index}].until"),
            by=form.by,
            reason=form.reason,
        )
        for index, form in enumerate(forms)
    )


def references_of(form: ReferencesForm | None) -> References:
    """The runner's own speeds as stated, before anything is estimated."""
    if form is None:
        return References()
    return References(
        v_max_mps=form.v_max_mps,
        v_max_kind=form.v_max_kind,
        v_thr_mps=form.v_thr_mps,
        declared_longest_m=form.declared_longest_m,
        declared_at=moment_or_none(form.declared_at, "references.declared_at"),
        hr_max_bpm=form.hr_max_bpm,
        hr_rest_bpm=form.hr_rest_bpm,
        d_prime_m=form.d_prime_m,
        sex=form.sex,
    )


def moment(text: str, place: str) -> datetime:
    """A time as UTC. Raises BadCase where it is not ISO 8601 with a zone."""
    try:
        stated = datetime.fromisoformat(text.upper())
        if stated.tzinfo is not None:
            return stated.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadCase(f"{place}: {text[:40]!r} is not a time with a zone, such as 2026-03-14T07:00:00Z.")


def moment_or_none(text: str | None, place: str) -> datetime | None:
    """A time as UTC, None where there is none. Raises BadCase."""
    return None if text is None else moment(text, place)


def _session(form: SessionForm, place: str) -> Session:
    start, end = moment(form.start, f"{place}.start"), moment(form.end, f"{place}.end")
    if end < start:
        raise BadCase(f"{place} ends before it starts.")
    return Session(
        id=form.id,
        start=start,
        end=end,
        quality=form.quality,
        metrics=_metrics(form.metrics or {}, f"{place}.metrics"),
        check_in=_check_in(form.check_in),
    )


def _metrics(given: dict[str, Any], place: str) -> dict[str, float | None]:
    """Numbers and nulls; of a metric that no rule reads, anything else is passed over."""
    kept: dict[str, float | None] = {}
    for name, value in given.items():
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            kept[name] = _number(value, name, place)
        elif gates(name):
            raise BadCase(f"{place}.{name} should be a number or null.")
    return kept


def _number(value: float | None, name: str, place: str) -> float | None:
    try:
        number = None if value is None else float(value)
    except OverflowError:
        raise BadCase(f"{place}.{name} is too large to be read.") from None
    if number is not None and gates(name) and not 0 <= number <= MOST:
        raise BadCase(f"{place}.{name} is {number:g}, which no session can be.")
    return number


def _check_in(form: CheckInForm | None) -> CheckIn | None:
    if form is None:
        return None
    return CheckIn(
        during=form.during,
        after=form.after,
        morning=form.morning,
        stiff_min=form.stiff_min,
        site=form.site,
        distal_spread=form.distal_spread,
        stopped=form.stopped,
        sharp_sudden=form.sharp_sudden,
        character=tuple(form.character or ()),
        sitting=form.sitting,
        cough=form.cough,
        painkillers=form.painkillers,
    )
