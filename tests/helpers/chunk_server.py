"""A small server that keeps the promise of the wire: chunks once, hashes checked, completion once."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from aiohttp import web

TOKEN = "test-token-for-nobody"
LARGEST_CHUNK = 64 * 1024


@dataclass
class Held:
    runner: str
    started_at: str
    chunks: dict[int, bytes] = field(default_factory=dict)
    words: dict | None = None
    effects: int = 0

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks[seq] for seq in sorted(self.chunks))

    @property
    def packets(self) -> int:
        return self.body.count(b"\n")


class ChunkServer:
    """`captures` is what it holds. `answers` maps (method, path ending) to statuses to give instead, in order."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.captures: dict[str, Held] = {}
        self.deleted: set[str] = set()
        self.answers: dict[tuple[str, str], list[int]] = {}
        self.pages: list[int] = []  # statuses of the next answers, with a page as a proxy makes it
        self.requests: Counter[str] = Counter()
        self.heartbeats: list[dict] = []
        self.assignments: list[dict] | None = None  # None: it knows nothing of them
        self.protocols: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.live: Literal["unknown", "taken", "hanging"] = "unknown"
        self.seen: list[tuple[str, dict]] = []  # live values, by runner
        self.poison: bytes | None = None  # the file at which it breaks
        self.receipt = ""  # to be given instead of a file's hash
        self.is_let_in: bool | None = False  # None: the code has run out
        self.interval_s = 0.02
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> ChunkServer:
        app = web.Application(middlewares=[self._gate], client_max_size=2**20)
        app.add_routes(
            [
                web.put("/api/v1/captures/{id}", self._begin),
                web.get("/api/v1/captures/{id}", self._held),
                web.put("/api/v1/captures/{id}/chunks/{seq}", self._chunk),
                web.post("/api/v1/captures/{id}/complete", self._complete),
                web.post("/api/v1/gateways/me/heartbeat", self._heartbeat),
                web.post("/api/v1/pairings", self._start_pairing),
                web.post("/api/v1/pairings/token", self._give_token),
                web.post("/api/v1/runners/{runner}/files", self._file),
                web.post("/api/v1/runners/{runner}/live", self._live),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)  # what hangs on purpose is not waited for
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @web.middleware
    async def _gate(self, request: web.Request, handler):
        self.requests[f"{request.method} {request.match_info.route.resource.canonical}"] += 1
        self.protocols.add(request.headers.get("Stridegate-Protocol", ""))
        if self.pages:
            return web.Response(
                status=self.pages.pop(0), text="<html>Log in to the network</html>", content_type="text/html"
            )
        if "/pairings" not in request.path and request.headers.get("Authorization") != f"Bearer {self.token}":
            return problem(401, "this token is not known here")
        for (method, ending), statuses in self.answers.items():
            if request.method == method and request.path.endswith(ending) and statuses:
                return problem(statuses.pop(0), "as the test asked")
        if request.match_info.get("id") in self.deleted:
            return problem(410, "deleted")
        return await handler(request)

    async def _begin(self, request: web.Request) -> web.Response:
        said = await request.json()
        known = self.captures.get(request.match_info["id"])
        if known is None:
            self.captures[request.match_info["id"]] = Held(said["runner"], said["started_at"])
            return web.json_response({}, status=201)
        if (known.runner, known.started_at) != (said["runner"], said["started_at"]):
            return problem(409, "another capture has this id")
        return web.json_response({}, status=200)

    async def _held(self, request: web.Request) -> web.Response:
        known = self.captures.get(request.match_info["id"])
        if known is None:
            return problem(404, "no such capture")
        state = "complete" if known.words else "open"
        return web.json_response({"state": state, "have": sorted(known.chunks)})

    async def _chunk(self, request: web.Request) -> web.Response:
        known = self.captures.get(request.match_info["id"])
        if known is None:
            return problem(404, "no such capture")
        body = await request.read()  # aiohttp has undone the gzip
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        if len(body) > LARGEST_CHUNK:
            return problem(413, "too large")
        digest = base64.b64encode(sha256(body).digest()).decode()
        if request.headers.get("Content-Digest") != f"sha-256=:{digest}:":
            return problem(422, "the digest is of something else")
        seq = int(request.match_info["seq"])
        if seq in known.chunks:
            return web.json_response({}) if known.chunks[seq] == body else problem(409, "other content")
        known.chunks[seq] = body
        return web.json_response({}, status=201)

    async def _complete(self, request: web.Request) -> web.Response:
        capture = request.match_info["id"]
        known = self.captures.get(capture)
        if known is None:
            return problem(404, "no such capture")
        said = await request.json()
        missing = sorted(set(range(said["chunks"])) - set(known.chunks))
        hashes = [sha256(known.chunks[seq]).hexdigest() for seq in sorted(known.chunks)]
        root = json.dumps({"capture": capture, "chunks": hashes, "version": 1}, sort_keys=True, separators=(",", ":"))
        if missing or said["root"] != sha256(root.encode()).hexdigest() or said["packets"] != known.packets:
            return problem(409, f"missing {missing}, or another root")
        if known.words is None:
            known.words = said
            known.effects += 1
        return web.json_response({})

    async def _heartbeat(self, request: web.Request) -> web.Response:
        self.heartbeats.append(await request.json())
        return web.json_response({} if self.assignments is None else {"assignments": self.assignments})

    async def _start_pairing(self, request: web.Request) -> web.Response:
        assert (await request.json())["name"]
        words = {"device_code": "d" * 32, "user_code": "BCDF-GHJK", "verification_uri": f"{self.url}/pair"}
        return web.json_response({**words, "expires_in": 600, "interval": self.interval_s}, status=201)

    async def _give_token(self, request: web.Request) -> web.Response:
        assert (await request.json())["device_code"] == "d" * 32
        if self.is_let_in is None:
            return problem(410, "this pairing is over")
        if not self.is_let_in:
            return web.json_response({"state": "waiting", "interval": self.interval_s}, status=202)
        return web.json_response({"gateway": "g-1", "token": self.token, "runners": [{"id": "r-1", "name": "Ada"}]})

    async def _file(self, request: web.Request) -> web.Response:
        body, name = await request.read(), request.query["name"]
        if body == self.poison:
            return problem(500, "our mistake")
        if b"no run" in body:
            return problem(422, "there is no run in it")
        is_new = body not in self.files.values()
        self.files[f"{request.match_info['runner']}/{name}"] = body
        receipt = self.receipt or sha256(body).hexdigest()
        return web.json_response({"file": receipt, "runs": 1}, status=201 if is_new else 200)

    async def _live(self, request: web.Request) -> web.Response:
        if self.live == "unknown":
            return problem(404, "there is nothing here")
        self.seen.append((request.match_info["runner"], await request.json()))
        if self.live == "hanging":
            await asyncio.sleep(3600)
        return web.Response(status=204)


def problem(status: int, detail: str) -> web.Response:
    return web.json_response(
        {"title": "no", "detail": detail, "status": status}, status=status, content_type="application/problem+json"
    )
