"""Paging: every list is given a page at a time; `next` is where the following page begins, null at the end."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiohttp import web

from server.api import forms
from server.problem import Problem

T = TypeVar("T")
USUAL, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Page:
    """What was asked for: `after` is the key of the last item of the page before, None for the first page."""

    limit: int
    after: Any


def asked(request: web.Request, *kinds: type) -> Page:
    """`kinds` are those of the parts of a key. Raises Problem 422 for a limit or a place that is none."""
    limit = forms.whole_number(request.query.get("limit", str(USUAL)), "limit")
    if not 1 <= limit <= MOST:
        raise Problem(422, "Not a page", f"limit must be between 1 and {MOST}.")
    place = request.query.get("after")
    return Page(limit, None if place is None else _key(place, kinds))


def cut(
    ordered: Iterable[T], key: Callable[[T], list[Any]], page: Page, *, ascending: bool = False
) -> tuple[list[T], str | None]:
    """One page of items that lie in the order of their key, the greatest first, and where the next one begins."""
    rest = [item for item in ordered if page.after is None or _follows(key(item), page.after, ascending)]
    found = rest[: page.limit]
    return found, place(key(found[-1])) if len(rest) > len(found) else None


def _follows(key: list[Any], after: list[Any], ascending: bool) -> bool:
    return key > after if ascending else key < after


def moment(page: Page) -> tuple[datetime, str] | None:
    """The place of a list that lies by a time and an id. Raises Problem 422."""
    if page.after is None:
        return None
    at, name = page.after
    try:
        found = datetime.fromisoformat(at)
        found.astimezone(UTC)
    except (ValueError, OverflowError) as why:
        raise no_place() from why
    if found.tzinfo is None:
        raise no_place()
    return found, name


def place(key: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _key(place: str, kinds: tuple[type, ...]) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    except (binascii.Error, ValueError, RecursionError) as why:
        raise no_place() from why
    if not isinstance(found, list) or [type(part) for part in found] != list(kinds):
        raise no_place()
    return found


def no_place() -> Problem:
    return Problem(422, "Not a page", "after must be the `next` of the page before.")
