"""Red flags: every question that comes before any run, and at once where a yes leads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.red_flags import RED_FLAGS, red_flag
from server import access, review, said
from server.api import asking
from server.care import screening
from server.care.screening import Screening
from server.keys import CLOCK, DESK, NEW_TOKEN, REVIEWER
from server.pages import frame
from server.pages.reader import N_, Reader
from server.pages.seen import view_of
from server.people import credentials
from server.problem import Problem
from server.storage.people import Person

WHY = {
    "never": N_("These questions were not answered yet. They take a minute, and come before every run."),
    "week": N_("A week has passed since you answered these questions: please answer them again."),
    "red": N_("Your last run was not tolerated: please answer these questions before you run again."),
}
WHY_TOLD = {
    "never": N_("The red-flag questions were never answered."),
    "week": N_("The red-flag questions were not answered for a week or more."),
    "red": N_("The red-flag questions were not answered since a run that was not tolerated."),
}
OPEN = N_("{number} question is still open. What you answered with yes is kept already; nothing counts as a no.")
OPENS = N_("{number} questions are still open. What you answered with yes is kept already; nothing counts as a no.")
THANKS = N_("Thank you. Nothing of this was answered with yes. You are asked again in a week, or after a bad run.")


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/flags: the runner answers; a physio reads when they were answered last."""
    return await _page(request, {}, thanks="said" in request.query)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/flags: each yes is kept, whatever else is left open; 422 until every question is answered."""
    fields = await request.post()
    answers = {code: str(fields.get(code, "")) for code in RED_FLAGS}
    yes = [code for code, told in answers.items() if told == "yes"]
    is_whole = all(told in ("yes", "no") for told in answers.values())
    ids = {code: request.app[NEW_TOKEN]() for code in (*yes, "screen")}

    def keep(db: Session, person: Person, runner: Person, now: datetime) -> None:
        if person.id != runner.id:
            raise Problem(403, "Only the runner answers", "These questions are the runner's own to answer.")
        standing = {code for _, code in said.flags_standing(db, runner.id)}
        for code in yes:
            if code not in standing:
                said.raise_flag(db, runner.id, ids[code], person, code, now)
        if is_whole:
            said.screened(db, runner.id, ids["screen"], person, yes, now)

    await asking.write(request, keep)
    await request.app[REVIEWER].review(request.match_info["runner"])
    if not is_whole:
        return await _page(request, answers, status=422)
    raise web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/flags?said=answered")


async def _page(
    request: web.Request, answers: Mapping[str, str], *, thanks: bool = False, status: int = 200
) -> web.Response:
    login, now = credentials.shown(request), request.app[CLOCK]()
    person, runner, found = await request.app[DESK].read(_known, login, request.match_info["runner"], now)
    reader = await frame.reader_for(request, person)
    view = _view(person, runner, found, answers, reader)
    view["thanks"] = reader.gettext(THANKS) if thanks and not found.standing else None
    return frame.page(request, "red_flags.html", status=status, person=person, view=view)


def _known(db: Session, login: str | None, runner_id: str, now: datetime) -> tuple[Person, Person, Screening]:
    person = access.person_of(db, login, now)
    runner = access.may_see(db, person, runner_id, now)
    look = review.look(db, runner, now)
    return person, runner, screening.screening(db, runner.id, view_of(look), now)


def _view(
    person: Person, runner: Person, found: Screening, answers: Mapping[str, str], reader: Reader
) -> dict[str, Any]:
    missing = sum(told not in ("yes", "no") for told in answers.values())
    return {
        "runner": runner,
        "answers_here": person.id == runner.id,
        "why": reader.gettext(WHY[found.why]) if found.why else None,
        "open": reader.ngettext(OPEN, OPENS, missing) if missing else None,
        "answered": reader.clock(found.answered_at) if found.answered_at else None,
        "standing": routes(found, reader),
        "questions": [
            {
                "code": flag.code,
                "question": reader.gettext(flag.question),
                "answer": answers.get(flag.code, ""),
                "is_open": bool(answers) and answers.get(flag.code) not in ("yes", "no"),
            }
            for flag in RED_FLAGS.values()
        ],
    }


def asked(found: Screening, reader: Reader, *, is_own: bool) -> dict[str, Any]:
    """What stands on the page of the day: the routes of every yes, and that the questions are due."""
    why = WHY if is_own else WHY_TOLD
    return {"why": reader.gettext(why[found.why]) if found.why else None, "standing": routes(found, reader)}


def routes(found: Screening, reader: Reader) -> list[dict[str, str]]:
    """Each flag that stands, with where it leads."""
    flags = [red_flag(code) for code in found.standing]
    return [{"name": reader.gettext(one.name), "route": reader.gettext(one.route)} for one in flags]
