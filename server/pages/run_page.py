"""Run: one session from the sensors to what it added, with its traces under one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.added import Added, added
from rules.ceilings_now import ceilings_now
from rules.metric_facts import unit
from rules.trace import Trace, trace
from rules.view import View
from server import access, review
from server.attestations import with_attested_values
from server.keys import CLOCK, DESK
from server.pages import attest_form, check_in, doses, frame, note_words, run_deeds, sensor_words, traces
from server.pages.reader import N_, Reader
from server.pages.seen import view_of
from server.people import credentials
from server.problem import not_found
from server.review import Look, SeenRun
from server.runs import measuring, rearranging
from server.runs.sessions import Composed
from server.storage.people import Person

KINDS = {"capture": N_("recorded by a gateway"), "file": N_("a file of a watch"), "hand": N_("typed in")}
PAINS = (("during", N_("Pain during it")), ("after", N_("Later that day")), ("morning", N_("The next morning")))
PAINKILLERS = N_("Painkillers")
USUAL_EFFORT = 80  # marked where the stage asks for no efforts of its own
ADDED = (
    ("run_s", N_("Running")),
    ("run_m", N_("Distance")),
    ("fat_s", N_("While fatigued")),
    ("inc2_s", N_("Uphill")),
    ("eff80_n", N_("Fast efforts")),
    ("peak3_pct", N_("Fastest three seconds, of top speed")),
    ("vert_up_m", N_("Climbed")),
)
UNITS = {"run_s": "s", "run_m": "m", "fat_s": "s", "inc2_s": "s", "eff80_n": "n", "peak3_pct": "%", "vert_up_m": "m"}
DONE = N_("Done. It can be taken back on this page.")
ATTESTED = N_("Saved with your name. A later value replaces it.")
WHY_NOT = {
    "before": N_("It was before this stage: it counts for load, not for this stage."),
    "pending": N_("Whether it counts is known once the next morning has been answered."),
    "response": N_("It was not tolerated well enough to count."),
    "poor": N_("It was poorly recorded: it counts toward load and limits, never toward the dose."),
    "ceiling": N_("It went over a limit of the stage, so nothing of it counts."),
    "window": N_("It was too long ago to count."),
}
COUNTED = N_("It is one of the runs that count.")
ONLY_SUMS = N_("It counts toward the sums; it is not one of the runs that count by themselves.")
STATES = {
    "within": N_("within"),
    "near": N_("near the limit"),
    "passed": N_("over the limit"),
    "cannot tell": N_("cannot tell"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of one session."""

    person: Person
    look: Look
    item: SeenRun
    trace: Trace | None
    composed: tuple[Composed, ...]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /runners/{runner}/runs/{run}."""
    login, now = credentials.shown(request), request.app[CLOCK]()
    told = await request.app[DESK].read(_told, login, request.match_info["runner"], request.match_info["run"], now)
    reader = await frame.reader_for(request, told.person)
    thanks = DONE if "said" in request.query else ATTESTED if "attested" in request.query else ""
    return frame.page(request, "run.html", person=told.person, run=_facts(told, reader), thanks=reader.gettext(thanks))


def _told(db: Session, login: str | None, runner_id: str, run_id: str, now: datetime) -> Told:
    """Raises Problem 401 or 404."""
    person = access.person_of(db, login, now)
    look = review.look(db, access.may_see(db, person, runner_id, now), now)
    item = review.one(db, look, run_id)
    if item is None:
        raise not_found()
    composed = rearranging.composed(db, runner_id)
    return Told(person=person, look=look, item=item, trace=_trace(db, look, item), composed=composed)


def _trace(db: Session, look: Look, item: SeenRun) -> Trace | None:
    due = measuring.due_of(db, look.runner.id, item.run.id)
    if due is None or due.session.by_hand:
        return None
    return trace(
        measuring.recording_of(db, look.runner.id, due.session),
        due.against.references,
        fatigue_onset_s=due.against.tiring.onset_s,
        corroborated=due.against.tiring.corroborated,
        previous=due.against.previous,
    )


def _facts(told: Told, reader: Reader) -> dict[str, Any]:
    item, view = told.item, view_of(told.look)
    measured = with_attested_values(item.run.measured, item.run.id, told.look.attested)
    response, is_own = _response(view, told.item), told.person.id == told.look.runner.id
    return {
        "runner": told.look.runner,
        "id": told.item.run.id,
        "title": reader.clock(told.item.run.start),
        "response": response,
        "response_word": reader.gettext(doses.RESPONSES[response] if told.item.counts else N_("no session")),
        "pains": _pains(told.item, reader),
        "added": [
            {"label": reader.gettext(label), "value": reader.amount(measured.get(name), UNITS[name])}
            for name, label in ADDED
        ],
        "limits": _limits(view, measured, reader) if view else [],
        "drawing": _drawing(told.trace, view, reader) if told.trace is not None else None,
        "sources": sensor_words.words(sorted(set(measured.get("sources", {}).values())), reader),
        "quality": measured.get("quality"),
        "coverage": reader.amount(100 * (measured.get("coverage_v") or 0.0), "%"),
        "notes": note_words.sentences(measured.get("notes", []), reader),
        "dose": _dose(added(view, told.item.run.id), reader) if view else None,
        "correction": check_in.correction(told.item, told.look, reader) if is_own and told.item.counts else None,
        "deeds": run_deeds.offered(told.composed, told.item.run.id, reader),
        "recordings": [
            {"id": part["run"], "words": reader.gettext(KINDS[part["kind"]]), "counts": part["counts"]}
            for part in told.item.run.made_of
        ],
        "attest": attest_form.build(told.look, item, reader) if told.person.role == "physio" and item.counts else None,
        "counts": told.item.counts,
        "mine": told.item.run.mine,
    }


def _pains(item: SeenRun, reader: Reader) -> list[dict[str, str]]:
    """What was answered; what was not says so. Painkillers are shown only if they were asked about."""
    pains = [{"label": reader.gettext(label), "value": _pain(item.check_in.get(name), reader)} for name, label in PAINS]
    taken = item.check_in.get("painkillers")
    if taken is not None:
        value = reader.gettext("yes") if taken else reader.gettext("no")
        pains.append({"label": reader.gettext(PAINKILLERS), "value": value})
    return pains


def _pain(answer: object, reader: Reader) -> str:
    if answer is None:
        return reader.gettext("not answered")
    return reader.gettext("{pain} of 10", pain=reader.amount(answer))


def _dose(found: Added | None, reader: Reader) -> dict[str, Any] | None:
    """What it gave to the dose of this stage, or why nothing of it counts."""
    if found is None:
        return None
    word = WHY_NOT[found.why_not] if found.why_not else COUNTED if found.counted else ONLY_SUMS
    return {
        "sentence": reader.gettext(word),
        "counts": found.why_not is None,
        "lines": [
            {
                "label": doses.label_of(part.item, reader),
                "value": reader.amount(part.value, unit(part.item.partition(".")[2])),
                "required": reader.amount(part.required, unit(part.item.partition(".")[2])),
            }
            for part in found.parts
        ],
    }


def _response(view: View | None, item: SeenRun) -> str:
    labels = {seen.id: seen.label for seen in view.seen} if view else {}
    return labels.get(item.run.id, "UNKNOWN")


def _limits(view: View, measured: Mapping[str, Any], reader: Reader) -> list[dict[str, str]]:
    """Each ceiling of today's stage against this session; what nobody measured reads "cannot tell"."""
    return [
        {
            "label": reader.gettext(one.label),
            "so_far": reader.amount(one.so_far, one.unit),
            "limit": reader.amount(one.limit, one.unit),
            "state": one.state,
            "word": reader.gettext(STATES[one.state]),
        }
        for one in ceilings_now(view.stage, view.references, measured)
    ]


def _drawing(trace: Trace, view: View | None, reader: Reader) -> dict[str, Any]:
    ceilings = {}
    if view is not None and view.references.v_max_mps is not None and "peak3_pct" in view.stage.ceil:
        ceilings["speed"] = view.references.v_max_mps * view.stage.ceil["peak3_pct"] / 100
    return traces.draw(trace, reader, ceilings, _percent(view))


def _percent(view: View | None) -> int:
    """The efforts that the stage asks for."""
    names = view.stage.dose_metrics if view else ()
    asked = [int(name[3:5]) for name in names if name.startswith("eff") and name[3:5].isdigit()]
    return min(asked, default=USUAL_EFFORT)
