"""Post: how run files go to the server, and what it is told of those that still wait."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import aiohttp

from gateway.disk import JournalError
from gateway.held import held_here
from gateway.settings import Settings
from gateway.token import BadToken, read_token
from gateway.upload import Gone, Refused, Server, Unwelcome

log = logging.getLogger(__name__)


class Post:
    """`settings` name the server, the token file and the runner. Its methods raise what `Server` raises."""

    def __init__(self, http: aiohttp.ClientSession, settings: Settings) -> None:
        self._http, self._settings = http, settings

    async def deliver(self, name: str, body: bytes) -> int:
        """One file, under the last part of its name; return how many runs the server found in it."""
        return await self._server().put_file(self._settings.runner, name.rpartition("/")[2], body)

    async def tell_waiting(self) -> None:
        """Say how much is still here: the server must not decide without it. Older servers do not ask."""
        settings = self._settings
        try:
            held = await asyncio.to_thread(partial(held_here, settings.data, str(settings.server)))
            await self._server().heartbeat({"held": held})
        except (JournalError, Refused, Gone) as why:
            log.debug("not told what waits: %s", why)

    def _server(self) -> Server:
        """With the token as it is now: pairing anew gives a new one to whoever is at work."""
        try:
            token = read_token(self._settings.token_file or self._settings.data)
        except BadToken as why:
            raise Unwelcome(str(why)) from why
        return Server(self._http, str(self._settings.server), token)
