"""Pairing: a short code on this screen, a physio who types it elsewhere, and a token that only this gateway sees."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec

from gateway.clock import SECOND_NS, Clock
from gateway.paired import Runner
from gateway.progress import Report
from gateway.upload import Gone, Refused, Server, TryLater, Unwelcome

SLOWER_S = 5.0  # a server that asks for patience is asked this much later, each time: RFC 8628, 3.5
T = TypeVar("T")


class NotPaired(Exception):
    """Nobody let this gateway in; the sentence says why."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What to show, how long it lives, what to ask with and how often; seconds."""

    device_code: Annotated[str, msgspec.Meta(min_length=16, max_length=200)]
    user_code: Annotated[str, msgspec.Meta(pattern="^[A-Z0-9-]{4,20}$")]
    verification_uri: Annotated[str, msgspec.Meta(pattern="^https?://[!-~]{1,300}$")]
    expires_in: Annotated[float, msgspec.Meta(gt=0)]
    interval: Annotated[float, msgspec.Meta(gt=0)] = 5.0


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """The server's one answer with the token in it: it is given once."""

    gateway: str
    token: Annotated[str, msgspec.Meta(pattern="^[!-~]{16,512}$")]
    runners: tuple[Runner, ...] = ()


async def pair(server: Server, name: str, clock: Clock, report: Report) -> Admission:
    """Show a code and wait until somebody has typed it. Raises NotPaired."""
    try:
        begun = _understood(await server.start_pairing(name), Begun)
        code = {"code": begun.user_code, "open": begun.verification_uri, "expires_in": begun.expires_in}
        report({"event": "code", **code})
        return _understood(await _let_in(server, begun, clock), Admission)
    except Gone as why:
        raise NotPaired("nobody typed the code in time, or its answer was lost on the way; begin again") from why
    except (Refused, TryLater, Unwelcome) as why:
        raise NotPaired(str(why)) from why


async def _let_in(server: Server, begun: Begun, clock: Clock) -> dict[str, Any]:
    """Ask until there is a token; a server that is away for a moment ends nothing, the end of the code's life does."""
    over_ns = clock.monotonic_ns() + round(begun.expires_in * SECOND_NS)
    pause_s = begun.interval
    while True:
        await clock.sleep(pause_s)
        is_last = clock.monotonic_ns() >= over_ns
        try:
            said = await server.ask_token(begun.device_code)
            pause_s = begun.interval
        except TryLater as why:
            if is_last:
                raise
            said, pause_s = {}, max(pause_s + SLOWER_S, why.after_s)
        if "token" in said:
            return said
        if is_last:
            raise NotPaired("nobody typed the code in time; begin again")


def _understood(said: dict[str, Any], kind: type[T]) -> T:
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as why:
        raise NotPaired("what answers at this address is not a Stridegate server") from why
