"""Concern text: why a change of a plan needs a reason, or is refused, in a person's own language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.attest import ENTRY
from rules.speech.say import reason_words, requirement_words
from rules.vocabulary import Decision
from server.baseline import ABOVE_GREEN
from server.concerns import LEAST_REASON, Concern
from server.pages.decision_names import NAMES
from server.pages.reader import N_, Reader
from server.problem import Problem
from server.review import Look
from server.stage_entry import NOT_ATTESTED, SKIPPED

CRITERIA = {
    criterion.code: criterion.sentence
    for stages in ENTRY.values()
    for criteria in stages.values()
    for criterion in criteria
}
NO_VERDICT = N_("Not ready: there is no verdict yet.")
NOT_READY = N_("Not ready: the verdict is “{decision}”.")
SKIPPED_ONE, SKIPPED_MANY = N_("Skips stage {ids}."), N_("Skips stages {ids}.")
CRITERION = N_("Entry criterion not attested: {criterion}")
HIGH = N_("The usual morning score {score} is above 2.")
RAISED = N_("The usual morning score goes up from {before} to {after}.")
TOO_HIGH = N_(
    "The usual morning score can't be {score}. Mornings only count up to {limit}, so no run could ever count."
)
Text = Callable[[Sequence[str], Reader], str]
GIVE_REASON = N_("Give a reason of at least {least} characters.")


def text(code: str, items: Sequence[str], reader: Reader) -> str:
    """One concern as a sentence; a code without a text is shown as it is."""
    return TEXTS[code](items, reader) if code in TEXTS else code


def criterion(code: str, reader: Reader) -> str:
    return reader.gettext(CRITERIA.get(code, code))


def _not_ready(items: Sequence[str], reader: Reader) -> str:
    if items[0] not in Decision.__members__:
        return reader.gettext(NO_VERDICT)
    return reader.gettext(NOT_READY, decision=reader.gettext(NAMES[Decision[items[0]]]))


def _skipped(items: Sequence[str], reader: Reader) -> str:
    return reader.ngettext(SKIPPED_ONE, SKIPPED_MANY, len(items), ids=", ".join(items))


def _not_attested(items: Sequence[str], reader: Reader) -> str:
    return reader.gettext(CRITERION, criterion=criterion(items[0], reader))


def _scores(template: str, *names: str) -> Text:
    """The text of a concern whose items are scores, under these names in the template."""

    def fill(items: Sequence[str], reader: Reader) -> str:
        scores = (reader.number(float(item)) for item in items)
        return reader.gettext(template, **dict(zip(names, scores, strict=True)))

    return fill


TEXTS: Mapping[str, Text] = {
    "NOT_READY": _not_ready,
    SKIPPED: _skipped,
    NOT_ATTESTED: _not_attested,
    "BASELINE_HIGH": _scores(HIGH, "score"),
    "BASELINE_RAISED": _scores(RAISED, "before", "after"),
    ABOVE_GREEN: _scores(TOO_HIGH, "score", "limit"),
}


def why_not_ready(assessment: Look, reader: Reader) -> list[str]:
    """The reasons that decide, and if only the dose is short, what is missing of it."""
    verdict, case = assessment.verdict, assessment.case
    if verdict is None or case is None or verdict.decision is Decision.PROGRESS_READY:
        return []
    deciding = [reason for reason in verdict.reasons if reason.verdict is verdict.decision and reason.code != "DOSE"]
    if deciding:
        return [reason_words(reason, case, "physio", reader.tongue) for reason in deciding]
    return [requirement_words(part, reader.tongue) for part in verdict.missing]


def reason_needed(concerns: Sequence[Concern], reader: Reader) -> tuple[str, ...]:
    """That a reason is needed, and for what."""
    sentences = [text(concern.code, concern.items, reader) for concern in concerns]
    return (reader.gettext(GIVE_REASON, least=LEAST_REASON), *sentences)


def refusal(problem: Problem, reader: Reader) -> tuple[str, ...]:
    """Why a plan was not saved, in sentences; what is missing is translated item by item."""
    missing: Any = problem.facts.get("missing")
    if not isinstance(missing, list):
        return (reader.gettext(problem.detail),)
    sentences = [text(str(concern["code"]), concern["items"], reader) for concern in missing]
    if any(concern["code"] == ABOVE_GREEN for concern in missing):
        return tuple(sentences)
    return (reader.gettext(GIVE_REASON, least=LEAST_REASON), *sentences)
