"""Vault: locks what the database must not know in the clear, with a key that lies outside of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from server.mistake import Mistake


class Vault:
    """The first key locks, each of them opens, so that a key can be changed without a day on which nothing opens."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def fresh(cls) -> Vault:
        """One that forgets its key when the program ends: for demonstrations and tests."""
        return cls([Fernet.generate_key().decode()])

    @classmethod
    def open(cls, path: Path) -> Vault:
        """The keys of a file, one a line; where there is none a new one is made. Raises Mistake."""
        try:
            _make(path)
            if path.stat().st_mode & 0o077:
                raise Mistake(f"Others can read the key {path}: make it private with chmod 600 {path}.")
            keys = [line for line in path.read_text("ascii").split("\n") if line.strip()]
            return cls(keys)
        except (OSError, ValueError) as why:
            raise Mistake(
                f"The key {path} cannot be used: {getattr(why, 'strerror', None) or 'it is no key'}."
            ) from why

    def lock(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, locked: str) -> str | None:
        """None where no key of ours opens it."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            return None


def _make(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
