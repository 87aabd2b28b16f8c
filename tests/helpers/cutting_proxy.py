"""A proxy that cuts connections after a random number of bytes, in both directions, by a seed."""

from __future__ import annotations

import asyncio
import random


class CuttingProxy:
    """Listens on `port` and forwards to `target_port`; no connection lives longer than a random number of bytes.

    Up and down have each their own, at most `farthest`; a client must get through in the end, request by request.
    """

    def __init__(self, target_port: int, seed: int, farthest: int = 5_000) -> None:
        self.cuts = 0
        self.port = 0
        self._target_port, self._farthest = target_port, farthest
        self._chance = random.Random(seed)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> CuttingProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        up, down = self._chance.randrange(self._farthest), self._chance.randrange(self._farthest)
        pumps = [
            asyncio.create_task(self._pump(reader, there_writer, up)),
            asyncio.create_task(self._pump(there_reader, writer, down)),
        ]
        done, left = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        if any(task.result() for task in done):
            self.cuts += 1
        for task in left:
            task.cancel()
        for end in (writer, there_writer):
            end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, allowed: int) -> bool:
        """True where it was cut short."""
        passed = 0
        while data := await source.read(1024):
            if passed + len(data) > allowed:
                sink.write(data[: allowed - passed])
                return True
            passed += len(data)
            sink.write(data)
            try:
                await sink.drain()
            except ConnectionError:
                return False
        return False
