"""The runner's page as plain values: what is said, in the runner's own words and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.signs.alert_kinds import Urgency
from rules.view import View
from server.care.screening import Screening
from server.pages import (
    alert_words,
    answer,
    charts,
    check_in,
    doses,
    ladder,
    missing_reference_text,
    next_run,
    programme_names,
    red_flags,
    run_view,
    telling,
)
from server.pages.reader import N_, Reader
from server.pages.seen import second_view_of, view_of
from server.review import Look
from server.storage.alerts import Hearing
from server.storage.people import Person
from server.storage.runs import Plan

HELP = N_(
    "If something frightens you (numbness between the legs, loss of bladder or bowel control, new weakness, "
    "chest pain), do not wait for an answer here: call the emergency services."
)
VERSIONS = N_(
    "Programme {programme} version {version}, rules version {rules}. The numbers of the programmes are expert defaults "
    "that your physiotherapist can change; the limit on a single long run follows a study of 5,205 runners "
    "(Frandsen 2025)."
)
VERSIONS_TO_A_PHYSIO = N_(
    "Programme {programme} version {version}, rules version {rules}. The numbers of the programmes are expert defaults "
    "that you can change in the plan; the limit on a single long run follows a study of 5,205 runners (Frandsen 2025)."
)


ASKED = ("RED_FLAG", "RED_FLAG_QUESTION")  # they have a place of their own on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the page is made of: the look, how the red-flag questions stand, and what the runner should hear."""

    look: Look
    screened: Screening
    heard: tuple[Hearing, ...]
    plans: tuple[Plan, ...]  # every version, the first one first


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
    missed_mornings: list[dict[str, Any]]
    asked: dict[str, Any]
    alerts: list[dict[str, Any]]
    telling: dict[str, Any] | None
    ladder: dict[str, Any] | None
    missing: list[str]
    load: dict[str, Any] | None
    runs: list[dict[str, Any]]
    versions: str
    help: str


def build(known: Known, person: Person, reader: Reader) -> RunnerView:
    """Everything on the page, from one look."""
    look, is_own = known.look, person.id == known.look.runner.id
    view, second = view_of(look), second_view_of(look)
    return RunnerView(
        runner=look.runner,
        decision=look.shown.decision.name if look.shown else "CANNOT_TELL",
        stage_line=stage_lines(view, second, person, reader),
        headline=answer.headline(look, reader),
        sentences=answer.sentences(look, reader),
        decided=reader.clock(look.now) if look.verdict else "",
        doses=doses.of_both(view, second, reader),
        reasons=answer.reasons(look, reader),
        notes=answer.notes(look, reader),
        next_run=next_run.build(look, view, person, reader),
        question=check_in.question(look, view, reader) if view and is_own else None,
        missed_mornings=check_in.missed_mornings(look, view, reader) if view and is_own else [],
        asked=red_flags.asked(known.screened, reader, is_own=is_own),
        alerts=[_alert(one, look, reader) for one in known.heard if one.episode.code not in ASKED] if is_own else [],
        telling=telling.offered(look.now, reader) if is_own else None,
        ladder=ladder.build(view, known.plans, reader) if view else None,
        missing=missing_reference_text.of_look(view, second, reader),
        load=charts.load(view, reader) if view else None,
        runs=run_view.build(look, view, reader),
        versions=versions(look, reader, person),
        help=reader.gettext(HELP) if is_own else "",
    )


def _alert(one: Hearing, look: Look, reader: Reader) -> dict[str, Any]:
    return {
        "id": one.episode.id,
        "words": alert_words.words(one, look, reader),
        "when": reader.ago(one.episode.raised_at, look.now),
        "urgent": one.episode.urgency >= Urgency.HIGH,
        "unread": one.is_unread(look.now),
    }


def stage_lines(view: View | None, second: View | None, person: Person, reader: Reader) -> str:
    lines = [stage_line(one, person, reader) for one in (view, second) if one]
    return "; ".join(lines) or reader.gettext("No plan yet")


def stage_line(view: View, person: Person, reader: Reader) -> str:
    """The programme's name speaks of a diagnosis, and so may its key: both are the physio's words."""
    own = reader.gettext("Programme {key}", key=reader.gettext("of your physio"))
    programme = reader.gettext(view.programme.name) if person.role == "physio" else own
    stage = reader.gettext(view.stage.name)
    return reader.gettext("{programme}, stage {id}: {name}", programme=programme, id=view.stage.id, name=stage)


def versions(look: Look, reader: Reader, person: Person) -> str:
    if look.verdict is None or look.plan is None:
        return reader.gettext("Nothing was decided.")
    sentence = VERSIONS_TO_A_PHYSIO if person.role == "physio" else VERSIONS
    return reader.gettext(
        sentence,
        programme=_programme_key(look.plan.body["programme"], person, reader),
        version=look.verdict.programme_version or reader.gettext("unknown"),
        rules=look.verdict.rules_version,
    )


def _programme_key(programme: object, person: Person, reader: Reader) -> str:
    """Its key may name a diagnosis: no runner reads it. A clinic's own is known by its name."""
    if person.role == "runner":
        return reader.gettext("of your physio")
    return programme_names.name(programme, reader) if isinstance(programme, Mapping) else programme_names.key(programme)
