"""Logs: what happened, in ids and numbers; no name, no secret and no value of a body can get in."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import traceback
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TextIO

import msgspec
import structlog

Event = MutableMapping[str, Any]

# Only these come through, whatever somebody passes; each is an id, a number or a word of ours.
FIELDS = frozenset(
    {
        *("event", "level", "time", "logger", "where", "why", "frames"),
        *("method", "route", "status", "ms", "request", "capture", "seq", "runner", "person", "gateway", "run"),
        *("alert", "channel", "kind", "count", "attempt", "outcome", "version", "revision", "database", "seconds"),
    }
)
WORD = re.compile(r"[\w.:/{}<>*+-]{1,120}")  # an id, a route, a name of a class: nothing with a blank, and no sentence
OURS = ("server", "sensors", "rules")
LEVELS = {"info": logging.INFO, "error": logging.ERROR}
SENTENCES = frozenset({"event"})  # written by us, or else taken away in `_only_what_is_allowed`


_encode = msgspec.json.Encoder(enc_hook=repr).encode


def _as_json(_logger: Any, _method: str, event: Event) -> str:
    return _encode(event).decode()


@dataclass(slots=True)
class _Shortcut:
    """The way of `say`, once `set_up` knows where everything goes."""

    stream: TextIO | None = None
    render: Callable[[Any, str, Event], str] = _as_json


_shortcut = _Shortcut()


def set_up(level: str, form: Literal["auto", "json", "text"], out: TextIO | None = None) -> None:
    """Every log of this process goes to `out` (standard error), one line each: JSON where no person reads along."""
    stream = sys.stderr if out is None else out
    as_json = form == "json" or (form == "auto" and not stream.isatty())
    as_text = structlog.dev.ConsoleRenderer(colors=stream.isatty(), timestamp_key="time")
    render = _as_json if as_json else as_text
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *_chain()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # of libraries only what went wrong
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    _shortcut.stream, _shortcut.render = stream, render


def say(log: logging.Logger, level: Literal["info", "error"], event: str, **facts: Any) -> None:
    """For what is said at every request, in a fifth of the time; whoever calls it answers for the values (`plain`).

    Nothing of the standard library stands in its way, but for whoever set up logs otherwise.
    """
    if not log.isEnabledFor(LEVELS[level]):
        return
    if _shortcut.stream is None:
        getattr(structlog.get_logger(log.name), level)(event, **facts)
        return
    whole = {"event": event, "logger": log.name, "level": level, "time": _now(), **facts}
    with contextlib.suppress(OSError, ValueError):  # a log that cannot be written is no reason to answer nobody
        _shortcut.stream.write(_shortcut.render(log, level, whole) + "\n")
        _shortcut.stream.flush()


def _now() -> str:
    return datetime.now(UTC).isoformat().removesuffix("+00:00") + "Z"


def _chain() -> list[Any]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _trouble_without_its_words,
        _only_what_is_allowed,
    ]


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
    kept = {name: plain(name, value) for name, value in event.items() if name in FIELDS}
    return {**kept, **{name: value for name, value in event.items() if name in ("_record", "_from_structlog")}}


def plain(name: str, value: Any) -> Any:
    """The value as it may stand in a log; "(odd)" where it might be more than an id, a number or a word of ours."""
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
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        *_chain(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
