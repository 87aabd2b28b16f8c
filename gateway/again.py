"""Again: one capture is handed to the server once more; what it holds already changes nothing there."""

from __future__ import annotations

from typing import Any

from gateway.disk import JournalError
from gateway.ledger import DamagedChunk, Ledger
from gateway.options import Mistake
from gateway.settings import Settings
from gateway.status import reading, the_capture
from gateway.token import read_token
from gateway.upload import Gone, Refused, Server, TryLater, Unwelcome, closing_words, session


class NotTaken(Exception):
    """The server did not take it; the sentence says why. It is still here."""


async def send_again(settings: Settings, capture: str) -> dict[str, Any]:
    """{"capture", "chunks", "sent"}: how many chunks there are, and how many the server had not.

    Raises NotTaken, Mistake, JournalError, BadToken.
    """
    if settings.server is None or settings.token_file is None:
        raise Mistake("to which server? Say so with --server, or print it with --print")
    with reading(settings.data) as journal:
        async with session(settings.ca_file) as http:
            server = Server(http, settings.server, read_token(settings.token_file))
            try:
                return await _sent(server, journal, the_capture(journal, capture))
            except (Refused, TryLater, Unwelcome, Gone, DamagedChunk) as why:
                raise NotTaken(str(why)) from why


async def _sent(server: Server, journal: Ledger, capture: str) -> dict[str, Any]:
    row, chunks = journal.capture(capture), journal.chunks(capture)
    if row.state in ("open", "interrupted"):
        raise JournalError(f"capture {capture} has not ended yet; the gateway hands it over when it has")
    if not chunks:
        raise JournalError(
            f"the packets of capture {capture} are no longer here: {row.why or 'the server has had them'}"
        )
    await server.begin(row)
    held = await server.held(capture)
    missing = [chunk for chunk in chunks if chunk.seq not in held]
    for chunk in missing:
        await server.put_chunk(capture, chunk, journal.chunk_bytes(capture, chunk))
    await server.complete(capture, closing_words(journal, row, chunks))
    return {"capture": capture, "chunks": len(chunks), "sent": len(missing)}
