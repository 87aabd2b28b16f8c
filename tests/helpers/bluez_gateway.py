"""The gateway as a process of its own that can be killed, forked from one that has imported everything already."""

from __future__ import annotations

import asyncio
import importlib
import json
import multiprocessing
import os
import sys
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from gateway.disk import JournalError
from gateway.status import replay, status

PATIENCE_S = 300.0  # an emulated processor on a busy computer takes its time
_forks = multiprocessing.get_context("forkserver")  # an emulated processor imports for ten seconds, and more


def warm_up() -> None:
    """Begin to import what a gateway needs, while the tests import what they need."""
    _forks.set_forkserver_preload(["bluez_gateway", "gateway.__main__", "bleak.backends.bluezdbus.client"])
    forkserver.ensure_running()


def wait_until_warm() -> None:
    first = _forks.Process(target=int)
    first.start()
    first.join()


class GatewayProcess:
    """`stridegate-gateway run --json` over a journal in `folder`; settings by their names in gateway.settings."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self._seen = 0
        folder.mkdir(exist_ok=True)
        self._out = folder / f"events-{len(list(folder.glob('events-*')))}.jsonl"
        words = {"data": folder, "runner": "runner-1", **settings}
        environment = {f"STRIDEGATE_GATEWAY_{name.upper()}": str(value) for name, value in words.items()}
        self._process = _forks.Process(target=_serve, args=(environment, str(self._out)))
        self._process.start()

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it has reported so far; a line that is being written does not count yet."""
        lines = self._out.read_text().splitlines(keepends=True) if self._out.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def words(self) -> str:
        """What it said on stderr."""
        log = Path(f"{self._out}.log")
        return log.read_text() if log.exists() else ""

    async def says(self, kind: str, seconds: float = PATIENCE_S, **words: Any) -> dict[str, Any]:
        """The next event of this kind with these words, after those that were waited for before."""
        wanted = {"event": kind, **words}
        try:
            async with asyncio.timeout(seconds):
                while True:
                    for event in self.events[self._seen :]:
                        self._seen += 1
                        if wanted.items() <= event.items():
                            return event
                    if self._process.exitcode is not None:
                        raise AssertionError(f"the gateway ended with {self._process.exitcode} before saying {wanted}")
                    await asyncio.sleep(0.1)
        except TimeoutError as why:
            raise TimeoutError(f"within {seconds} s the gateway did not say {wanted}") from why

    def kill(self) -> None:
        """As kill -9."""
        self._process.kill()
        self._process.join(10)

    async def ended(self, seconds: float = PATIENCE_S) -> int | None:
        """Its exit code, once it has come to an end by itself."""
        async with asyncio.timeout(seconds):
            while self._process.exitcode is None:
                await asyncio.sleep(0.1)
        return self._process.exitcode

    async def stop(self, seconds: float = PATIENCE_S) -> int | None:
        self._process.terminate()
        return await self.ended(seconds)


def journaled(folder: Path) -> list[bytes]:
    """Every payload on disk, in the order in which they came."""
    try:
        captures = [row["id"] for row in status(folder)["captures"]]
    except JournalError:
        return []
    return [packet.payload for capture in captures for packet in replay(folder, capture)]


def _serve(environment: dict[str, str], out: str) -> None:
    for stream, path in ((1, out), (2, f"{out}.log")):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), stream)
    os.environ.update(environment)
    sys.argv = ["stridegate-gateway", "run", "--json"]
    importlib.import_module("gateway.__main__").main()
