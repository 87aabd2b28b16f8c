"""Physio's view of one runner: every rule that fired with its numbers, and what people said beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from rules.attest import ATTESTABLE
from rules.metric_facts import label
from rules.override import DEFAULT_DAYS, LEAST_REASON, MOST_DAYS
from rules.red_flags import RED_FLAGS
from rules.speech.evidence import evidence_of
from rules.speech.say import note_words, reason_words, requirement_words
from rules.view import View
from rules.vocabulary import Decision, Reason
from server import review, said
from server.pages import evidence_words, programme_version_view, waiting
from server.pages.reader import N_, Reader
from server.pages.runner_view import stage_lines, versions
from server.pages.seen import second_view_of, view_of
from server.review import Look
from server.storage.people import Person

CANNOT_TELL = N_("Cannot tell yet")
OF_A_NUMBER = ("sessions", "times")
OF_A_RATIO = ("x longest of 30 d",)  # with all its decimals: 1.304 is more than 1.30
ALSO_NAMED = {
    Decision.STOP_REFER: N_("Stop and refer"),
    Decision.REGRESS: N_("One stage back"),
    Decision.HOLD: N_("Hold"),
    Decision.INSUFFICIENT_DATA: N_("Cannot tell"),
    Decision.CONTINUE: N_("Carry on at this stage"),
    Decision.PROGRESS_READY: N_("Ready for the next step"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a runner and was said of them, read in one transaction."""

    person: Person
    look: Look
    flags: Sequence[Mapping[str, Any]]
    holds: Sequence[tuple[str, Mapping[str, Any]]]
    attested: Sequence[Any]


def standing(db: Session, person: Person, runner: Person, now: datetime) -> Standing:
    return Standing(
        person=person,
        look=review.look(db, runner, now),
        flags=said.flag_history(db, runner.id),
        holds=said.holds_standing(db, runner.id, now),
        attested=said.attested_metrics(db, runner.id),
    )


def build(found: Standing, reader: Reader) -> dict[str, Any]:
    """Everything on the page, as words."""
    look, view = found.look, view_of(found.look)
    return {
        "runner": look.runner,
        "stage_line": stage_lines(view, second_view_of(look), found.person, reader),
        "decision": look.shown.decision.name if look.shown else "CANNOT_TELL",
        "headline": reader.gettext(ALSO_NAMED[look.shown.decision])
        if look.shown
        else reader.gettext("Cannot tell yet"),
        "waiting": waiting.words(look, found.person, reader),
        "override": _override(look, reader),
        "rules": _rules(look, view, reader),
        "missing": [requirement_words(part, reader.tongue) for part in look.verdict.missing] if look.verdict else [],
        "notes": [note_words(note, "physio", reader.tongue) for note in look.verdict.notes] if look.verdict else [],
        "versions": versions(look, reader, found.person),
        "plan_version": look.plan.version if look.plan else None,
        "newer_versions": programme_version_view.of_plan(look.plan, reader),
        "flags": [_flag(one, reader) for one in found.flags],
        "holds": [_hold(hold_id, body, reader) for hold_id, body in found.holds],
        "decisions": _decisions(look, reader),
        "sessions": _sessions(look, reader),
        "metrics": [(name, reader.gettext(label(name))) for name in ATTESTABLE],
        "attested": [_attested(one, look, reader) for one in reversed(found.attested)],
        "least": LEAST_REASON,
        "days": DEFAULT_DAYS,
        "most_days": MOST_DAYS,
        "today": reader.local(look.now).date().isoformat(),
    }


def _rules(look: Look, view: View | None, reader: Reader) -> list[dict[str, Any]]:
    if look.verdict is None or look.case is None:
        return []
    return [
        {
            "code": reason.code,
            "verdict": reason.verdict.name,
            "word": reader.gettext(ALSO_NAMED[reason.verdict]),
            "sentence": reason_words(reason, look.case, "physio", reader.tongue),
            "item": reason.item or "",
            "measured": _value(reason.measured, reason, reader),
            "required": _value(reason.required, reason, reader),
            "evidence": evidence_words.words(evidence_of(reason, view), reader) if view else "",
        }
        for reason in look.verdict.reasons
    ]


def _value(value: float | str | None, reason: Reason, reader: Reader) -> str:
    """A rule that compares nothing leaves both empty; where a number is asked for, a missing one is said."""
    if reason.measured is None and reason.required is None:
        return ""
    if reason.unit in OF_A_NUMBER:
        return reader.amount(value, None)
    if reason.unit in OF_A_RATIO and value is not None:
        return reader.gettext("{ratio} times the longest of 30 days", ratio=reader.amount(value, None))
    return reader.amount(value, reason.unit)


def _override(look: Look, reader: Reader) -> dict[str, str] | None:
    """The computed verdict beside what a physio set instead."""
    if look.shown is None or look.shown.override is None:
        return None
    made = look.shown.override
    return {
        "computed": look.shown.computed.decision.name,
        "computed_word": reader.gettext(ALSO_NAMED[look.shown.computed.decision]),
        "set": made.decision.name,
        "set_word": reader.gettext(ALSO_NAMED[made.decision]),
        "words": reader.gettext(
            "{name} set it on {day}, until {until}: {reason}",
            name=made.by, day=reader.day(made.at), until=reader.clock(made.until), reason=made.reason,
        ),
    }  # fmt: skip


def _flag(one: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    flag, clearing = RED_FLAGS.get(one["code"]), one["clearing"]
    name = reader.gettext(flag.name) if flag else str(one["code"])
    return {
        "id": one["id"],
        "name": name[:1].upper() + name[1:],
        "route": reader.gettext(flag.route) if flag else "",
        "raised": reader.clock(one["raised_at"]),
        "stands": clearing is None,
        "words": reader.gettext(
            "{name}, {when}: {note}",
            name=clearing.body["name"], when=reader.clock(clearing.said_at), note=clearing.body["note"],
        ) if clearing else "",
    }  # fmt: skip


def _hold(hold_id: str, body: Mapping[str, Any], reader: Reader) -> dict[str, str]:
    until = body["until"]
    ends = reader.gettext("until {day}", day=reader.clock(datetime.fromisoformat(until))) if until else ""
    return {
        "id": hold_id,
        "reason": str(body["reason"]),
        "words": reader.gettext(
            "{name}, since {day}, {ends}",
            name=body["by"], day=reader.day(datetime.fromisoformat(body["from"])),
            ends=ends or reader.gettext("until it is lifted"),
        ),
    }  # fmt: skip


def _decisions(look: Look, reader: Reader) -> list[tuple[str, str]]:
    """What may be set instead; over a red flag, and while nobody can tell, nothing."""
    if look.verdict is None or look.verdict.decision is Decision.STOP_REFER:
        return []
    return [
        (one.name, reader.gettext(ALSO_NAMED[one]))
        for one in Decision
        if one not in (Decision.STOP_REFER, look.verdict.decision)
    ]


def _sessions(look: Look, reader: Reader) -> list[tuple[str, str]]:
    since = look.now - timedelta(days=60)
    recent = [one.run for one in look.runs if one.counts and one.run.start >= since]
    return [
        (run.id, f"{reader.clock(run.start)}, {reader.distance(run.measured.get('run_m'))}") for run in reversed(recent)
    ]


def _attested(one: Any, look: Look, reader: Reader) -> str:
    start = next((seen.run.start for seen in look.runs if seen.run.id == one.session_id), None)
    return reader.gettext(
        "{what}: {value}, in the run of {day}; {name}, {when}",
        what=reader.gettext(label(one.metric)), value=reader.number(one.value),
        day=reader.day(start) if start else reader.gettext("a run that is older"), name=one.by, when=reader.day(one.at),
    )  # fmt: skip
