"""Import: many run files at once, each with its own outcome in a sentence; one bad file never stops the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from server.api import files
from server.api.runners import runner_as
from server.keys import CLOCK, DESK
from server.pages import entrance, frame
from server.pages.reader import N_, Reader
from server.people import credentials
from server.problem import Problem

MOST_FILES = 200
SAME = N_("This file was here already; nothing was taken twice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    name: str
    taken: bool
    sentence: str


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /runners/{id}/import: for the runner and for a physio who cares for them."""
    return await _page(request, [])


async def bring(request: web.Request) -> web.StreamResponse:
    """POST /runners/{id}/import: the same files from a browser without scripts, all in one form."""
    await files.spend(request, request.content_length or 0)
    reader = await frame.reader_for(request, await entrance.who(request))
    if request.content_type != "multipart/form-data":
        raise Problem(422, "No file", "Choose at least one file.")
    outcomes: list[Outcome] = []
    async for name, part in _files_of(request):
        if len(outcomes) == MOST_FILES:
            said = reader.gettext("At most {number} files come in at once; bring the rest again.", number=MOST_FILES)
            outcomes.append(Outcome(name="…", taken=False, sentence=said))
            break
        outcomes.append(await _outcome(request, reader, name, part))
    if not outcomes:
        raise Problem(422, "No file", "Choose at least one file.")
    return await _page(request, outcomes)


async def _page(request: web.Request, outcomes: list[Outcome]) -> web.Response:
    person, now = await entrance.who(request), request.app[CLOCK]()
    runner = await request.app[DESK].read(runner_as, credentials.shown(request), request.match_info["runner"], now)
    await frame.reader_for(request, person)
    return frame.page(request, "import.html", person=person, runner=runner, outcomes=outcomes)


async def _files_of(request: web.Request) -> AsyncIterator[tuple[str, BodyPartReader]]:
    """The files of a form, one after the other as they arrive. Raises Problem 400."""
    try:
        parts = await request.multipart()
        while (part := await parts.next()) is not None:
            if not isinstance(part, BodyPartReader) or not part.filename:
                continue  # a form without a chosen file sends an empty one
            yield part.filename, part
    except (ValueError, AssertionError) as why:
        raise Problem(400, "Cut off", "The form did not arrive whole; the files before that are kept.") from why


async def _outcome(request: web.Request, reader: Reader, name: str, part: BodyPartReader) -> Outcome:
    shown = files.plain_name(name)
    try:
        taken = await files.take(request, name, await files.bounded(_pieces(part)))
    except Problem as refused:
        await part.release()  # what is left of a file that is too large
        return Outcome(name=shown, taken=False, sentence=reader.gettext(refused.detail))
    sentence = (
        reader.ngettext("Taken: {number} run is in it.", "Taken: {number} runs are in it.", taken.runs)
        if taken.new
        else reader.gettext(SAME)
    )
    return Outcome(name=shown, taken=True, sentence=sentence)


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(64 * 1024):
        yield piece
