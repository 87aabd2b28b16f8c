"""What is typed in: a run without a sensor, a day without a run, a morning, and what a physio stands for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from server import attestations, morning_dates, said
from server.api import asking, forms
from server.keys import NEW_TOKEN, REVIEWER, ZONE
from server.problem import Problem
from server.runs import rearranging
from server.runs.rearranging import Deed
from server.storage.people import Person
from server.storage.preferences import preferences_of

FASTEST_MPS = 12.0
Code = Annotated[str, Field(min_length=1, max_length=120)]


class RunForm(forms.Form):
    start: AwareDatetime
    duration_s: Annotated[float, Field(gt=0, le=86_400)]
    distance_m: Annotated[float, Field(ge=0, le=300_000)] | None = None
    rpe: Annotated[float, Field(ge=0, le=10)] | None = None
    incline_pct: Annotated[float, Field(ge=-45, le=45)] | None = None


class NoRunForm(forms.Form):
    day: date


class MorningForm(forms.Form):
    """The pain of a morning; null takes the value of that day back.

    `at` is when the runner woke. Without it, 07:00 in the runner's time zone is used, on `day` or today.
    """

    morning: forms.Pain | None
    at: AwareDatetime | None = None
    day: date | None = None


class AttestForm(forms.Form):
    """One of three: a metric of a session with its value, a whole run that was typed in, or an entry criterion."""

    session: Code | None = None
    metric: Code | None = None
    value: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    criterion: Code | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None


async def run(request: web.Request) -> web.Response:
    """POST runners/{id}/runs: 201; it counts for load and limits, for a dose only where a physio stands for it."""
    return web.json_response({"session": await keep_run(request, await forms.body(request, RunForm))}, status=201)


async def keep_run(request: web.Request, form: RunForm) -> str:
    """Keep a run that was typed in and say what follows; returns its id. Raises Problem 401, 404 or 422."""
    if form.distance_m is not None and form.distance_m / form.duration_s > FASTEST_MPS:
        raise Problem(422, "Too fast", "Nobody runs that far in that time.")
    typed = form.model_dump(mode="json", exclude={"start"}, exclude_none=True)
    new = f"hand-{request.app[NEW_TOKEN]()[:22]}"
    await asking.write(
        request,
        lambda db, person, runner, now: rearranging.enter(
            db, Deed(by=person, runner_id=runner.id, said_id=new, now=now), form.start, typed
        ),
    )
    await request.app[REVIEWER].review(request.match_info["runner"])
    return new


async def no_run(request: web.Request) -> web.Response:
    """POST runners/{id}/no-run: 201; a day of rest, and not one of which nobody knows."""
    form = await forms.body(request, NoRunForm)
    await keep_no_run(request, form)
    return web.json_response({"day": form.day.isoformat()}, status=201)


async def keep_no_run(request: web.Request, form: NoRunForm) -> None:
    """Keep that there was no run on a day. Raises Problem 401 or 404."""
    new, day = request.app[NEW_TOKEN](), form.day.isoformat()
    await asking.write(request, lambda db, person, runner, now: said.no_run(db, runner.id, new, person, day, now))


async def morning(request: web.Request) -> web.Response:
    """POST runners/{id}/mornings: 201; a later answer of the same day corrects the earlier one."""
    form = await forms.body(request, MorningForm)
    await keep_morning(request, form)
    return web.json_response({"morning": form.morning}, status=201)


async def keep_morning(request: web.Request, form: MorningForm) -> None:
    """Keep the pain of a morning, the runner's own word. Raises Problem 401, 403 or 404."""
    new, clinic_zone = request.app[NEW_TOKEN](), request.app[ZONE]

    def answer(db: Session, person: Person, runner: Person, now: datetime) -> None:
        if person.id != runner.id:
            raise Problem(403, "Only the runner answers", "How a morning was is the runner's own word.")
        preferences = preferences_of(db, runner.id)
        zone = ZoneInfo(preferences.zone if preferences else clinic_zone)
        waking = morning_dates.waking(form.at, form.day, zone, now)
        said.answer_morning(db, runner.id, new, person, waking, form.morning, now)

    await asking.write(request, answer)


async def attest(request: web.Request) -> web.Response:
    """POST runners/{id}/attestations: 201; by a physio, with their name."""
    form, new = await forms.body(request, AttestForm), request.app[NEW_TOKEN]()

    def state(db: Session, person: Person, runner: Person, now: datetime) -> None:
        physio = asking.physio(person)
        if form.criterion is not None:
            said.attest_criterion(db, runner.id, new, physio, form.criterion, form.note, now)
            return
        if form.session is None or (form.metric is None) != (form.value is None):
            raise Problem(422, "What is attested?", "Name a criterion, a session, or a session with metric and value.")
        session = rearranging.session_of(db, runner.id, form.session)
        if form.metric is not None and form.value is not None:
            attestations.attest_metric(db, runner.id, new, physio, (session.id, form.metric, form.value), now)
        else:
            rearranging.attest_run(db, Deed(by=physio, runner_id=runner.id, said_id=new, now=now), session.id)

    await asking.write(request, state)
    await request.app[REVIEWER].review(request.match_info["runner"])
    return web.json_response({"attestation": new}, status=201)
