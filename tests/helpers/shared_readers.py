"""Readers that one clinic of a test leaves to the next: a new process for each would be most of what the tests do."""

from __future__ import annotations

import atexit
from functools import cache

from server.reading.readers import Readers


class SharedReaders(Readers):
    def close(self) -> None:
        """Not before the tests are over."""


@cache
def shared_readers() -> Readers:
    made = SharedReaders()
    atexit.register(Readers.close, made)
    return made
