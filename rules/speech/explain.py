"""Explain: a verdict as a text that fits one screen, for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from textwrap import wrap

from rules.allowance import Allowance
from rules.case import Case
from rules.dose import weigh
from rules.errors import ProgrammeInvalid
from rules.metric_facts import label, unit
from rules.speech.amounts import amount, day
from rules.speech.evidence import evidence_of, evidence_of_number
from rules.speech.next_run import limit_words
from rules.speech.say import Audience, decision_words, note_words, reason_words, requirement_words
from rules.speech.words import DISCLAIMER, HELP
from rules.verdict import Verdict
from rules.view import View, look
from rules.vocabulary import Reason

WIDTH = 80
MOST = 7  # lines of one kind; more would push the decision off the screen


def explain(verdict: Verdict, case: Case, audience: Audience = "runner", *, allowed: Allowance | None = None) -> str:
    """What was decided, why, what is missing, by which versions, and what it is not. Lines of up to 80 columns."""
    view = _view(case)
    target = f" to {verdict.target_stage}" if verdict.target_stage else ""
    lines = [
        f"{verdict.decision.name}{target}: {_where(case, view)}",
        *_wrapped(decision_words(verdict.decision, verdict.target_stage, audience), ""),
        *_part("Why", _reasons(verdict, case, view, audience)),
        *_part("Asked for at this stage", _requirements(view)),
        *_part("Limits of one session", _limits(view)),
        *_part("Next run", [" ".join(limit_words(allowed))] if allowed else []),
        *_part("Notes", (note_words(note, audience) for note in verdict.notes)),
        "",
        f"Rules {verdict.rules_version}, programme version {verdict.programme_version or 'not stated'}.",
        DISCLAIMER,
        *_wrapped(HELP, ""),
    ]
    return "\n".join(lines)


def _view(case: Case) -> View | None:
    try:
        return look(case)
    except ProgrammeInvalid:
        return None


def _where(case: Case, view: View | None) -> str:
    key = case.programme if isinstance(case.programme, str) else str(case.programme.get("name") or "own programme")
    stage = f"{case.stage} {view.stage.name}" if view and view.stage.name else case.stage
    return f"{key[:20]}, stage {stage[:30]}, on {day(case.now)}"


def _reasons(verdict: Verdict, case: Case, view: View | None, audience: Audience) -> Iterator[str]:
    for reason in verdict.reasons:
        yield f"{reason.code}: {reason_words(reason, case, audience)}{_source(reason, view)}"


def _source(reason: Reason, view: View | None) -> str:
    unsourced = ("DOSE", "TERMINAL", "PHYSIO_HOLD", "PROGRAMME_INVALID")
    return "" if view is None or reason.code in unsourced else _tag(evidence_of(reason, view))


def _requirements(view: View | None) -> Iterator[str]:
    """What is missing first, then what is done; what each session needs only while sessions are short."""
    if view is None:
        return
    dose = weigh(view)
    unmet = {part.item for part in dose.missing}
    shown = [part for part in dose.requirements if part.item in unmet or not part.item.startswith("each.")]
    for part in sorted(shown, key=lambda part: part.met):
        mark = "done" if part.met else "MISSING"
        yield f"{mark}  {requirement_words(part)}{_tag(evidence_of_number(part.item, view))}"


def _limits(view: View | None) -> Iterator[str]:
    if view is None or not view.stage.ceil:
        return
    limits = {name: f"{label(name)} {amount(most, unit(name))}" for name, most in view.stage.ceil.items()}
    tags = {name: _tag(evidence_of_number(f"ceil.{name}", view)) for name in limits}
    for tag in dict.fromkeys(tags.values()):
        yield ", ".join(limit for name, limit in limits.items() if tags[name] == tag) + tag


def _tag(source: str) -> str:
    """The first words of a source: enough to tell a study from an expert default."""
    for end in (",", ";", ":", " ("):
        source = source.partition(end)[0]
    return f" [{source}]"


def _part(title: str, sentences: Iterable[str]) -> Iterator[str]:
    every = list(sentences)
    if every:
        yield title
    for sentence in islice(every, MOST):
        yield from _wrapped(sentence, "  ")
    if len(every) > MOST:
        yield f"  and {len(every) - MOST} more"


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + indent)
