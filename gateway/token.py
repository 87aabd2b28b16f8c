"""Token: the secret by which a server knows this gateway, in a file that its owner alone may read."""

from __future__ import annotations

from pathlib import Path

from gateway.private import write_private

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
    """Keep a token, whole or not at all, whatever happens meanwhile. Raises OSError."""
    write_private(path, f"{token}\n")
