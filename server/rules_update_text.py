"""Rules update text: the summary of a rules update in sentences, in English or through a reader's translation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rules.case import Case
from rules.speech.say import reason_words, requirement_words
from rules.speech.tongue import ENGLISH, Tongue
from rules.view import in_horizon
from rules.vocabulary import Decision, Missing, Reason
from server.storage.alerts import Episode
from server.storage.people import Person
from server.storage.rules_updates import RulesUpdate

CHANGED_ONE = "Stridegate's rules were updated. For 1 of your {total} runners the decision changed."
CHANGED = "Stridegate's rules were updated. For {changed} of your {total} runners the decision changed."
CHANGED_FOR_THE_ONE = "Stridegate's rules were updated. The decision for your runner changed."
UNCHANGED_FOR_THE_ONE = "Stridegate's rules were updated. The decision for your runner is the same."
UNCHANGED = "Stridegate's rules were updated. The decision is the same for each of your {total} runners."
FROM_TO = "{name}: from “{before}” to “{after}”. {why}"
SAME = "{name}: still “{after}”."
NOTICED = "New in these rules: {what}"
UNDECIDED_ONE = "1 runner could not be decided on again yet, because data is missing."
UNDECIDED = "{undecided} runners could not be decided on again yet, because data is missing."
NAMES: Mapping[str, str] = {
    "STOP_REFER": "Stop and refer",
    "REGRESS": "One stage back",
    "HOLD": "Hold",
    "INSUFFICIENT_DATA": "Cannot tell",
    "CONTINUE": "Carry on at this stage",
    "PROGRESS_READY": "Ready for the next step",
}
SENTENCES = (
    *(
        CHANGED_ONE,
        CHANGED,
        CHANGED_FOR_THE_ONE,
        UNCHANGED,
        UNCHANGED_FOR_THE_ONE,
        FROM_TO,
        SAME,
        NOTICED,
        UNDECIDED_ONE,
        UNDECIDED,
    ),
    *NAMES.values(),
)  # for the translators
NOTICED_SHOWN = 3  # of one runner; all of them are under Alerts
MISSING_SHOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One runner whose decision changed, or of whom the new rules notice something that the old ones did not."""

    runner: Person
    update: RulesUpdate
    noticed: Sequence[Episode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a new version of the rules changed for the runners of one physio; `undecided` wait for data."""

    total: int
    changed: int
    undecided: int
    lines: Sequence[Line]


def headline(summary: Summary, tongue: Tongue = ENGLISH) -> str:
    """It names nobody, so that it can be sent."""
    sentences = [tongue.translate(_template(summary)).format(changed=summary.changed, total=summary.total)]
    if summary.undecided:
        more = UNDECIDED_ONE if summary.undecided == 1 else UNDECIDED
        sentences.append(tongue.translate(more).format(undecided=summary.undecided))
    return " ".join(sentences)


def _template(summary: Summary) -> str:
    if summary.total == 1:
        return CHANGED_FOR_THE_ONE if summary.changed else UNCHANGED_FOR_THE_ONE
    return UNCHANGED if not summary.changed else CHANGED_ONE if summary.changed == 1 else CHANGED


def sentence(line: Line, why: str, tongue: Tongue = ENGLISH) -> str:
    """One runner: from which decision to which, and why; or what only the new rules notice."""
    update = line.update
    before, after = (NAMES.get(name or "", name or "") for name in (update.decision_before, update.decision))
    parts = {"name": line.runner.name, "before": tongue.translate(before), "after": tongue.translate(after)}
    template = FROM_TO if update.is_changed else SAME
    return tongue.translate(template).format(**parts, why=why).strip()


def in_english(summary: Summary) -> Iterator[str]:
    """The whole summary as lines, from what was stored when each runner was decided on."""
    yield headline(summary)
    for line in summary.lines:
        noticed = [NOTICED.format(what=episode.words["physio"]) for episode in line.noticed[:NOTICED_SHOWN]]
        yield " ".join([sentence(line, line.update.why or ""), *noticed])


def why(verdict: Mapping[str, Any], case: Case, tongue: Tongue = ENGLISH) -> str:
    """The reason that decides; if it is the dose, what is missing of it."""
    reason = _reason(verdict["reasons"][0])
    if reason.code == "DOSE" and verdict["missing"]:
        return "; ".join(requirement_words(part, tongue) for part in _missing(verdict["missing"]))
    # An older session is in no comparison of distances.
    recent = replace(case, sessions=tuple(in_horizon(case)))
    return reason_words(reason, recent, "physio", tongue)


def _reason(document: Mapping[str, Any]) -> Reason:
    return Reason(**{**document, "verdict": Decision[document["verdict"]]})


def _missing(documents: Sequence[Mapping[str, Any]]) -> list[Missing]:
    return [Missing(**document) for document in documents[:MISSING_SHOWN]]
