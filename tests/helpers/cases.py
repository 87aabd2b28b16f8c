"""Cases built by code: the two worked examples that every rule is tried on, and the small changes made to them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.case import Case
from rules.decide import decide
from rules.vocabulary import CheckIn, DailyCheckIn, Flag, Hold, References, Session

NOT_DONE = dict.fromkeys(
    (
        *("cont_run_s", "eff60_n", "eff70_n", "eff80_n", "eff90_n", "eff95_n", "t_thr95_s", "t_thr105_s"),
        *("inc1_s", "inc2_s", "inc4_s", "inc8_s", "dn4_s", "fat_s", "ff_s", "ff80_n", "uf_n", "uf_s"),
        *("acc2_n", "dec2_n", "acc3_n", "dec3_n", "cod_att_n", "vert_up_m"),
    ),
    0.0,
)

_SAID = set(CheckIn.__dataclass_fields__)
_FIELDS = {"id", "start", "end", "quality", "check_in"}


def at(day_and_time: str) -> datetime:
    """A moment of the year of the examples: `at("03-28 07:00")`."""
    return datetime.fromisoformat(f"2026-{day_and_time}").replace(tzinfo=UTC)


NOW = at("03-30 18:00")


def felt(during: float | None = 2, after: float | None = 2, morning: float | None = 1, **said: Any) -> CheckIn:
    """A check-in: worst pain in the run, later that day, and the next morning."""
    return CheckIn(during=during, after=after, morning=morning, **said)


def run(id: str, start: datetime, run_s: float, run_m: float | None, check_in: CheckIn | None, **done: Any) -> Session:
    """A session at an easy pace; what is not named was not done. `quality` may be among the rest."""
    quality = done.pop("quality", "OK")
    metrics = {**NOT_DONE, "run_s": run_s, "cont_run_s": run_s, "run_m": run_m, "peak3_pct": 48.0, **done}
    end = start + timedelta(seconds=run_s)
    return Session(id=id, start=start, end=end, quality=quality, metrics=metrics, check_in=check_in)


def volume_stage(**changes: Any) -> Case:
    """Fixture A: the third stage of PHT, its dose complete and tolerated on 30 March at 18:00."""
    case = Case(
        programme="PHT",
        stage="P3",
        stage_entered_at=at("03-14 00:00"),
        now=NOW,
        baseline_morning=1,
        baseline_stiff_min=0,
        references=References(
            v_max_mps=8.0,
            v_max_kind="measured",
            v_thr_mps=4.0,
            declared_longest_m=6000,
            declared_at=at("03-14 00:00"),
        ),
        sessions=(
            run("a1", at("03-15 07:00"), 1800, 5000, felt(), fat_s=0),
            run("a2", at("03-18 07:00"), 2100, 5800, felt(), fat_s=300),
            run("a3", at("03-21 07:00"), 2400, 6600, felt(), fat_s=600),
            run("a4", at("03-25 07:00"), 2700, 7200, felt(), fat_s=900),
            run("a5", at("03-28 07:00"), 1800, 5000, felt(), fat_s=0),
        ),
    )
    return replace(case, **changes)


def sprint_stage(**changes: Any) -> Case:
    """Fixture F: the sprint stage of FIBRE, complete; its day lock long past."""
    fine = felt(0, 0, 0)
    case = Case(
        programme="FIBRE",
        stage="F9",
        stage_entered_at=at("03-18 00:00"),
        now=NOW,
        baseline_morning=0,
        baseline_stiff_min=0,
        onset_at=at("01-01 00:00"),
        references=References(
            v_max_mps=8.0,
            v_max_kind="measured",
            v_thr_mps=4.0,
            declared_longest_m=9000,
            declared_at=at("03-18 00:00"),
        ),
        sessions=(
            run("f1", at("03-19 07:00"), 2400, 6500, fine, peak3_pct=93.0, eff90_n=3),
            run("f2", at("03-23 07:00"), 2400, 6500, fine, peak3_pct=96.0, eff90_n=3, eff95_n=1, ff80_n=1),
            run("f3", at("03-28 07:00"), 2400, 6500, fine, peak3_pct=97.0, eff90_n=4, eff95_n=2, ff80_n=1),
        ),
    )
    return replace(case, **changes)


def with_run(case: Case, id: str, **changes: Any) -> Case:
    """The case with one session changed: its check-in by `during`, `after`, ..., its fields, or its metrics."""
    return replace(case, sessions=tuple(_changed(s, **changes) if s.id == id else s for s in case.sessions))


def with_runs(case: Case, *added: Session) -> Case:
    """The case with sessions added."""
    return replace(case, sessions=(*case.sessions, *added))


def only(case: Case, *ids: str) -> Case:
    """The case with these sessions alone."""
    return replace(case, sessions=tuple(session for session in case.sessions if session.id in ids))


def with_references(case: Case, **changes: Any) -> Case:
    """The case with the runner's own speeds changed."""
    return replace(case, references=replace(case.references, **changes))


def flag(code: str = "saddle_numbness", **changes: Any) -> Flag:
    """A red flag, raised this morning."""
    return replace(Flag(code=code, raised_at=at("03-30 08:00")), **changes)


def hold(from_: str, until: str | None = None) -> Hold:
    """A physio's hold."""
    return Hold(from_=at(from_), until=at(until) if until else None, by="Nadia Vek", reason="back from a long flight")


def mornings(*values: float, until: datetime = NOW) -> tuple[DailyCheckIn, ...]:
    """Daily morning values, one a day, the last of them today."""
    return tuple(DailyCheckIn(at=until - timedelta(days=i), morning=v) for i, v in enumerate(reversed(values)))


def codes(case: Case) -> set[str]:
    """The codes of the verdict's reasons."""
    return {reason.code for reason in decide(case).reasons}


def _changed(session: Session, **changes: Any) -> Session:
    said = {name: value for name, value in changes.items() if name in _SAID}
    fields = {name: value for name, value in changes.items() if name in _FIELDS}
    done = {name: value for name, value in changes.items() if name not in _SAID | _FIELDS}
    if said:
        fields["check_in"] = replace(session.check_in or CheckIn(), **said)
    if "start" in fields and "end" not in fields:
        fields["end"] = fields["start"] + (session.end - session.start)
    return replace(session, metrics={**session.metrics, **done}, **fields)


def document(case: Case) -> dict[str, Any]:
    """The case as its JSON document, which shares nothing with the case: a test may change any part of it."""
    references = {name: _plain(value) for name, value in asdict(case.references).items()}
    parts = {"sessions": case.sessions, "daily": case.daily, "flags": case.flags, "holds": case.holds}
    whole = {
        "programme": case.programme,
        "profile": case.profile,
        "profile_since": _plain(case.profile_since),
        "profile_before": case.profile_before,
        "nerve_checked_at": _plain(case.nerve_checked_at),
        "asked_since": _plain(case.asked_since),
        "stage": case.stage,
        "stage_override": dict(case.stage_override),
        "stage_entered_at": _plain(case.stage_entered_at),
        "baseline_morning": case.baseline_morning,
        "baseline_stiff_min": case.baseline_stiff_min,
        "onset_at": _plain(case.onset_at),
        "references": references,
        "now": _plain(case.now),
        "notes": case.notes,
        **{name: [_plain(asdict(part)) for part in some] for name, some in parts.items()},
    }
    return deepcopy(whole)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name.removesuffix("_"): _plain(part) for name, part in value.items()}
    return list(value) if isinstance(value, tuple) else value
