"""Keyring: what must be read again and not by a thief of the database is sealed under a key beside it."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from server.mistake import Mistake


class Keyring:
    """Seals and opens short texts. A file holds a key a line: the first seals, all of them open."""

    def __init__(self, keys: list[bytes]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        """The keys of this file, which is made (0600) where there is none. Raises Mistake."""
        make_private(path, Fernet.generate_key() + b"\n")
        if path.stat().st_mode & 0o077:
            raise Mistake(f"The key file {path} can be read by others; take that away with: chmod 600 {path}")
        try:
            return cls(path.read_bytes().split())
        except ValueError as why:
            raise Mistake(f"The key file {path} holds no key that can be used; put it back from a backup.") from why

    @classmethod
    def for_this_process(cls) -> Keyring:
        """A key that nobody keeps: for tests, and for a demonstration that leaves nothing behind."""
        return cls([Fernet.generate_key()])

    def seal(self, text: str) -> str:
        return self._keys.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text, None where none of the keys opens it."""
        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def make_private(path: Path, content: bytes) -> None:
    """Put a file there that only its owner reads; one that is there stays as it is, whoever was first."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
