"""Folder: run files that appear in a folder are handed to the server, each once, and a bad one stops no other."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from gateway.disk import sync_folder
from gateway.progress import Report
from gateway.settings import Settings
from gateway.sync import backoff_s
from gateway.token import read_token
from gateway.upload import Gone, Refused, Server, TryLater, session

LOOK_EVERY_S = 5.0
KINDS = (".fit", ".tcx", ".gpx", ".csv")
LARGEST_BYTES = 32 * 2**20  # as the server
SEEN_NAME = "folder-seen.json"


class Seen:
    """The hashes of the files that need not be sent again, with what became of each."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SEEN_NAME
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._by_hash: dict[str, str] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def __contains__(self, digest: str) -> bool:
        return digest in self._by_hash

    def add(self, digest: str, words: str) -> None:
        self._by_hash[digest] = words
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump(self._by_hash, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)


class FolderWatch:
    """Watches `folder` for `settings.runner`. A file is sent when it has not changed from one look to the next."""

    def __init__(
        self, folder: Path, settings: Settings, seen: Seen, report: Report, jitter: Callable[[], float]
    ) -> None:
        self._folder, self._settings, self._seen = folder, settings, seen
        self._report, self._jitter = report, jitter
        self._last: dict[Path, tuple[int, int]] = {}

    async def run(self) -> None:
        """Never returns, but for a token that the server does not accept: then it raises Unwelcome."""
        vain = 0
        while True:
            try:
                await self.look()
                vain, pause_s = 0, LOOK_EVERY_S
            except TryLater as why:
                vain += 1
                pause_s = max(LOOK_EVERY_S, backoff_s(vain, self._jitter()), why.after_s)
                self._report({"event": "trouble", "where": "upload", "what": str(why)})
            await asyncio.sleep(pause_s)

    async def look(self) -> None:
        """Send what is new and whole. Raises TryLater or Unwelcome; the files wait."""
        for path in self._settled():
            body = await asyncio.to_thread(path.read_bytes)
            digest = sha256(body).hexdigest()
            if digest not in self._seen:
                await self._send(path.name, body, digest)

    async def _send(self, name: str, body: bytes, digest: str) -> None:
        words = self._settings
        async with session(words.ca_file) as http:
            server = Server(http, str(words.server), read_token(Path(str(words.token_file))))
            try:
                await server.put_file(words.runner, name, body)
            except (Refused, Gone) as why:
                self._seen.add(digest, str(why))
                self._report({"event": "refused", "file": name, "why": str(why)})
            else:
                self._seen.add(digest, "sent")
                self._report({"event": "sent", "file": name, "sha256": digest})

    def _settled(self) -> Iterator[Path]:
        """Files that have neither grown nor changed since the last look; a watch copies for a while."""
        now = {path: _size_and_time(path) for path in sorted(self._folder.iterdir()) if _is_run_file(path)}
        before, self._last = self._last, now
        for path, words in now.items():
            if 0 < words[0] <= LARGEST_BYTES and before.get(path) == words:
                yield path


def _is_run_file(path: Path) -> bool:
    return path.suffix.lower() in KINDS and path.is_file()


def _size_and_time(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
