"""The report as plain values: the verdict with every rule, the stage, its doses and runs, and the plan's changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.errors import ProgrammeInvalid
from rules.speech.say import Audience, decision_words, reason_words
from rules.view import Seen, View
from rules.view import look as look_at
from rules.vocabulary import CheckIn, Decision, Reason, References
from server.pages import answer, charts, doses, waiting
from server.pages.doses import RESPONSES, label_of
from server.pages.plan_words import PARTS
from server.pages.reader import N_, Reader
from server.pages.runner_view import HELP, stage_line, versions
from server.pages.seen import second_view_of
from server.review import Look
from server.storage.people import Person
from server.storage.runs import Plan

DISCLAIMERS = (
    N_("Decision support for you and your physiotherapist; not a diagnosis, and not a medical device."),
    N_("What was not measured or not answered is named as such; it is never read as a good sign."),
)
# One rule alone never says that somebody is ready: only all of them together do.
READY, HOLDS_NOTHING = Decision.PROGRESS_READY, N_("Holds nothing back")
KINDS = {"measured": N_("measured"), "estimated": N_("estimated")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    runner: Person
    decision: str
    headline: str
    sentences: list[str]
    made: str
    stage_line: str
    since: str | None
    references: list[tuple[str, str]]
    reasons: list[dict[str, str]]
    notes: list[str]
    doses: list[dict[str, Any]]
    runs: list[dict[str, str]]
    load: dict[str, Any] | None
    plans: list[dict[str, str]]
    small: list[str]


def build(look: Look, plans: Sequence[Plan], names: Mapping[str, str], person: Person, reader: Reader) -> Report:
    """Everything on the paper, from one look; a rule speaks to a physio or to the runner, whoever prints it."""
    view, audience = _view(look), _audience(person)
    return Report(
        runner=look.runner,
        decision=look.shown.decision.name if look.shown else "CANNOT_TELL",
        headline=answer.headline(look, reader),
        sentences=_sentences(look, person, reader),
        made=reader.clock(look.now),
        stage_line=stage_line(view, person, reader) if view else reader.gettext("No plan yet"),
        since=reader.date(look.case.stage_entered_at) if look.case else None,
        references=list(_references(view.references, reader)) if view else [],
        reasons=_reasons(look, audience, reader),
        notes=answer.notes(look, reader),
        doses=doses.of_both(view, second_view_of(look), reader),
        runs=[_run(seen, reader) for seen in reversed(view.since_entry)] if view else [],
        load=charts.load(view, reader) if view else None,
        plans=_changes(plans, names, reader),
        small=[reader.gettext(sentence) for sentence in DISCLAIMERS]
        + [versions(look, reader, person), reader.gettext(HELP)],
    )


def _view(look: Look) -> View | None:
    try:
        return look_at(look.case) if look.case is not None else None
    except ProgrammeInvalid:
        return None


def _audience(person: Person) -> Audience:
    return "physio" if person.role == "physio" else "runner"


def _sentences(look: Look, person: Person, reader: Reader) -> list[str]:
    """What is awaited or asked; with an override the physio's word and what was computed."""
    if look.verdict is None:
        return waiting.words(look, person, reader)
    if look.shown and look.shown.override:
        return answer.sentences(look, reader)
    return [decision_words(look.verdict.decision, look.verdict.target_stage, _audience(person), reader.tongue)]


def _reasons(look: Look, audience: Audience, reader: Reader) -> list[dict[str, str]]:
    if look.verdict is None or look.case is None:
        return []
    return [
        {
            "code": reason.code,
            "asks": reader.gettext(HOLDS_NOTHING if reason.verdict is READY else answer.HEADLINES[reason.verdict]),
            "sentence": reason_words(reason, look.case, audience, reader.tongue),
            "measured": _value(reason, reason.measured, reader),
            "required": _value(reason, reason.required, reader),
        }
        for reason in look.verdict.reasons
    ]


def _value(reason: Reason, value: float | str | None, reader: Reader) -> str:
    """A dash where the rule weighs no amount at all; what nobody measured is said."""
    if reason.measured is None and reason.required is None:
        return "–"
    unit = reason.unit if reason.unit in ("s", "m", "d", "%", "m/s") else None
    return reader.gettext(RESPONSES[value]) if value in RESPONSES else reader.amount(value, unit)


def _references(known: References, reader: Reader) -> Iterator[tuple[str, str]]:
    kind = reader.gettext(KINDS[known.v_max_kind]) if known.v_max_kind and known.v_max_mps else ""
    yield reader.gettext("Top speed"), f"{reader.pace(known.v_max_mps)} {kind}".strip()
    yield reader.gettext("Threshold speed"), reader.pace(known.v_thr_mps)


def _run(seen: Seen, reader: Reader) -> dict[str, str]:
    metrics, said = seen.session.metrics, seen.session.check_in or CheckIn()
    return {
        "day": reader.day(seen.start),
        "duration": reader.minutes(metrics.get("run_s")),
        "distance": reader.distance(metrics.get("run_m")),
        "during": _pain(said.during, reader),
        "after": _pain(said.after, reader),
        "morning": _pain(said.morning, reader),
        "response": reader.gettext(RESPONSES[seen.label]),
        "over": "; ".join(label_of(f"ceil.{breach.metric}", reader) for breach in seen.breaches),
        "quality": reader.gettext("poor") if seen.poor else reader.gettext("good"),
    }


def _pain(value: float | None, reader: Reader) -> str:
    return reader.gettext("not answered") if value is None else reader.number(value)


def _changes(plans: Sequence[Plan], names: Mapping[str, str], reader: Reader) -> list[dict[str, str]]:
    """The newest version first, each with what it changed."""
    befores: list[Plan | None] = [None, *plans][: len(plans)]
    return [
        {
            "version": str(plan.version),
            "day": reader.clock(plan.valid_from),
            "by": names.get(plan.by, reader.gettext("somebody who has left")),
            "stage": str(plan.body["stage"]),
            "what": _what(before, plan, reader),
        }
        for before, plan in zip(befores, plans, strict=True)
    ][::-1]


def _what(before: Plan | None, plan: Plan, reader: Reader) -> str:
    if before is None:
        return reader.gettext("The first plan.")
    changed = [name for name in PARTS if before.body.get(name) != plan.body.get(name)]
    return ", ".join(reader.gettext(PARTS[name]) for name in changed) or reader.gettext("nothing that decides")
