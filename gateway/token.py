"""Token: the secret by which a server knows this gateway, in a file that its owner alone may read."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.disk import sync_folder

NOT_OTHERS = 0o077


class BadToken(Exception):
    """The token file cannot be used; the sentence says why."""


def read_token(path: Path) -> str:
    """The token in a file that its owner alone may read."""
    try:
        if path.stat().st_mode & NOT_OTHERS:
            raise BadToken(f"others can read the token in {path}; run: chmod 600 {path}")
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as why:
        raise BadToken(f"the token file {path} cannot be read: {why}") from why
    if not token or any(letter.isspace() for letter in token):
        raise BadToken(f"there is no token in {path}")
    return token


def write_token(path: Path, token: str) -> None:
    """Keep a token, whole or not at all, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{token}\n")
        file.flush()
        os.fsync(handle)
    fresh.replace(path)
    sync_folder(path.parent)
