"""Sessions over HTTP: what they are made of, what was recorded, and what people do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from sensors.errors import SensorError
from server import access, review
from server.api import asking, forms, paging
from server.archive import spreadsheet
from server.keys import CLOCK, DESK, NEW_TOKEN, REVIEWER
from server.people import credentials
from server.problem import Problem, not_found
from server.runs import measuring, rearranging
from server.runs.answers import about
from server.runs.rearranging import Deed
from server.runs.sessions import home
from server.storage import captures, chunks, people, runs, sessions
from server.storage.people import Person
from server.storage.sessions import Training

Id = Annotated[str, Field(min_length=1, max_length=120)]


class SplitForm(forms.Form):
    at: AwareDatetime


class JoinForm(forms.Form):
    session: Id


class HandForm(forms.Form):
    runner: Id


class MineForm(forms.Form):
    """`mine` true takes an earlier "not my run" back."""

    mine: bool = False


class PreferForm(forms.Form):
    run: Id


async def several(request: web.Request) -> web.Response:
    """GET runners/{id}/sessions: the newest first."""
    asked = paging.asked(request, str, str)
    before, limit = paging.moment(asked), asked.limit

    def page(db: Session, _person: Person, runner: Person, _now: datetime) -> tuple[list[Training], Mapping[str, Any]]:
        return sessions.page(db, runner.id, before, limit + 1), _answers(db, runner.id)

    found, answers = await asking.read(request, page)
    shown = found[:limit]
    return web.json_response(
        {
            "sessions": [_session(one, answers.get(one.id, {})) for one in shown],
            "next": paging.place([forms.utc_text(shown[-1].start), shown[-1].id]) if len(found) > limit else None,
        }
    )


async def one(request: web.Request) -> web.Response:
    """GET runners/{id}/sessions/{sid}: with every answer that was given of it, the oldest first."""

    def look(db: Session, _person: Person, runner: Person, _now: datetime) -> dict[str, Any]:
        composed = rearranging.composed(db, runner.id)
        session = home(composed, request.match_info["session"])
        training = None if session is None else sessions.one(db, runner.id, session.id)
        if session is None or training is None:
            raise not_found()
        every = runs.answers_of(db, runner.id)
        said = about(session, every)
        latest = review.answers_at_home(every, composed).get(session.id, {})
        history = [{"at": forms.utc_text(one.at), "by": one.by, **one.body} for one in said]
        return {**_session(training, latest), "answers": history}

    return web.json_response(await asking.read(request, look))


async def recording(request: web.Request) -> web.Response:
    """GET runners/{id}/sessions/{sid}/recording.csv: what was recorded, second by second, all parts joined."""

    def columns(db: Session, _person: Person, runner: Person, _now: datetime) -> bytes:
        session = rearranging.session_of(db, runner.id, request.match_info["session"])
        if session.by_hand:
            raise not_found()
        try:
            return spreadsheet.recording(measuring.recording_of(db, runner.id, session))
        except SensorError as why:
            raise Problem(409, "Not readable", str(why)) from why

    return _bytes(await asking.read(request, columns), "text/csv", "recording.csv")


async def original(request: web.Request) -> web.Response:
    """GET runners/{id}/sessions/{sid}/original: the bytes as they came, of the run `run` (the session's first)."""

    def came(db: Session, _person: Person, runner: Person, _now: datetime) -> tuple[bytes, str]:
        session = rearranging.session_of(db, runner.id, request.match_info["session"])
        wanted = request.query.get("run", session.pieces[0].run.id)
        run = next((piece.run for piece in session.every if piece.run.id == wanted), None)
        if run is not None and run.kind == "capture" and (capture := captures.find(db, run.source_id)) is not None:
            return chunks.body_of(db, capture), "packets.ndjson"
        body = captures.file_body(db, runner.id, run.source_id) if run is not None and run.kind == "file" else None
        if run is None or body is None:
            raise not_found()
        return body, captures.file_name(db, runner.id, run.source_id) or "run"

    body, name = await asking.read(request, came)
    return _bytes(body, "application/octet-stream", name)


async def split(request: web.Request) -> web.Response:
    """POST …/split: 200 with the session from whose moment `at` on another one begins."""
    form = await forms.body(request, SplitForm)
    return await _do(request, lambda db, deed, session: rearranging.split(db, deed, session, form.at))


async def join(request: web.Request) -> web.Response:
    """POST …/join: 200; the two neighbours are one session, 409 where they cannot be one."""
    form = await forms.body(request, JoinForm)
    return await _do(request, lambda db, deed, session: rearranging.join(db, deed, session, form.session))


async def not_mine(request: web.Request) -> web.Response:
    """POST …/not-mine: 200; it was not this runner, or with `mine` it was after all."""
    form = await forms.body(request, MineForm)
    return await _do(request, lambda db, deed, session: rearranging.not_mine(db, deed, session, mine=form.mine))


async def prefer(request: web.Request) -> web.Response:
    """POST …/prefer: 200; of the recordings of one run the physio chooses this one."""
    form = await forms.body(request, PreferForm)

    def choose(db: Session, deed: Deed, session: str) -> None:
        asking.physio(deed.by)
        rearranging.prefer(db, deed, session, form.run)

    return await _do(request, choose)


async def delete(request: web.Request) -> web.Response:
    """DELETE runners/{id}/sessions/{sid}: 200; its bytes are gone, and are refused when they come again."""
    return await _do(request, rearranging.delete)


async def hand_over(request: web.Request) -> web.Response:
    """POST …/hand-over: 200; a physio who cares for both, or an admin, gives it to the runner whose run it was."""
    form = await forms.body(request, HandForm)
    login, new, now = credentials.shown(request), request.app[NEW_TOKEN](), request.app[CLOCK]()
    runner_id, session = request.match_info["runner"], request.match_info["session"]

    def hand(db: Session) -> None:
        person = access.person_of(db, login, now)
        _may_move(db, person, runner_id, now)
        to = _may_move(db, person, form.runner, now)
        if to.id == runner_id:
            raise Problem(409, "The same runner", "It is this runner's already.")
        deed = Deed(by=person, runner_id=runner_id, said_id=new, now=now)
        rearranging.hand_over(db, deed, session, to)

    await request.app[DESK].write(hand)
    for changed in (runner_id, form.runner):
        await request.app[REVIEWER].review(changed)
    return web.json_response({"session": session, "runner": form.runner})


def _may_move(db: Session, person: Person, runner_id: str, now: datetime) -> Person:
    """A runner whose sessions this person may give and take. Raises Problem 404."""
    runner = people.person(db, runner_id)
    is_there = runner is not None and runner.role == "runner" and runner.clinic_id == person.clinic_id
    if person.role == "admin" and is_there and runner is not None:
        return runner
    return access.may_see(db, person, runner_id, now)


async def _do(request: web.Request, work: Callable[[Session, Deed, str], None]) -> web.Response:
    session = request.match_info["session"]
    await carry_out(request, session, work)
    return web.json_response({"session": session})


async def carry_out(request: web.Request, session: str, work: Callable[[Session, Deed, str], None]) -> None:
    """Do it as the person who asks, measure what it changed, and record what is said then."""
    new = request.app[NEW_TOKEN]()

    def deed(db: Session, person: Person, runner: Person, now: datetime) -> None:
        work(db, Deed(by=person, runner_id=runner.id, said_id=new, now=now), session)

    await asking.write(request, deed)
    await request.app[REVIEWER].review(request.match_info["runner"])


def _answers(db: Session, runner_id: str) -> dict[str, dict[str, Any]]:
    return review.answers_at_home(runs.answers_of(db, runner_id), rearranging.composed(db, runner_id))


def _session(training: Training, check_in: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": training.id,
        "start": forms.utc_text(training.start),
        "end": forms.utc_text(training.end),
        "counts": review.counts(training),
        "mine": training.mine,
        "made_of": [dict(part) for part in training.made_of],
        "rules_version": training.rules_version,
        "decoder_version": training.decoder_version,
        "measured": dict(training.measured),
        "check_in": dict(check_in),
    }


def _bytes(body: bytes, kind: str, name: str) -> web.Response:
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
    return web.Response(
        body=body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{safe[:100]}"'}
    )
