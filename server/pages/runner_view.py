"""The runner's page as plain values: what is said, in the runner's own words and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.errors import ProgrammeInvalid
from rules.view import View
from rules.view import look as look_at
from server.pages import answer, charts, check_in, doses, next_run, run_view
from server.pages.reader import N_, Reader
from server.review import Look
from server.storage.people import Person

HELP = N_(
    "If something frightens you (numbness between the legs, loss of bladder or bowel control, new weakness, "
    "chest pain), do not wait for an answer here: call the emergency services."
)
VERSIONS = N_(
    "Programme {programme} version {version}, rules version {rules}. The numbers of the programmes are expert defaults "
    "that your physiotherapist can change; the limit on a single long run follows a study of 5,205 runners "
    "(Frandsen 2025)."
)


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
    next_run: dict[str, Any] | None
    question: dict[str, Any] | None
    ladder: dict[str, Any] | None
    load: dict[str, Any] | None
    runs: list[dict[str, Any]]
    versions: str
    help: str


def build(look: Look, person: Person, reader: Reader) -> RunnerView:
    """Everything on the page, from one look."""
    view = view_of(look)
    return RunnerView(
        runner=look.runner,
        decision=look.shown.decision.name if look.shown else "CANNOT_TELL",
        stage_line=stage_line(view, person, reader) if view else reader.gettext("No plan yet"),
        headline=answer.headline(look, reader),
        sentences=answer.sentences(look, reader),
        decided=reader.clock(look.now),
        doses=doses.groups(view, reader) if view else [],
        reasons=answer.reasons(look, reader),
        notes=answer.notes(look, reader),
        next_run=next_run.build(look, view, reader),
        question=check_in.question(look, reader) if view and person.id == look.runner.id else None,
        ladder=charts.ladder(view, reader) if view else None,
        load=charts.load(view, reader) if view else None,
        runs=run_view.build(look, view, reader),
        versions=versions(look, reader),
        help=reader.gettext(HELP),
    )


def view_of(look: Look) -> View | None:
    """The case as the rules look at it; None where there is none, or none to judge by."""
    try:
        return look_at(look.case) if look.case is not None else None
    except ProgrammeInvalid:
        return None


def stage_line(view: View, person: Person, reader: Reader) -> str:
    """The programme's name speaks of a diagnosis: it is the physio's word, and stays off the runner's page."""
    own = reader.gettext("Programme {key}", key=view.programme.key or reader.gettext("of your physio"))
    programme = reader.gettext(view.programme.name) if person.role == "physio" else own
    stage = reader.gettext(view.stage.name)
    return reader.gettext("{programme}, stage {id}: {name}", programme=programme, id=view.stage.id, name=stage)


def versions(look: Look, reader: Reader) -> str:
    if look.verdict is None or look.plan is None:
        return reader.gettext("Nothing was decided.")
    programme = look.plan.body["programme"]
    return reader.gettext(
        VERSIONS,
        programme=programme if isinstance(programme, str) else reader.gettext("of your physio"),
        version=look.verdict.programme_version or reader.gettext("unknown"),
        rules=look.verdict.rules_version,
    )
