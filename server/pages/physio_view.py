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
from server import nerve_checks, override_ends, review, said, stage_entry
from server.override_ends import OverrideEnd
from server.pages import (
    evidence_words,
    ladder,
    missing_reference_text,
    programme_version_view,
    stage_view,
    waiting,
)
from server.pages.decision_names import NAMES
from server.pages.reader import N_, Reader
from server.pages.runner_view import stage_lines, versions
from server.pages.seen import second_view_of, view_of
from server.review import Look
from server.stage_entry import NextStage
from server.storage import runs
from server.storage.people import Person
from server.storage.runs import Plan, Said

CANNOT_TELL = N_("Cannot tell yet")
OF_A_NUMBER = ("sessions", "times")
OF_A_RATIO = ("x longest of 30 d",)  # with all its decimals: 1.304 is more than 1.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a runner and was said of them, read in one transaction."""

    person: Person
    look: Look
    flags: Sequence[Mapping[str, Any]]
    holds: Sequence[tuple[str, Mapping[str, Any]]]
    attested: Sequence[Any]
    plans: Sequence[Plan]  # every version, the first one first
    nerve_checks: Sequence[Said]
    override_end: OverrideEnd | None  # that came with the current stage


def standing(db: Session, person: Person, runner: Person, now: datetime) -> Standing:
    look = review.look(db, runner, now)
    return Standing(
        person=person,
        look=look,
        flags=said.flag_history(db, runner.id),
        holds=said.holds_standing(db, runner.id, now),
        attested=said.attested_metrics(db, runner.id),
        plans=runs.plans_of(db, runner.id),
        nerve_checks=nerve_checks.history(db, runner.id),
        override_end=override_ends.latest_since(db, runner.id, look.case.stage_entered_at) if look.case else None,
    )


def build(found: Standing, reader: Reader) -> dict[str, Any]:
    """Everything on the page, as words."""
    look, view = found.look, view_of(found.look)
    return {
        "runner": look.runner,
        "stage_line": stage_lines(view, second_view_of(look), found.person, reader),
        "decision": look.shown.decision.name if look.shown else "CANNOT_TELL",
        "headline": reader.gettext(NAMES[look.shown.decision]) if look.shown else reader.gettext("Cannot tell yet"),
        "waiting": waiting.words(look, found.person, reader),
        "override": _override(look, reader),
        "override_end": _override_end(found.override_end, reader),
        "next_stages": _next_stages(look, reader),
        "missing_references": missing_reference_text.of_look(view, second_view_of(look), reader),
        "ladder": ladder.build(view, found.plans, reader) if view else None,
        "nerve_checks": [_nerve_check(check, reader) for check in reversed(found.nerve_checks)],
        "nerve_signs": _has_nerve_signs(look),
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
            "word": reader.gettext(NAMES[reason.verdict]),
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
        "computed_word": reader.gettext(NAMES[look.shown.computed.decision]),
        "set": made.decision.name,
        "set_word": reader.gettext(NAMES[made.decision]),
        "words": reader.gettext(
            "{name} set it on {day}, until {until}: {reason}",
            name=made.by, day=reader.day(made.at), until=reader.clock(made.until), reason=made.reason,
        ),
    }  # fmt: skip


def _override_end(end: OverrideEnd | None, reader: Reader) -> str:
    """That the last override ended when the current stage was entered; empty if none did."""
    if end is None:
        return ""
    decision = reader.gettext(NAMES[Decision[str(end.override["decision"])]])
    return reader.gettext(
        "The override “{decision}” by {name} ended on {when}, when stage {stage} was entered.",
        decision=decision, name=end.override["by"], when=reader.clock(end.ended_at), stage=end.stage,
    )  # fmt: skip


def _next_stages(look: Look, reader: Reader) -> list[dict[str, Any]]:
    """The entry criteria of the next stage, once the decision is that the runner is ready for it."""
    if look.shown is None or look.shown.decision is not Decision.PROGRESS_READY:
        return []
    return [_next_stage(stage, reader) for stage in stage_entry.next_stages(look)]


def _next_stage(next_stage: NextStage, reader: Reader) -> dict[str, Any]:
    return {
        "title": stage_view.title(next_stage.stage, reader),
        "has_criteria": next_stage.has_criteria,
        "criteria": [reader.gettext(criterion.sentence) for criterion in next_stage.outstanding],
    }


def _nerve_check(check: Said, reader: Reader) -> str:
    return reader.gettext(
        "{name}, {when}: {note}", name=check.body["name"], when=reader.clock(check.said_at), note=check.body["note"]
    )


def _has_nerve_signs(look: Look) -> bool:
    return look.verdict is not None and any(reason.code == "NERVE_SIGNS" for reason in look.verdict.reasons)


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
        (one.name, reader.gettext(NAMES[one]))
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
