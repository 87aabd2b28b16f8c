"""A server in a thread of its own, so that a command may be called in the main thread, which owns the signals."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def in_background(server: AbstractAsyncContextManager[T]) -> Iterator[T]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done(coroutine) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(100)

    try:
        yield done(server.__aenter__())
    finally:
        done(server.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
