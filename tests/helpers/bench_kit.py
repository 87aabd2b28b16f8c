"""What the benches of the server share: a server in a process of its own, and a client that costs little."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Serve = Callable[[str], Awaitable[web.Application]]


@dataclass(frozen=True)
class Beside:
    requests: Iterable[bytes]
    every_s: float
    wanted: int


@contextmanager
def server(make: Callable[..., Any], *args: Any) -> Iterator[int]:
    """Run `make(*args)`, an aiohttp application or what awaits to one, in a process of its own; gives its port."""
    context = multiprocessing.get_context("fork")  # importing everything once more takes longer than the bench
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, make, args), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join(30)
        if process.is_alive():
            process.kill()


async def ask(port: int, requests: Sequence[bytes], wanted: int) -> None:
    """Send these one after the other over one connection; each must be answered with this status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for request in requests:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d" % wanted), head[:200]
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
    finally:
        writer.close()


def rate(port: int, lanes: Sequence[Sequence[bytes]], wanted: int, beside: Beside | None = None) -> float:
    """Requests a second with one connection for each lane, while somebody else does now and then what is `beside`."""

    async def all_lanes() -> None:
        other = asyncio.create_task(_now_and_then(port, beside)) if beside else None
        await asyncio.gather(*(ask(port, lane, wanted) for lane in lanes))
        if other is not None:
            other.cancel()

    begin = time.perf_counter()
    asyncio.run(all_lanes())
    return sum(map(len, lanes)) / (time.perf_counter() - begin)


async def _now_and_then(port: int, beside: Beside) -> None:
    for request in beside.requests:
        await ask(port, [request], beside.wanted)
        await asyncio.sleep(beside.every_s)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """One request as bytes; underscores in the names of headers are dashes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _serve(pipe: Any, make: Callable[..., Any], args: tuple[Any, ...]) -> None:
    asyncio.run(_run(pipe, make, args))
    os._exit(0)


async def _run(pipe: Any, make: Callable[..., Any], args: tuple[Any, ...]) -> None:
    made = make(*args)
    app = await made if asyncio.iscoroutine(made) else made
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    pipe.send(runner.addresses[0][1])
    while not pipe.poll():
        await asyncio.sleep(0.05)
    await runner.cleanup()
