"""Stage entry: what speaks against a step up, so that no stage is entered unknowingly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.attest import ENTRY, Attestation, Criterion, outstanding
from rules.case import Case
from rules.errors import RulesError
from rules.programme import load
from rules.speech.say import reason_words, requirement_words
from rules.stage import Stage
from rules.view import View
from rules.vocabulary import Decision
from server.concerns import Concern
from server.review import Look

READY = Decision.PROGRESS_READY
SKIPPED = "STAGES_SKIPPED"
NOT_ATTESTED = "CRITERION_NOT_ATTESTED"
NAMED_REASONS = 3  # of a verdict that is not ready; the pages show the rest


def concerns(assessment: Look, here: View, there: View, now: datetime) -> tuple[Concern, ...]:
    """What a step up from `here` to `there` lacks: readiness, the stages between, criteria that are not attested."""
    criteria = outstanding_up_to(here.stage_index, there, assessment.attestations, now)
    return (*_not_ready(assessment), *_skipped(here, there), *(_not_attested(criterion) for criterion in criteria))


def outstanding_up_to(
    place: int, there: View, attestations: Sequence[Attestation], now: datetime
) -> tuple[Criterion, ...]:
    """The criteria of every stage after `place` (from 0) up to the one entered: a skipped stage's count too."""
    origin = str(there.programme.origin)
    numbers = range(place + 2, there.stage_index + 2)  # stages are counted from 1 there
    criteria = {
        criterion.code: criterion for number in numbers for criterion in outstanding(origin, number, attestations, now)
    }
    return tuple(criteria.values())


def skipped(here: View, there: View) -> tuple[str, ...]:
    """The ids of the stages between."""
    return tuple(stage.id for stage in there.programme.stages[here.stage_index + 1 : there.stage_index])


def _not_ready(assessment: Look) -> Iterator[Concern]:
    """Nothing only if the computed verdict is ready and no physio set another one."""
    if assessment.verdict is None or assessment.shown is None:
        sentence = f"not ready because {_joined(assessment.waiting) or 'nothing can be decided yet'}"
        yield Concern(code="NOT_READY", items=("NO_VERDICT",), sentence=sentence)
    elif assessment.verdict.decision is not READY:
        sentence = f"not ready because the verdict is {assessment.verdict.decision.name} ({_why(assessment)})"
        yield Concern(code="NOT_READY", items=(assessment.verdict.decision.name,), sentence=sentence)
    elif assessment.shown.decision is not READY:
        sentence = f"not ready because a physio has set {assessment.shown.decision.name}"
        yield Concern(code="NOT_READY", items=(assessment.shown.decision.name,), sentence=sentence)


def _why(assessment: Look) -> str:
    """The reasons that decide, and if only the dose is short, what is missing of it."""
    verdict, case = assessment.verdict, assessment.case
    if verdict is None or case is None:
        return ""
    deciding = [reason for reason in verdict.reasons if reason.verdict is verdict.decision and reason.code != "DOSE"]
    sentences = [reason_words(reason, case, "physio") for reason in deciding]
    return _joined((sentences or [requirement_words(part) for part in verdict.missing])[:NAMED_REASONS])


def _skipped(here: View, there: View) -> Iterator[Concern]:
    ids = skipped(here, there)
    if ids:
        kind = "stage" if len(ids) == 1 else "stages"
        yield Concern(code=SKIPPED, items=ids, sentence=f"skips {kind} {', '.join(ids)}")


def _not_attested(criterion: Criterion) -> Concern:
    sentence = f"criterion {criterion.code} not attested ({criterion.sentence.rstrip('.')})"
    return Concern(code=NOT_ATTESTED, items=(criterion.code,), sentence=sentence)


def _joined(sentences: Sequence[str]) -> str:
    return ", ".join(sentence.rstrip(".") for sentence in sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStage:
    """The stage after the current one, with the entry criteria that are not attested yet."""

    stage: Stage
    has_criteria: bool
    outstanding: tuple[Criterion, ...]


def next_stages(assessment: Look) -> tuple[NextStage, ...]:
    """One for each programme of the plan that has a next stage and can be read."""
    cases = [case for case in (assessment.case, assessment.second) if case is not None]
    stages = (_next_stage(case, assessment.attestations, assessment.now) for case in cases)
    return tuple(stage for stage in stages if stage is not None)


def _next_stage(case: Case, attestations: Sequence[Attestation], now: datetime) -> NextStage | None:
    try:
        programme = load(case.programme)
        number = programme.index(case.stage) + 2  # of the next one, from 1
    except RulesError:
        return None
    if number > len(programme.stages):
        return None
    origin = str(programme.origin)
    return NextStage(
        stage=programme.stages[number - 1],
        has_criteria=bool(ENTRY.get(origin, {}).get(number)),
        outstanding=outstanding(origin, number, attestations, now),
    )
