"""Explain: a verdict as a text that fits one screen, for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterator

from rules.allowance import Allowance
from rules.case import Case
from rules.ceilings import applied
from rules.dose import weigh
from rules.errors import ProgrammeInvalid
from rules.metric_facts import label, unit
from rules.speech.amounts import amount, day
from rules.speech.evidence import evidence_of, evidence_of_number
from rules.speech.next_run import limit_words
from rules.speech.say import Audience, decision_words, note_words, reason_words, requirement_words
from rules.speech.screen import ALWAYS, HEIGHT, Part, shown, wrapped
from rules.speech.words import DISCLAIMER, HELP
from rules.verdict import Verdict
from rules.view import View, look
from rules.vocabulary import Reason

SOONEST = 3  # so many reasons come before what the next run may hold; of the others that comes first
# What has room first: a flag's way to help always, then what decides, what to do, what is missing, and what could not
# be checked; then the rest.
NEXT_RUN, MISSING, LATER_REASON, UNCHECKED, DONE, LIMIT, INFORMS = range(2, 9)


def explain(
    verdict: Verdict,
    case: Case,
    audience: Audience = "runner",
    *,
    allowed: Allowance | None = None,
    height: int | None = HEIGHT,
) -> str:
    """What was decided, why, what is missing, by which versions, and what it is not.

    Lines of up to 80 columns, and so many that they fit a screen; all there is where `height` is None.
    """
    view = _view(case)
    target = f" to {verdict.target_stage}" if verdict.target_stage else ""
    above = [
        f"{verdict.decision.name}{target}: {_where(case, view)}",
        *wrapped(decision_words(verdict.decision, verdict.target_stage, audience), ""),
    ]
    below = [
        f"Rules {verdict.rules_version}, programme version {verdict.programme_version or 'not stated'}.",
        DISCLAIMER,
        *wrapped(HELP, ""),
    ]
    parts = [
        *_reasons(verdict, case, view, audience),
        *_next_run(allowed),
        *_requirements(view),
        *_limits(view),
        *_notes(verdict, audience),
    ]
    return "\n".join([*above, *shown(parts, None if height is None else height - len(above) - len(below)), *below])


def _view(case: Case) -> View | None:
    try:
        return look(case)
    except ProgrammeInvalid:
        return None


def _where(case: Case, view: View | None) -> str:
    key = case.programme if isinstance(case.programme, str) else str(case.programme.get("name") or "own programme")
    stage = f"{case.stage} {view.stage.name}" if view and view.stage.name else case.stage
    return f"{key[:20]}, stage {stage[:30]}, on {day(case.now)}"


def _reasons(verdict: Verdict, case: Case, view: View | None, audience: Audience) -> Iterator[Part]:
    for place, reason in enumerate(verdict.reasons):
        weight = 1 if place < SOONEST else LATER_REASON
        yield Part(
            title="Why",
            sentence=f"{reason.code}: {reason_words(reason, case, audience)}{_source(reason, view)}",
            weight=ALWAYS if reason.code == "RED_FLAG" else weight,
        )


def _source(reason: Reason, view: View | None) -> str:
    unsourced = ("DOSE", "TERMINAL", "PHYSIO_HOLD", "PROGRAMME_INVALID")
    return "" if view is None or reason.code in unsourced else _tag(evidence_of(reason, view))


def _requirements(view: View | None) -> Iterator[Part]:
    """What is missing first, then what is done; what each session needs only while sessions are short."""
    if view is None:
        return
    dose = weigh(view)
    unmet = {part.item for part in dose.missing}
    asked = [part for part in dose.requirements if part.item in unmet or not part.item.startswith("each.")]
    for part in sorted(asked, key=lambda part: part.met):
        mark = "done" if part.met else "MISSING"
        sentence = f"{mark} {requirement_words(part)}{_tag(evidence_of_number(part.item, view))}"
        yield Part(title="Asked for at this stage", sentence=sentence, weight=DONE if part.met else MISSING)


def _limits(view: View | None) -> Iterator[Part]:
    if view is None or not view.stage.ceil:
        return
    ceil = applied(view.stage.ceil, view.references)
    limits = {name: f"{label(name)} {amount(most, unit(name))}" for name, most in ceil.items()}
    tags = {name: _tag(evidence_of_number(f"ceil.{name}", view)) for name in limits}
    for tag in dict.fromkeys(tags.values()):
        sentence = ", ".join(limit for name, limit in limits.items() if tags[name] == tag) + tag
        yield Part(title="Limits of one session", sentence=sentence, weight=LIMIT)


def _next_run(allowed: Allowance | None) -> Iterator[Part]:
    if allowed is not None:
        yield Part(title="Next run", sentence=" ".join(limit_words(allowed)), weight=NEXT_RUN)


def _notes(verdict: Verdict, audience: Audience) -> Iterator[Part]:
    for note in verdict.notes:
        weight = INFORMS if note == "HR_ABSENT_INFO" else UNCHECKED
        yield Part(title="Notes", sentence=note_words(note, audience), weight=weight)


def _tag(source: str) -> str:
    """The first words of a source: enough to tell a study from an expert default."""
    for end in (",", ";", ":", " ("):
        source = source.partition(end)[0]
    return f" [{source}]"
