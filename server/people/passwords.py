"""Passwords: argon2id in a small pool of its own, and the few rules of a good one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from server.problem import Problem

T = TypeVar("T")
MEMORY_KIB, ROUNDS, LANES = 19 * 1024, 2, 1  # OWASP's first recommendation for argon2id
AT_ONCE = 2  # each takes 19 MiB and a core
WAITING = 32  # more than a clinic in the morning; a flood is turned away instead of filling the memory
LEAST, LEAST_ALONE, MOST = 12, 15, 256  # characters; alone: without a second factor
LEAST_BESIDES_THE_NAME = 8


class Passwords:
    """Hashes and checks, a few at a time; it never blocks the loop and never fills the memory."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES),))
        self._pool = ThreadPoolExecutor(AT_ONCE, "stridegate-password")
        self._room = WAITING
        self._of_nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Raises Problem 503 where too many wait."""
        return await self._in_the_pool(self._hasher.hash, password)

    async def is_right(self, password: str, argon2id: str | None) -> bool:
        """Whether it is the password; takes as long where nobody has one. Raises Problem 503 where too many wait."""
        if self._of_nobody is None:
            self._of_nobody = await self.hash("the password of nobody")
        right = await self._in_the_pool(self._hasher.verify, password[:MOST], argon2id or self._of_nobody)
        return bool(right) and argon2id is not None

    def close(self) -> None:
        self._pool.shutdown()

    async def _in_the_pool(self, work: Callable[..., T], *words: str) -> T:
        if self._room <= 0:
            raise Problem(503, "Busy", "Too many people are logging in just now; try again in a moment.")
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *words)
        finally:
            self._room += 1


def complaint(password: str, *, names: tuple[str, ...], alone: bool) -> str | None:
    """What is wrong with a password, as a sentence; None where nothing is. There are no rules of composition."""
    least = LEAST_ALONE if alone else LEAST
    if len(password) < least:
        return f"The password needs at least {least} characters; a few words in a row are easy to keep."
    if len(password) > MOST:
        return f"The password may have at most {MOST} characters."
    if _is_common(password) or _is_a_pattern(password):
        return "This password is among the first that anybody tries; choose another one."
    if len(_without(password, names)) < LEAST_BESIDES_THE_NAME:
        return "Besides your name the password needs something that others do not know."
    return None


@cache
def _commonest() -> frozenset[str]:
    """The ten thousand commonest passwords of public leaks, and those after them that are long enough here."""
    text = (resources.files("server.people") / "common_passwords.txt").read_text("utf-8")
    return frozenset(text.split())


def _is_common(password: str) -> bool:
    """One of the commonest, also with digits and signs around it."""
    text = password.casefold()
    word = text.strip("0123456789!?.,-_*#+$@ ")
    return text in _commonest() or word in _commonest() or not word


def _is_a_pattern(password: str) -> bool:
    """One piece over and over."""
    text = password.casefold()
    return any((text[:size] * len(text))[: len(text)] == text for size in range(1, len(text) // 2 + 1))


def _without(password: str, names: tuple[str, ...]) -> str:
    left = password.casefold()
    for word in (word for name in names for word in name.casefold().split() if len(word) >= 3):
        left = left.replace(word, "")
    return left
