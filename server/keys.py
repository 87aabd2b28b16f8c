"""Keys: the few things that every request may need, put there once by app.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from server.reading.readers import Readers
from server.reviewer import Reviewer
from server.storage.desk import Desk

DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)
REVIEWER: web.AppKey[Reviewer] = web.AppKey("reviewer", Reviewer)
READERS: web.AppKey[Readers] = web.AppKey("readers", Readers)
CLOCK: web.AppKey[Callable[[], datetime]] = web.AppKey("clock")
NEW_TOKEN: web.AppKey[Callable[[], str]] = web.AppKey("new_token")
ZONE: web.AppKey[str] = web.AppKey("zone", str)  # the clinic's time zone, for whoever chose none
NOTICE: web.AppKey[str] = web.AppKey("notice", str)  # a sentence on every page, such as "a demonstration"

LOGIN_COOKIE = "stridegate_login"
