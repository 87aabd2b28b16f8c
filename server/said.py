"""Said: what people state of a runner (flags, holds, overrides, mornings), each word kept with who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from rules.attest import ATTESTABLE, ENTRY, Attestation, AttestedMetric
from rules.override import Override
from rules.red_flags import RED_FLAGS
from rules.vocabulary import Decision
from server import audit, clock_skew, override_ends
from server.morning_dates import Waking
from server.problem import Problem, not_found
from server.storage import runs
from server.storage.people import Person
from server.storage.runs import Said

LEAST_NOTE = 10  # characters, as for every word that opens a way


def raise_flag(db: Session, runner_id: str, flag_id: str, by: Person, code: str, now: datetime) -> str:
    """Keep a red flag; returns the text of where it leads. Raises Problem 422 for a code that nobody asks."""
    if code not in RED_FLAGS:
        raise Problem(422, "No such question", f"There is no red-flag question called {code[:40]!r}.")
    runs.say(db, runner_id, "flag", flag_id, by.id, {"code": code}, now)
    audit.note(db, by.id, "flag raised", {"flag": flag_id, "code": code}, now, runner_id=runner_id)
    return RED_FLAGS[code].route


def screened(db: Session, runner_id: str, said_id: str, by: Person, yes: Sequence[str], now: datetime) -> None:
    """Every red-flag question was answered; `yes` are the codes of those that were answered with yes."""
    runs.say(db, runner_id, "screen", said_id, by.id, {"yes": list(yes)}, now)
    audit.note(db, by.id, "red-flag questions answered", {"yes": list(yes)}, now, runner_id=runner_id)


def last_screen(db: Session, runner_id: str) -> Said | None:
    """The last time that the runner answered every red-flag question."""
    return next(reversed(runs.said_of(db, runner_id, "screen")), None)


def clear_flag(
    db: Session, runner_id: str, clearing_id: str, flag_id: str, by: Person, note: str, now: datetime
) -> None:
    """A named clinician clears one flag with a note; the flag stays in the history. Raises Problem 403, 404 or 422."""
    _only_physio(by)
    if not any(one.id == flag_id for one in runs.said_of(db, runner_id, "flag")):
        raise not_found()
    _enough(note)
    body = {"flag": flag_id, "name": by.name, "note": note}
    runs.say(db, runner_id, "flag_cleared", clearing_id, by.id, body, now)
    audit.note(db, by.id, "flag cleared", body, now, runner_id=runner_id)


def hold(
    db: Session, runner_id: str, hold_id: str, by: Person, until: datetime | None, reason: str, now: datetime
) -> None:
    _only_physio(by)
    body = {"from": utc_text(now), "until": until and utc_text(until), "by": by.name, "reason": reason}
    runs.say(db, runner_id, "hold", hold_id, by.id, body, now)
    audit.note(db, by.id, "hold set", {"hold": hold_id, **body}, now, runner_id=runner_id)


def lift_hold(db: Session, runner_id: str, lifting_id: str, hold_id: str, by: Person, now: datetime) -> None:
    _only_physio(by)
    if not any(one.id == hold_id for one in runs.said_of(db, runner_id, "hold")):
        raise not_found()
    runs.say(db, runner_id, "hold_lifted", lifting_id, by.id, {"hold": hold_id}, now)
    audit.note(db, by.id, "hold lifted", {"hold": hold_id}, now, runner_id=runner_id)


def keep_override(db: Session, runner_id: str, override_id: str, by: Person, made: Override) -> None:
    body = {
        "decision": made.decision.name,
        "over": made.over.name,
        "reason": made.reason,
        "by": made.by,
        "until": utc_text(made.until),
        "stage": made.stage,
        "session_id": made.session_id,
    }
    runs.say(db, runner_id, "override", override_id, by.id, body, made.at)
    audit.note(db, by.id, "override", {"override": override_id, **body}, made.at, runner_id=runner_id)


def attest_metric(
    db: Session, runner_id: str, said_id: str, by: Person, stated: tuple[str, str, float], now: datetime
) -> None:
    """A physio states one metric of one session, as (session, metric, value). Raises Problem 403 or 422."""
    _only_physio(by)
    session_id, metric, value = stated
    if metric not in ATTESTABLE:
        raise Problem(422, "Measured by a sensor", f"{metric[:40]} cannot be attested; {', '.join(ATTESTABLE)} can.")
    body = {"session": session_id, "metric": metric, "value": value, "name": by.name}
    runs.say(db, runner_id, "attested", said_id, by.id, body, now)
    audit.note(db, by.id, "metric attested", body, now, runner_id=runner_id)


def attest_criterion(
    db: Session, runner_id: str, said_id: str, by: Person, code: str, note: str | None, now: datetime
) -> None:
    """A physio has seen an entry criterion met. Raises Problem 403 or 422."""
    _only_physio(by)
    known = {one.code for stages in ENTRY.values() for criteria in stages.values() for one in criteria}
    if code not in known:
        raise Problem(422, "No such criterion", f"There is no entry criterion called {code[:40]!r}.")
    body = {"code": code, "name": by.name, "note": note}
    runs.say(db, runner_id, "criterion", said_id, by.id, body, now)
    audit.note(db, by.id, "criterion attested", body, now, runner_id=runner_id)


def answer_morning(
    db: Session, runner_id: str, said_id: str, by: Person, waking: Waking, morning: float | None, now: datetime
) -> None:
    """The morning value of a day; a later one of the same day corrects it, None takes it back."""
    day = waking.day.isoformat()
    before = [one.body for one in runs.said_of(db, runner_id, "daily") if _day(one.body) == day]
    body = {"at": utc_text(waking.at), "day": day, "morning": morning}
    runs.say(db, runner_id, "daily", said_id, by.id, body, now)
    if before:
        audit.note(db, by.id, "morning corrected", {"before": before[-1], "after": body}, now, runner_id=runner_id)


def mornings(db: Session, runner_id: str) -> list[dict[str, Any]]:
    """The daily mornings of a case in the order in which they were stored: of each day what was stored last."""
    by_day: dict[str, Mapping[str, Any]] = {}
    for one in runs.said_of(db, runner_id, "daily"):
        by_day.pop(_day(one.body), None)
        by_day[_day(one.body)] = one.body
    given = [body for body in by_day.values() if body.get("morning") is not None]
    return [{"at": body["at"], "morning": body["morning"]} for body in given]


def no_run(db: Session, runner_id: str, said_id: str, by: Person, day: str, now: datetime) -> None:
    """On this day there was no run: then it is a day of rest, and not one of which nobody knows."""
    runs.say(db, runner_id, "no_run", said_id, by.id, {"day": day}, now)
    audit.note(db, by.id, "no run", {"day": day}, now, runner_id=runner_id)


def days_without_a_run(db: Session, runner_id: str) -> frozenset[str]:
    return frozenset(str(one.body["day"]) for one in runs.said_of(db, runner_id, "no_run"))


def flags(db: Session, runner_id: str) -> list[dict[str, Any]]:
    """The flags of a case, each with its clearing where there is one."""
    cleared = {one.body["flag"]: one for one in runs.said_of(db, runner_id, "flag_cleared")}
    return [
        {
            "code": flag.body["code"],
            "raised_at": utc_text(flag.said_at),
            "cleared_at": utc_text(cleared[flag.id].said_at) if flag.id in cleared else None,
            "cleared_by": cleared[flag.id].body["name"] if flag.id in cleared else None,
        }
        for flag in runs.said_of(db, runner_id, "flag")
    ]


def flags_standing(db: Session, runner_id: str) -> list[tuple[str, str]]:
    """The flags that nobody cleared, as (id, code)."""
    cleared = {one.body["flag"] for one in runs.said_of(db, runner_id, "flag_cleared")}
    return [(one.id, one.body["code"]) for one in runs.said_of(db, runner_id, "flag") if one.id not in cleared]


def holds(db: Session, runner_id: str) -> list[dict[str, Any]]:
    """The holds of a case; one that was lifted ends at that moment, and says so as `lifted`."""
    lifted = {one.body["hold"]: one.said_at for one in runs.said_of(db, runner_id, "hold_lifted")}
    found = []
    for one in runs.said_of(db, runner_id, "hold"):
        until = one.body["until"]
        if one.id in lifted:
            ends = [lifted[one.id], *([datetime.fromisoformat(until)] if until else [])]
            until = utc_text(min(ends))
        found.append({**one.body, "until": until, "lifted": one.id in lifted})
    return found


def holds_standing(db: Session, runner_id: str, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The holds that were not lifted and end later than now, as (id, what was said)."""
    ids = [one.id for one in runs.said_of(db, runner_id, "hold")]
    return [
        (hold_id, body)
        for hold_id, body in zip(ids, holds(db, runner_id), strict=True)
        if not body["lifted"] and (body["until"] is None or datetime.fromisoformat(body["until"]) > now)
    ]


def flag_history(db: Session, runner_id: str) -> list[dict[str, Any]]:
    """Every flag that was raised, with its clearing and the note of who cleared it."""
    cleared = {one.body["flag"]: one for one in runs.said_of(db, runner_id, "flag_cleared")}
    return [
        {"id": flag.id, "code": flag.body["code"], "raised_at": flag.said_at, "clearing": cleared.get(flag.id)}
        for flag in runs.said_of(db, runner_id, "flag")
    ]


def overrides(db: Session, runner_id: str) -> tuple[Override, ...]:
    """Every override that no stage entry has ended, expired ones included; the one stored first comes first."""
    ended = override_ends.ended_ids(db, runner_id)
    return tuple(
        Override(
            decision=Decision[one.body["decision"]],
            over=Decision[one.body["over"]],
            reason=one.body["reason"],
            by=one.body["by"],
            at=one.said_at,
            until=datetime.fromisoformat(one.body["until"]),
            stage=one.body["stage"],
            session_id=one.body["session_id"],
        )
        for one in runs.said_of(db, runner_id, "override")
        if one.id not in ended
    )


def attestations(db: Session, runner_id: str, now: datetime) -> Sequence[Attestation]:
    """Entry criteria that named persons have seen met, the one stored first comes first; none is later than `now`."""
    stated = [
        Attestation(code=one.body["code"], by=one.body["name"], at=one.said_at, note=one.body.get("note"))
        for one in runs.said_of(db, runner_id, "criterion")
    ]
    return clock_skew.in_order(stated, now)


def attested_metrics(db: Session, runner_id: str) -> Sequence[AttestedMetric]:
    return [
        AttestedMetric(
            session_id=one.body["session"],
            metric=one.body["metric"],
            value=one.body["value"],
            by=one.body["name"],
            at=one.said_at,
        )
        for one in runs.said_of(db, runner_id, "attested")
    ]


def utc_text(moment: datetime) -> str:
    """ISO 8601 with a Z, as every time in a case."""
    return moment.isoformat().replace("+00:00", "Z")


def _day(body: Mapping[str, Any]) -> str:
    """The runner's day, in whose place an older statement has the day in UTC."""
    return str(body.get("day") or str(body["at"])[:10])


def _only_physio(person: Person) -> None:
    if person.role != "physio":
        raise Problem(403, "Only a physio", "This is for the physio who looks after the runner.")


def _enough(note: str) -> None:
    if len(note.strip()) < LEAST_NOTE:
        raise Problem(422, "Say why", f"The note needs at least {LEAST_NOTE} characters.")
