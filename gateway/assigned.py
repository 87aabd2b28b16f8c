"""Assigned: which sensor the server says is whose, kept on this disk for the days on which it is away."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import msgspec

from gateway.private import write_private
from gateway.roster import Assignment

FILE_NAME = "assignments.json"
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

log = logging.getLogger(__name__)


class _One(msgspec.Struct, frozen=True):
    sensor: Text
    runner: Text
    nickname: Annotated[str, msgspec.Meta(max_length=200)] = ""


class _Kept(msgspec.Struct, frozen=True):
    server: str
    assignments: tuple[_One, ...]


def understood(answer: dict[str, Any]) -> tuple[Assignment, ...] | None:
    """The assignments in a server's answer to a heartbeat; None where it says nothing of them that can be read."""
    if "assignments" not in answer:
        return None
    try:
        return _plain(msgspec.convert(answer["assignments"], tuple[_One, ...]))
    except msgspec.ValidationError as why:
        log.warning("which sensor is whose cannot be read in the server's answer: %s", why)
        return None


def keep(folder: Path, server: str, assignments: tuple[Assignment, ...]) -> None:
    """Raises OSError."""
    kept = _Kept(server, tuple(_One(one.sensor, one.runner, one.nickname) for one in assignments))
    write_private(folder / FILE_NAME, msgspec.json.format(msgspec.json.encode(kept)).decode() + "\n")


def known(folder: Path, server: str | None) -> tuple[Assignment, ...]:
    """What this server said last. A file that is damaged says nothing: the next heartbeat brings a new one."""
    try:
        kept = msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return ()
    return _plain(kept.assignments) if kept.server == server else ()


def _plain(some: tuple[_One, ...]) -> tuple[Assignment, ...]:
    return tuple(
        Assignment(sensor=one.sensor, runner=one.runner, nickname="".join(filter(str.isprintable, one.nickname)))
        for one in some
    )
