"""Upload: the words that gateway and server exchange over HTTP, and what each answer means for the gateway."""

from __future__ import annotations

import base64
import gzip
import json
import ssl
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from gateway.clock import SECOND_NS
from gateway.ledger import CaptureRow, ChunkRow, Ledger

PROTOCOL = "1"
PROBLEM = "application/problem+json"  # every refusal of a Stridegate server is such a document (RFC 9457)
REQUEST_TIMEOUT_S = 30.0
READING_TIMEOUT_S = 300.0  # a server takes two minutes for a slow sender, and as long again to read a strange file
LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
LONGEST_REASON = 300


class TryLater(Exception):
    """The server is away, busy or broken: nothing is lost, the same is offered again after a pause.

    `is_busy` where it says so itself, whatever it is asked.
    """

    def __init__(self, why: str, after_s: float = 0.0, is_busy: bool = False) -> None:
        self.after_s, self.is_busy = after_s, is_busy
        super().__init__(why)


class Refused(Exception):
    """The server will not have this; a person must read why. `sentence` is the server's own, without HTTP's status."""

    def __init__(self, why: str, status: int, sentence: str) -> None:
        self.status = status
        self.sentence = sentence or why
        super().__init__(why)


class Unwelcome(Exception):
    """The server does not accept the token, or not for this."""


class Gone(Exception):
    """The server has deleted this capture and will not have it again."""


def session(ca_file: Path | None = None) -> aiohttp.ClientSession:
    """Connections to one server; `ca_file` holds the certificate of its own small authority, where it has one."""
    trust = ssl.create_default_context(cafile=ca_file) if ca_file else True
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=trust), timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
    )


class Server:
    """One server as seen with one token. Each method is one request; all are harmless to repeat.

    They raise TryLater, Refused, Unwelcome or Gone, and nothing else. `clock_offset_ns` is how far the wall clock
    of this machine is behind the server's, from its last reply; None before the first.
    """

    def __init__(self, http: aiohttp.ClientSession, server: str, token: str) -> None:
        self.token = token
        self.clock_offset_ns: int | None = None
        self._http = http
        self._base = f"{server.rstrip('/')}/api/v1"

    async def begin(self, capture: CaptureRow) -> None:
        await self._ask(
            "PUT", f"captures/{capture.id}", json={"runner": capture.runner, "started_at": capture.started_at}
        )

    async def held(self, capture: str) -> frozenset[int]:
        """The sequence numbers that the server holds."""
        said = await self._ask("GET", f"captures/{capture}")
        have = said.get("have")
        if not isinstance(have, list) or not all(isinstance(seq, int) for seq in have):
            raise TryLater("what answers at this address is not a Stridegate server")
        return frozenset(have)

    async def put_chunk(self, capture: str, chunk: ChunkRow, body: bytes) -> None:
        digest = base64.b64encode(bytes.fromhex(chunk.sha256)).decode()
        await self._ask(
            "PUT",
            f"captures/{capture}/chunks/{chunk.seq}",
            data=gzip.compress(body, mtime=0),
            headers={
                "Content-Type": "application/x-ndjson",
                "Content-Encoding": "gzip",
                "Content-Digest": f"sha-256=:{digest}:",
            },
        )

    async def complete(self, capture: str, words: dict[str, Any]) -> None:
        await self._ask("POST", f"captures/{capture}/complete", json=words)

    async def heartbeat(self, words: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", "gateways/me/heartbeat", json=words)

    async def start_pairing(self, name: str) -> dict[str, Any]:
        """Ask to be let in: the code to show, the device code to ask with, how often and for how long."""
        return await self._ask("POST", "pairings", json={"name": name})

    async def ask_token(self, device_code: str) -> dict[str, Any]:
        """{"token", "runners", ...} once somebody has let this gateway in; before that, no token in the answer."""
        return await self._ask("POST", "pairings/token", json={"device_code": device_code})

    async def put_file(self, runner: str, name: str, body: bytes) -> int:
        """A run file as a watch wrote it; the same bytes again change nothing. Return how many runs are in it."""
        said = await self._ask(
            "POST",
            f"runners/{quote(runner, safe='')}/files?name={quote(name, safe='')}",
            data=body,
            headers={"Content-Type": "application/octet-stream"},
            timeout=aiohttp.ClientTimeout(total=READING_TIMEOUT_S, sock_connect=REQUEST_TIMEOUT_S),
        )
        if said.get("file") != sha256(body).hexdigest():
            raise TryLater("what answers at this address is not a Stridegate server")
        runs = said.get("runs")
        return runs if isinstance(runs, int) else 0

    async def live(self, runner: str, words: dict[str, Any]) -> None:
        """The latest values of a run, for whoever looks on; nothing is kept of them."""
        await self._ask("POST", f"runners/{quote(runner, safe='')}/live", json=words)

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        words = {"Stridegate-Protocol": PROTOCOL, "Accept": "application/json", **(headers or {})}
        if self.token:
            words["Authorization"] = f"Bearer {self.token}"
        try:
            async with self._http.request(
                method, f"{self._base}/{path}", headers=words, allow_redirects=False, **more
            ) as reply:
                content = await reply.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as why:
            raise TryLater(f"the server cannot be reached: {str(why) or type(why).__name__}") from why
        self._compare_clocks(reply)
        return _understood(reply, content)

    def _compare_clocks(self, reply: aiohttp.ClientResponse) -> None:
        try:
            told = parsedate_to_datetime(reply.headers.get("Date", ""))
        except ValueError:
            return
        self.clock_offset_ns = round(told.timestamp() * SECOND_NS) - time.time_ns()


def _understood(reply: aiohttp.ClientResponse, content: bytes) -> dict[str, Any]:
    """The reply's JSON object ({} where it has none), or what the status means."""
    status = reply.status
    if status >= 400 and reply.content_type != PROBLEM:
        # A proxy, a captive portal or the page of a hotel's network: it says nothing about what is offered.
        why = f"{status} {reply.reason}, and not by a Stridegate server"
        raise TryLater(why, _retry_after_s(reply), is_busy=status in BUSY)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise Unwelcome(f"the server does not accept this gateway's token: {_reason(reply, content)}")
    if status == HTTPStatus.GONE:
        raise Gone(_reason(reply, content))
    if status in LATER or status >= 500 or 300 <= status < 400:
        why = f"the server cannot take it now: {_reason(reply, content)}"
        raise TryLater(why, _retry_after_s(reply), is_busy=status in BUSY)
    if status >= 400:
        raise Refused(_reason(reply, content), status, _sentence(content))
    if content and "json" not in reply.content_type:
        raise TryLater("what answers at this address is not a Stridegate server")  # the page of a hotel's network
    return _object(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content or b"{}")
    except ValueError as why:
        raise TryLater("the server's answer was cut off") from why
    return said if isinstance(said, dict) else {}


def _reason(reply: aiohttp.ClientResponse, content: bytes) -> str:
    words = _sentence(content)
    return f"{reply.status} {reply.reason}{': ' + words if words else ''}"


def _sentence(content: bytes) -> str:
    """The sentence of a problem document (RFC 9457), fit to be shown; empty where there is none."""
    try:
        said = json.loads(content)
        words = str(said.get("detail") or said.get("title") or "")
    except (ValueError, AttributeError):
        return ""
    return "".join(letter for letter in words if letter.isprintable())[:LONGEST_REASON]


def _retry_after_s(reply: aiohttp.ClientResponse) -> float:
    text = reply.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0


def closing_words(journal: Ledger, capture: CaptureRow, chunks: Iterable[ChunkRow]) -> dict[str, Any]:
    """The body of `complete`: how much there is, its root hash, whose clocks and sensors they were."""
    hashes = [chunk.sha256 for chunk in chunks]
    return {
        "chunks": len(hashes),
        "packets": capture.journaled,
        "dropped": capture.dropped,
        "root": root_hash(capture.id, hashes),
        "ended_at": capture.ended_at,
        "clock": journal.boots(capture.id),
        "sensors": journal.sensors(capture.id),
    }


def root_hash(capture: str, hashes: list[str]) -> str:
    """SHA-256 over {"capture", "chunks", "version"} as JSON with sorted keys and no spaces."""
    words = {"capture": capture, "chunks": hashes, "version": 1}
    return sha256(json.dumps(words, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
