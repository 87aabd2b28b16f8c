"""Cancelling: a task that was asked to end ends, even where a library lost the request."""

from __future__ import annotations

import asyncio


def heed() -> None:
    """Raise CancelledError where this task has been cancelled and goes on nevertheless.

    Up to Python 3.11 `asyncio.wait_for` swallows a cancellation that arrives together with its result, and libraries
    for radios wait that way all the time. Every loop that is to run for ever calls this at its top.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
