"""Window: through which another terminal looks at a running gateway, without a byte on the disk."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILE_NAME = "now.sock"
PATIENCE_S = 5.0  # a gateway that is busy with a slow disk answers all the same

log = logging.getLogger(__name__)


async def keep_open(folder: Path, words: Callable[[], dict[str, Any]]) -> None:
    """Tell whoever looks in, one JSON document each time; never returns, end it by cancelling."""

    async def tell(_: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        out.write(json.dumps(words(), ensure_ascii=False).encode())
        out.close()

    try:
        with _within(folder) as path:
            path.unlink(missing_ok=True)  # a gateway that was killed leaves it; the journal's lock says that none runs
            server = await asyncio.start_unix_server(tell, path)
            path.chmod(0o600)
    except (OSError, AttributeError) as why:  # not every system has such sockets, and none needs them to record
        log.info("status will not see what happens now: %s", why)
        return
    async with server:
        await server.serve_forever()


def look_in(folder: Path) -> dict[str, Any] | None:
    """What a gateway that records into this folder says now; None where none runs."""
    try:
        with _within(folder) as path, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(path))
            said = json.loads(b"".join(iter(lambda: line.recv(65536), b"")))
    except (OSError, AttributeError, ValueError):
        return None
    return said if isinstance(said, dict) else None


@contextmanager
def _within(folder: Path) -> Iterator[Path]:
    """The socket's name, short enough however deep the folder lies: Unix allows a hundred letters."""
    here = Path("/proc/self/fd")
    if not here.exists():
        yield folder / FILE_NAME
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield here / str(handle) / FILE_NAME
    finally:
        os.close(handle)
