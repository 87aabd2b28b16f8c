"""Outward: the only door by which the server reaches addresses that people typed, and it opens to no private one."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from py_vapid import Vapid02

from server.mistake import Mistake
from server.net.addresses import is_local, is_public
from server.pacing import TRY_S
from server.people.keyring import make_private

T = TypeVar("T")
ANSWER_BYTES = 64 * 1024


class NotDelivered(Exception):
    """A provider did not take a message; `for_good` says that asking again will not help.

    `down` says that the trouble is the provider's own, and that others who use it will fare no better now.
    """

    def __init__(self, reason: str, *, for_good: bool = False, down: bool = False) -> None:
        self.for_good = for_good
        self.down = down
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """What channels need of the world.

    `lan` lets them reach private addresses as well, but neither this machine nor its own link: `loopback` is for tests
    and for a server that is shown on one computer.
    """

    clock: Callable[[], datetime]
    public_url: str = "http://127.0.0.1:8080"
    lan: bool = False
    loopback: bool = False
    smtp_url: str | None = None
    smtp_ca_file: Path | None = None
    mqtt_url: str | None = None
    mqtt_ca_file: Path | None = None
    mail_from: str | None = None
    vapid: Vapid02 | None = field(default=None, repr=False)

    @property
    def link(self) -> str:
        """Where a message leads: behind the login."""
        return f"{self.public_url.rstrip('/')}/alerts"

    @property
    def domain(self) -> str:
        return urlsplit(self.public_url).hostname or "stridegate.invalid"

    @asynccontextmanager
    async def http(self) -> AsyncIterator[aiohttp.ClientSession]:
        """HTTP to an address that somebody typed; the check is of the address that is really connected to."""
        connector = aiohttp.TCPConnector(socket_factory=self._socket, force_close=True)
        timeout = aiohttp.ClientTimeout(total=TRY_S)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
            yield session

    async def post(self, url: str, *, body: bytes, headers: dict[str, str]) -> None:
        """One POST, without redirects. Raises NotDelivered unless the answer is whole and says 2xx."""
        try:
            async with (
                self.http() as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
                await _whole(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as why:
            raise NotDelivered(said_of(why), down=True) from why
        refuse_status(status)

    def connect(self, host: str, port: int, *, from_settings: bool = False) -> socket.socket:
        """A plain connection to a host that somebody typed, or that the operator set: that one may be private.

        The name is resolved once. Raises OSError, PrivateAddress among them.
        """
        *_, why = [OSError("the name has no address")]
        for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                connection = socket.socket(*info[:3]) if from_settings else self._socket(info)
                connection.settimeout(TRY_S)
                connection.connect(info[4])
                return connection
            except OSError as refused:
                why = refused
        raise why

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not self._may_reach(address[0]):
            raise PrivateAddress
        return socket.socket(family, kind, protocol)

    def _may_reach(self, address: str) -> bool:
        if is_local(address):
            return self.loopback
        return self.lan or is_public(address)


class PrivateAddress(OSError):
    """Raised before anything is sent to an address inside the house."""

    def __str__(self) -> str:
        return "This address is a private one, and this server does not send to those."


async def _whole(answer: aiohttp.ClientResponse) -> None:
    """Read an answer to its end, for half an answer is none; of a very long one the beginning will do."""
    read = 0
    while read < ANSWER_BYTES and (part := await answer.content.read(ANSWER_BYTES)):
        read += len(part)


async def in_thread(work: Callable[[], T]) -> T:
    """Blocking work in a thread of its own: one provider that hangs takes no thread from another's messages."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, why: BaseException | None) -> None:
        if done.done():
            return
        if why is not None:
            done.set_exception(why)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # it is there where nothing was raised

    def run() -> None:
        try:
            outcome: tuple[T | None, BaseException | None] = (work(), None)
        except BaseException as why:  # noqa: BLE001  # whatever it is belongs to who waits for it
            outcome = (None, why)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name="stridegate-send", daemon=True).start()
    return await done


def refuse_status(status: int) -> None:
    """Raises NotDelivered for anything but 2xx; some answers will be the same tomorrow."""
    if 200 <= status < 300:
        return
    for_good, down = status in (401, 403, 404, 410), status >= 500 or status in (408, 429)
    raise NotDelivered(f"It answered {status}.", for_good=for_good, down=down)


def said_of(why: BaseException) -> str:
    """What went wrong, without an address or a secret in it."""
    cause: BaseException | None = why
    while cause is not None:
        if isinstance(cause, PrivateAddress):
            return str(cause)
        inner = getattr(cause, "os_error", None)
        cause = inner if inner is not None and inner is not cause else cause.__cause__
    if isinstance(why, TimeoutError):
        return f"It did not answer within {TRY_S:.0f} seconds."
    if isinstance(why, aiohttp.ClientConnectorDNSError | socket.gaierror):
        return "Its name cannot be found."
    if isinstance(why, aiohttp.ClientConnectorCertificateError):
        return "Its certificate cannot be trusted."
    if isinstance(why, aiohttp.ClientConnectorError | ConnectionRefusedError):
        return "It cannot be reached."
    return "The connection broke before it had answered."


def vapid_from(path: Path) -> Vapid02:
    """The key pair by which browsers know this server, made (0600) where there is none. Raises Mistake."""
    fresh = Vapid02()
    fresh.generate_keys()
    make_private(path, fresh.private_pem())
    try:
        return Vapid02.from_file(str(path))
    except Exception as why:
        raise Mistake(f"The key file {path} holds no key that can be used; put it back from a backup.") from why
