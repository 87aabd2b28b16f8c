"""Run deeds: the small forms that say which run is which; what each does can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

from aiohttp import web
from sqlmodel import Session

from server.api import asking, sessions
from server.pages.reader import Reader
from server.problem import Problem
from server.runs import rearranging
from server.runs.rearranging import Deed
from server.runs.sessions import Composed, home

MOST_MINUTES = 24 * 60


async def not_mine(request: web.Request) -> web.StreamResponse:
    """POST /runners/{runner}/runs/{run}/not-mine: `mine` yes takes it back."""
    mine = (await request.post()).get("mine") == "yes"
    await _do(request, lambda db, deed, session: rearranging.not_mine(db, deed, session, mine=mine))


async def split(request: web.Request) -> web.StreamResponse:
    """POST /runners/{runner}/runs/{run}/split: so many minutes after its start another one begins."""
    minutes = _minutes(str((await request.post()).get("minutes", "")))

    def cut(db: Session, deed: Deed, session: str) -> None:
        at = rearranging.session_of(db, deed.runner_id, session).start + timedelta(minutes=minutes)
        rearranging.split(db, deed, session, at)

    await _do(request, cut)


async def join(request: web.Request) -> web.StreamResponse:
    """POST /runners/{runner}/runs/{run}/join."""
    other = str((await request.post()).get("with", ""))
    await _do(request, lambda db, deed, session: rearranging.join(db, deed, session, other))


async def prefer(request: web.Request) -> web.StreamResponse:
    """POST /runners/{runner}/runs/{run}/prefer: a physio's choice among recordings of the same run."""
    run = str((await request.post()).get("recording", ""))

    def choose(db: Session, deed: Deed, session: str) -> None:
        asking.physio(deed.by)
        rearranging.prefer(db, deed, session, run)

    await _do(request, choose)


def offered(composed: tuple[Composed, ...], session_id: str, reader: Reader) -> dict[str, Any] | None:
    """What can be done with a session: its neighbours to join it with, whether it can be split, and whose it is."""
    session = home(composed, session_id)
    if session is None:
        return None
    return {
        "mine": session.mine,
        "by_hand": session.by_hand,
        "minutes": int((session.end - session.start) / timedelta(minutes=1)),
        "neighbours": [{"id": one.id, "when": reader.clock(one.start)} for one in _neighbours(composed, session)],
        "others": [piece.run.id for piece in session.every],
    }


def _neighbours(composed: tuple[Composed, ...], session: Composed) -> list[Composed]:
    if not session.mine or session.by_hand:
        return []
    among = [one for one in composed if one.mine and not one.by_hand]
    place = among.index(session)
    near = [*among[max(0, place - 1) : place], *among[place + 1 : place + 2]]
    return [one for one in near if max(one.end, session.end) - min(one.start, session.start) <= rearranging.LONGEST]


def _minutes(text: str) -> float:
    """Raises Problem 422."""
    try:
        minutes = float(text.replace(",", "."))
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < MOST_MINUTES:
        raise Problem(422, "After how many minutes?", "Say after how many minutes the second run begins.")
    return minutes


async def _do(request: web.Request, work: Callable[[Session, Deed, str], None]) -> NoReturn:
    """Do it and show the run to which this address belongs then."""
    await sessions.carry_out(request, request.match_info["run"], work)
    raise web.HTTPSeeOther(f"/runners/{request.match_info['runner']}/runs/{request.match_info['run']}?said=done")
