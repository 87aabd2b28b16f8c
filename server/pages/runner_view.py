"""The runner's page as plain values: what is said, in the runner's own words and units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rules.errors import ProgrammeInvalid
from rules.override import Override
from rules.requirements import Requirement, requirements
from rules.speech.say import decision_words, note_words, reason_words
from rules.triggers import METRICS
from rules.verdict import Verdict
from rules.view import View
from rules.view import look as look_at
from rules.vocabulary import Decision, Missing
from server.pages import charts, run_view
from server.pages.numbers import ago, amount, day, pace
from server.pages.run_view import RESPONSES
from server.review import Look
from server.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerView:
    runner: Person
    decision: str
    stage_line: str
    headline: str
    sentences: list[str]
    decided: str
    doses: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    notes: list[str]
    limits: list[dict[str, str]]
    question: dict[str, Any] | None
    ladder: dict[str, Any] | None
    load: dict[str, Any] | None
    runs: list[dict[str, Any]]
    versions: str
    help: str


SHORTFALLS = 3  # more of them stand in the bars; the answer itself stays short
FIRST_MORNING_H = 8  # from then on an answer speaks of the next morning

HELP = (
    "If something frightens you (numbness between the legs, loss of bladder or bowel control, new weakness, "
    "chest pain), do not wait for an answer here: call the emergency services."
)


NOT_YET = "No pain alone is no reason to move on. This is still missing:"
CANNOT_TELL = "Cannot tell yet"
HEADLINES = {
    Decision.STOP_REFER: "Stop and get help",
    Decision.REGRESS: "One step back",
    Decision.HOLD: "Stay where you are",
    Decision.INSUFFICIENT_DATA: CANNOT_TELL,
    Decision.CONTINUE: "Carry on at this stage",
    Decision.PROGRESS_READY: "Ready to talk about the next step",
}


def build(look: Look, person: Person) -> RunnerView:
    """Everything on the page, from one look."""
    view = _view(look)
    return RunnerView(
        runner=look.runner,
        decision=look.shown.decision.name if look.shown else "CANNOT_TELL",
        stage_line=_stage_line(view, person) if view else "No plan yet",
        headline=HEADLINES[look.shown.decision] if look.shown else CANNOT_TELL,
        sentences=_sentences(look),
        decided=ago(look.now, look.now),
        doses=[_dose(line) for line in requirements(view)] if view else [],
        reasons=_reasons(look),
        notes=[note_words(note) for note in look.verdict.notes] if look.verdict else [],
        limits=_limits(view) if view else [],
        question=_question(look, view) if view and person.id == look.runner.id else None,
        ladder=charts.ladder(view) if view else None,
        load=charts.load(view) if view else None,
        runs=run_view.build(look, view),
        versions=_versions(look),
        help=HELP,
    )


def _view(look: Look) -> View | None:
    try:
        return look_at(look.case) if look.case is not None else None
    except ProgrammeInvalid:
        return None


def _stage_line(view: View, person: Person) -> str:
    """The programme's name speaks of a diagnosis: it is the physio's word, and stays off the runner's page."""
    of_the_runner = f"Programme {view.programme.key or 'of your physio'}"
    programme = view.programme.name if person.role == "physio" else of_the_runner
    return f"{programme}, stage {view.stage.id}: {view.stage.name}"


def _sentences(look: Look) -> list[str]:
    """What is awaited; or what the decision asks, and the reasons that decide."""
    if look.verdict is None or look.case is None:
        return list(look.waiting)
    verdict, case = look.verdict, look.case
    if look.shown and look.shown.override:
        return list(_override_sentences(look.shown.override, verdict))
    deciding = [reason for reason in verdict.reasons if reason.verdict is verdict.decision and reason.code != "DOSE"]
    if verdict.decision is Decision.CONTINUE and not deciding:
        missing = [f"{_label(part.item)}: {_missing(part)}." for part in verdict.missing[:SHORTFALLS]]
        return [NOT_YET, *missing]
    said = [reason_words(reason, case) for reason in deciding]
    return [decision_words(verdict.decision, verdict.target_stage), *dict.fromkeys(said)]


def _override_sentences(made: Override, verdict: Verdict) -> Iterator[str]:
    """What the physio set instead, and what was computed: both are shown, and neither hides the other."""
    yield f"{made.by} set this until {day(made.until)}: {made.reason}"
    yield f"Computed from your runs: {HEADLINES[verdict.decision].lower()}. The reasons stand below."


def _missing(part: Missing) -> str:
    if isinstance(part.required, str):
        return RESPONSES.get(str(part.measured), "no run yet")
    return f"{amount(part.measured, _counted(part.unit))} of {amount(part.required, _counted(part.unit))}"


def _counted(unit: str | None) -> str | None:
    """A count needs no unit beside its label; time, distance and shares do."""
    return unit if unit in ("s", "m", "%", "d") else None


def _reasons(look: Look) -> list[dict[str, Any]]:
    if look.verdict is None or look.case is None:
        return []
    return [
        {"code": reason.code, "verdict": reason.verdict.name, "sentence": reason_words(reason, look.case)}
        for reason in look.verdict.reasons
    ]


def _dose(line: Requirement) -> dict[str, Any]:
    return {
        "label": _label(line.item),
        "figures": _of(line),
        "percent": _percent(line),
        "met": line.met,
        "state": "complete" if line.met else _gap(line),
    }


def _of(line: Requirement) -> str:
    """Measured against required: "28 min of 20 min", "3 of 4"."""
    if isinstance(line.required, str):
        return RESPONSES.get(str(line.measured), "no run yet")
    if line.unit in ("s", "m", "%"):
        return f"{amount(line.measured, line.unit)} of {amount(line.required, line.unit)}"
    return f"{amount(line.measured, None)} of {amount(line.required, 'd' if line.unit == 'd' else None)}"


def _label(item: str) -> str:
    own = {
        "sessions": "Runs that count",
        "min_days": "Days at this stage",
        "earliest_day": "Days since the injury",
        "latest_24h": "The latest run after 24 hours",
    }
    kind, _, name = item.partition(".")
    metric = METRICS.get(name)
    label = metric.label if metric else name
    endings = {"total": f"{label}, all runs together", "max": f"{label}, best single run"}
    return own.get(item) or _capital(endings.get(kind, label))


def _gap(line: Requirement) -> str:
    if line.measured is None:
        return "not measured by any sensor yet"
    if isinstance(line.measured, str) or isinstance(line.required, str):
        return "needs an answer" if line.measured == "PENDING" else "needs a run that is tolerated"
    return f"{amount(line.required - line.measured, line.unit)} missing"


def _percent(line: Requirement) -> float:
    if line.met:
        return 100.0
    if isinstance(line.measured, int | float) and isinstance(line.required, int | float) and line.required > 0:
        return round(min(98.0, 100 * line.measured / line.required), 1)  # a bar that is not complete never looks so
    return 0.0


def _limits(view: View) -> list[dict[str, str]]:
    """The ceilings of the stage in units that a runner can hold on to."""
    rows = []
    for name, ceiling in view.stage.ceil.items():
        metric = METRICS.get(name)
        value = f"at most {amount(ceiling, metric.unit if metric else None)}"
        v_max = view.references.v_max_mps
        label = _capital(metric.label if metric else name)
        if name == "peak3_pct" and v_max is not None:
            label, value = "Fastest pace", f"not faster than {pace(v_max * ceiling / 100)}"
        rows.append({"label": label, "value": value})
    if "runs" in view.stage.ceil7:
        rows.append({"label": "Runs in any 7 days", "value": f"at most {amount(view.stage.ceil7['runs'], None)}"})
    return rows


def _question(look: Look, view: View) -> dict[str, Any] | None:
    """The check-in of the latest run, until it is answered; first how the run was, then the morning after it."""
    sessions = [item for item in look.runs if item.counts]
    if not sessions:
        return None
    latest = sessions[-1]
    answered = latest.check_in
    after_run = answered.get("during") is None or answered.get("after") is None
    if not after_run and answered.get("morning") is not None:
        return None
    asked = (("during", "Worst pain during the run"), ("after", "Worst pain for the rest of that day"))
    morning = (("morning", "Pain this morning, in the first half hour"),)
    is_morning = look.now >= latest.run.end + timedelta(hours=FIRST_MORNING_H)
    scales = (*(asked if after_run else ()), *(morning if is_morning else ()))
    if not scales:
        return None
    return {
        "title": "How was this run?" if after_run else "How is it the morning after?",
        "session": latest.run.id,
        "after_run": after_run,
        "stopped": bool(answered.get("stopped")),
        "sharp_sudden": bool(answered.get("sharp_sudden")),
        "scales": [{"name": name, "legend": legend, "answer": answered.get(name)} for name, legend in scales],
    }


def _versions(look: Look) -> str:
    if look.verdict is None or look.plan is None:
        return "Nothing was decided."
    programme = look.verdict.programme_version or "unknown"
    return (
        f"Programme {look.plan.body['programme']} version {programme}, rules version {look.verdict.rules_version}. "
        "The numbers of the programmes are expert defaults that your physiotherapist can change; the limit on a single "
        "long run follows a study of 5,205 runners (Frandsen 2025)."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
