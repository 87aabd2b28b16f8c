"""What programs may know and say of a runner; the same look that the pages show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from rules.override import Override
from server import access, audit, review, stage_entry
from server.api import forms
from server.keys import CLOCK, DESK, LATELY, MARK, RUNNER
from server.people import credentials
from server.problem import Problem, not_found
from server.review import Look
from server.runs import late, rearranging
from server.runs.answers import parts_of
from server.runs.late import Given
from server.runs.sessions import home
from server.stage_entry import NextStage
from server.storage import runs
from server.storage.people import Person


async def verdict(request: web.Request) -> web.Response:
    """GET runners/{id}/verdict: what is said now; `verdict` is null while something is awaited.

    `decision` is the one that holds: the computed one, or a physio's `override`, which stands beside it.
    """
    runner = request[RUNNER]  # whoever asks was let in for them when the request began
    if runner is None:
        raise not_found()
    now, told = request.app[CLOCK](), request.app[LATELY].told
    body = await request.app[DESK].look(request[MARK], told, runner, now, _told)
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _told(look: Look) -> bytes:
    said = {
        "runner": look.runner.id,
        "at": forms.utc_text(look.now),
        "stale": look.verdict is None,
        "waiting": list(look.waiting),
        "recording": look.is_recording,
        "decision": look.shown.decision.name if look.shown else None,
        "override": _override(look.shown.override) if look.shown and look.shown.override else None,
        "verdict": look.verdict and look.verdict.to_json(),
        "next_stages": [_next_stage(next_stage) for next_stage in stage_entry.next_stages(look)],
        "inputs_sha256": look.inputs_sha256,
    }
    return json.dumps(said).encode()


def _next_stage(next_stage: NextStage) -> dict[str, Any]:
    criteria = [
        {"code": criterion.code, "sentence": criterion.sentence, "evidence": criterion.evidence}
        for criterion in next_stage.outstanding
    ]
    return {"stage": next_stage.stage.id, "name": next_stage.stage.name, "not_attested": criteria}


async def check_in(request: web.Request) -> web.Response:
    """POST runners/{id}/check-ins: 201 once the answers are kept; answering again corrects, null takes back."""
    form = await forms.body(request, forms.AnswerCheckIn)
    await save_answers(request, form)
    return web.json_response({"session": form.session}, status=201)


async def save_answers(request: web.Request, form: forms.AnswerCheckIn) -> None:
    """Keep what a runner answered about one of their runs. Raises Problem 401, 404, or 409 after a later answer."""
    answers = form.model_dump(exclude={"session"}, exclude_unset=True)
    if not answers:
        raise Problem(422, "Nothing answered", "Answer at least one question.")
    now = request.app[CLOCK]()
    given = late.given(request.headers, now)
    await request.app[DESK].write(
        _save,
        credentials.shown(request),
        request.match_info["runner"],
        form.session,
        answers,
        given,
        now,
    )


def look_as(db: Session, login: str | None, runner_id: str, now: datetime) -> Look:
    """The look at a runner, for whoever may have it."""
    person = access.person_of(db, login, now)
    return review.look(db, access.may_see(db, person, runner_id, now), now)


def runner_as(db: Session, login: str | None, runner_id: str, now: datetime) -> Person:
    """The runner, for whoever may see them. Raises Problem 401 or 404."""
    return access.may_see(db, access.person_of(db, login, now), runner_id, now)


def _save(
    db: Session,
    login: str | None,
    runner_id: str,
    run_id: str,
    answers: Mapping[str, Any],
    given: Given,
    now: datetime,
) -> None:
    person: Person = access.person_of(db, login, now)
    runner = access.may_see(db, person, runner_id, now)
    if person.id != runner.id:
        raise Problem(403, "Only the runner answers", "How a run felt is the runner's own word.")
    composed = rearranging.composed(db, runner_id)
    session = home(composed, run_id)
    if session is None:
        raise not_found()
    if given.at < now:  # it was kept somewhere; what is said now is the latest word
        late.refuse_older(db, session, runner_id, answers, given)
    before = review.answers_at_home(runs.answers_of(db, runner_id), composed).get(session.id, {})
    corrected = {name: before[name] for name in answers if name in before}
    if corrected:
        words = {"session": session.id, "before": corrected, "after": dict(answers)}
        audit.note(db, person.id, "check-in corrected", words, now, runner_id=runner_id)
    runs.save_check_in(db, runner_id, run_id, person.id, answers, now, parts_of(session, run_id))
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
