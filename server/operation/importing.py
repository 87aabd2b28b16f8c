"""Importing: run files go to a runner, through the server where one runs, else straight into its database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import aiohttp
from sqlmodel import Session

from sensors.errors import UnreadableFile
from server import intake
from server.api.files import FILE_BYTES
from server.app import open_desk, system_clock, system_token
from server.mistake import Mistake
from server.reading.readers import NoReader, Readers
from server.reviewer import Reviewer
from server.settings import Settings
from server.storage import people
from server.storage.desk import Desk

Deliver = Callable[[str, bytes], Awaitable[str]]  # a name and its bytes -> what to say of it; raises Mistake
Say = Callable[[str], object]

NAME = "stridegate import"
ANSWER_S = 300.0  # the server reads a strange file for two minutes at most


async def bring(chosen: Settings, runner_id: str, paths: Iterable[Path], say: Say, complain: Say) -> int:
    """Bring each file; a bad one is complained of and never stops the rest. Returns how many were bad."""
    bad = 0
    desk = open_desk(chosen.url())
    try:
        if await desk.read(_is_runner, runner_id) is False:
            raise Mistake(f"There is no runner {runner_id!r} here.")
        async with _way(chosen, desk, runner_id) as deliver:
            for path in paths:
                try:
                    say(f"{path.name}: {await deliver(path.name, await asyncio.to_thread(_bytes, path))}.")
                except Mistake as mistake:
                    bad += 1
                    complain(f"{path.name}: {mistake}")
    finally:
        desk.close()
    return bad


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and those in the folders, in order; what is hidden is no run. Raises Mistake for what is not there."""
    for path in paths:
        if path.is_dir():
            found = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
            yield from sorted(one for one in found if not _is_hidden(one.relative_to(path)))
        elif path.exists():
            yield path
        else:
            raise Mistake(f"{path} is not there.")


@contextlib.asynccontextmanager
async def _way(chosen: Settings, desk: Desk, runner_id: str) -> AsyncIterator[Deliver]:
    address = f"http://{chosen.host}:{chosen.port}"
    async with aiohttp.ClientSession(address, timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as http:
        if await _a_server_runs(http):
            async with _let_in(desk, runner_id) as token:
                yield partial(_through_the_server, http, token, runner_id)
            return
    readers = Readers()
    try:
        yield partial(_into_the_database, desk, readers, runner_id)
        await Reviewer(desk, system_clock, readers).review_due()
    finally:
        readers.close()


async def _a_server_runs(http: aiohttp.ClientSession) -> bool:
    try:
        async with http.get("/healthz") as answer:
            return answer.status == 200 and answer.headers.get("Server") == "stridegate"
    except (aiohttp.ClientError, TimeoutError):
        return False


@contextlib.asynccontextmanager
async def _let_in(desk: Desk, runner_id: str) -> AsyncIterator[str]:
    """A token for as long as this takes: who may write to the database may also bring files by the server."""
    gateway_id, token = f"import-{system_token()[:12]}", system_token()
    await desk.write(people.add_gateway, gateway_id, NAME, token, [runner_id], system_clock())
    try:
        yield token
    finally:
        await desk.write(people.remove_gateway, gateway_id)


async def _through_the_server(http: aiohttp.ClientSession, token: str, runner_id: str, name: str, body: bytes) -> str:
    address = f"/api/v1/runners/{quote(runner_id, safe='')}/files"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    try:
        async with http.post(address, params={"name": name}, data=body, headers=headers) as answer:
            told = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as why:
        raise Mistake(f"the server gave no answer ({type(why).__name__}).") from why
    if answer.status not in (200, 201):
        raise Mistake(str(told.get("detail", answer.reason)))
    return _said(told["runs"], new=answer.status == 201)


async def _into_the_database(desk: Desk, readers: Readers, runner_id: str, name: str, body: bytes) -> str:
    try:
        found = await asyncio.to_thread(readers.read, body)
    except UnreadableFile as why:
        raise Mistake(str(why)) from why
    except NoReader as why:
        raise Mistake("files cannot be read just now.") from why
    _, new = await desk.write(intake.keep_file, runner_id, name[:120], body, system_clock())
    return _said(len(found), new=new)


def _said(runs: int, *, new: bool) -> str:
    return f"{runs} run{'' if runs == 1 else 's'}{'' if new else ', known already'}"


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_BYTES:
            raise Mistake(f"larger than {FILE_BYTES // 2**20} MiB.")
        return path.read_bytes()
    except OSError as why:
        raise Mistake(f"cannot be read: {why.strerror}.") from why


def _is_runner(db: Session, runner_id: str) -> bool:
    person = people.person(db, runner_id) if re.fullmatch(r"[ -~]{1,100}", runner_id) else None
    return person is not None and person.role == "runner"


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
