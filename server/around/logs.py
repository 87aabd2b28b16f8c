"""Logs: what happened, in ids and numbers; no name, no secret and no value of a body can get in."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from aiohttp import web

from server.around.timed import Handler, route_of, timed

Event = MutableMapping[str, Any]

# Only these come through, whatever somebody passes; each is an id, a number or a word of ours.
FIELDS = frozenset(
    {
        *("event", "level", "time", "logger", "where", "why", "frames"),
        *("method", "route", "status", "ms", "request", "capture", "seq", "runner", "person", "gateway", "run"),
        *("alert", "channel", "kind", "count", "attempt", "outcome", "version", "revision", "database", "seconds"),
    }
)
# Of a route's own parts; a token stands in an address as well, and no part that is not named here is written.
OF_THE_ADDRESS = ("runner", "capture", "seq", "person")
WORD = re.compile(r"[\w.:/{}<>*+-]{1,120}")  # an id, a route, a name of a class: nothing with a blank, and no sentence
OURS = ("server", "sensors", "rules")
SENTENCES = frozenset({"event"})  # written by us, or else taken away in `_only_what_is_allowed`

request_log = structlog.get_logger("server.request")


def set_up(level: str, form: Literal["auto", "json", "text"], out: TextIO | None = None) -> None:
    """Every log of this process goes to `out` (standard error), one line each: JSON where no person reads along."""
    stream = sys.stderr if out is None else out
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_chain(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(as_json, stream)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # of libraries only what went wrong
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


@web.middleware
async def one_line(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line a request: its route and not its address, for in that may stand a token or a query."""
    return await timed(request, handler, _write)


def _write(request: web.Request, status: int, seconds: float) -> None:
    ids = {name: request.match_info[name] for name in OF_THE_ADDRESS if name in request.match_info}
    write = request_log.info if status < 500 else request_log.error
    write("request", method=request.method, route=route_of(request), status=status, ms=round(1000 * seconds, 1), **ids)


def _chain() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _trouble_without_its_words,
        _only_what_is_allowed,
    ]


def _renderer(as_json: bool, stream: TextIO) -> Any:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), timestamp_key="time")


def _trouble_without_its_words(_logger: Any, _method: str, event: Event) -> Event:
    """Of an exception its class and where it came from: its words may hold a row of the database, or a password."""
    trouble = event.pop("exc_info", None)
    if trouble is True:
        trouble = sys.exc_info()
    if isinstance(trouble, BaseException):
        trouble = (type(trouble), trouble, trouble.__traceback__)
    if isinstance(trouble, tuple) and trouble[0] is not None:
        event["why"] = trouble[0].__name__
        event["frames"] = _frames(trouble[2])
    return event


def _only_what_is_allowed(_logger: Any, _method: str, event: Event) -> Event:
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and not record.name.startswith(OURS):
        # A library writes what it likes into its sentence, an address or a whole statement: only who spoke is kept.
        event["event"], event["where"] = "a library spoke", f"{record.module}:{record.lineno}"
    kept = {name: _plain(name, value) for name, value in event.items() if name in FIELDS}
    return {**kept, **{name: value for name, value in event.items() if name in ("_record", "_from_structlog")}}


def _plain(name: str, value: Any) -> Any:
    if name in SENTENCES:
        return str(value)[:300]
    if value is None or isinstance(value, int | float):
        return value
    if name == "frames":
        return value
    return value if isinstance(value, str) and WORD.fullmatch(value) else "(odd)"


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-8:]]


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 3)[-3:])


# Before `set_up`, and where nobody calls it, events go the way of every other log and not to standard output.
structlog.configure(
    processors=[*_chain(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
