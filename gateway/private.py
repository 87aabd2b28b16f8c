"""Private: small files that their owner alone may read, on disk whole or as they were before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gateway.disk import sync_folder


def write_private(path: Path, text: str) -> None:
    """Replace what is there, whatever happens meanwhile. Raises OSError where the disk will not have it."""
    _make_folder(path.parent)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    fresh.replace(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Gone for good, also after a power cut."""
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def check_writable(folder: Path) -> None:
    """Raise OSError where nothing can be kept here; better before a secret is asked for that is given only once."""
    _make_folder(folder)
    with tempfile.TemporaryFile(dir=folder) as trial:
        trial.write(b"may I")


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
