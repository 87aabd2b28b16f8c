"""What programs may know and say of a runner; the same look that the pages show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.override import Override
from server import access, review
from server.api import forms
from server.keys import CLOCK, DESK, LOGIN_COOKIE
from server.problem import Problem, not_found
from server.review import Look
from server.storage import runs
from server.storage.people import Person


async def verdict(request: web.Request) -> web.Response:
    """GET runners/{id}/verdict: what is said now; `verdict` is null while something is awaited.

    `decision` is the one that holds: the computed one, or a physio's `override`, which stands beside it.
    """
    look = await _look(request)
    return web.json_response(
        {
            "runner": look.runner.id,
            "at": forms.utc_text(look.now),
            "stale": look.verdict is None,
            "waiting": list(look.waiting),
            "decision": look.shown.decision.name if look.shown else None,
            "override": _override(look.shown.override) if look.shown and look.shown.override else None,
            "verdict": look.verdict and look.verdict.to_json(),
            "inputs_sha256": look.inputs_sha256,
        }
    )


async def sessions(request: web.Request) -> web.Response:
    """GET runners/{id}/sessions: newest first, `limit` (50) at a time, those before `before`."""
    look = await _look(request)
    limit = min(forms.whole_number(request.query.get("limit", "50"), "limit"), 200)
    before = request.query.get("before")
    newest = [item for item in reversed(look.runs) if before is None or item.run.id < before or before == ""]
    page = newest[:limit]
    return web.json_response({"sessions": [_session(item) for item in page]})


async def check_in(request: web.Request) -> web.Response:
    """POST runners/{id}/check-ins: 201 once the answers are kept."""
    form = await forms.body(request, forms.AnswerCheckIn)
    await save_answers(request, form)
    return web.json_response({"session": form.session}, status=201)


async def save_answers(request: web.Request, form: forms.AnswerCheckIn) -> None:
    """Keep what a runner answered about one of their runs. Raises Problem 401 or 404."""
    answers = form.model_dump(exclude={"session"}, exclude_none=True)
    if not answers:
        raise Problem(422, "Nothing answered", "Answer at least one question.")
    await request.app[DESK].write(
        _save,
        request.cookies.get(LOGIN_COOKIE),
        request.match_info["runner"],
        form.session,
        answers,
        request.app[CLOCK](),
    )


async def _look(request: web.Request) -> Look:
    login = request.cookies.get(LOGIN_COOKIE)
    return await request.app[DESK].read(look_as, login, request.match_info["runner"], request.app[CLOCK]())


def look_as(db: Session, login: str | None, runner_id: str, now: datetime) -> Look:
    """The look at a runner, for whoever may have it."""
    person = access.person_of(db, login, now)
    return review.look(db, access.may_see(db, person, runner_id), now)


def _save(
    db: Session, login: str | None, runner_id: str, run_id: str, answers: Mapping[str, Any], now: datetime
) -> None:
    person: Person = access.person_of(db, login, now)
    runner = access.may_see(db, person, runner_id)
    if person.id != runner.id:
        raise Problem(403, "Only the runner answers", "How a run felt is the runner's own word.")
    if runs.run(db, runner_id, run_id) is None:
        raise not_found()
    runs.save_check_in(db, runner_id, run_id, person.id, answers, now)
    review.record(db, review.look(db, runner, now))


def _override(made: Override) -> dict[str, Any]:
    return {
        "decision": made.decision.name,
        "over": made.over.name,
        "reason": made.reason,
        "by": made.by,
        "at": forms.utc_text(made.at),
        "until": forms.utc_text(made.until),
    }


def _session(item: review.SeenRun) -> dict[str, Any]:
    return {
        "id": item.run.id,
        "start": forms.utc_text(item.run.start),
        "end": forms.utc_text(item.run.end),
        "counts": item.counts,
        "rules_version": item.run.rules_version,
        "decoder_version": item.run.decoder_version,
        "measured": dict(item.run.measured),
        "check_in": dict(item.check_in),
    }
