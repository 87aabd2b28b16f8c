"""Keys: the few things that every request may need, put there once by app.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from server.care.lately import Lately
from server.gateways.live import Live
from server.gateways.quota import Quota
from server.jobs import Jobs
from server.people.keyring import Keyring
from server.people.passwords import Passwords
from server.reading.readers import Readers
from server.reviewer import Reviewer
from server.storage.desk import Desk
from server.storage.people import Person

DESK: web.AppKey[Desk] = web.AppKey("desk", Desk)
REVIEWER: web.AppKey[Reviewer] = web.AppKey("reviewer", Reviewer)
READERS: web.AppKey[Readers] = web.AppKey("readers", Readers)
LATELY: web.AppKey[Lately] = web.AppKey("lately", Lately)
LIVE: web.AppKey[Live] = web.AppKey("live", Live)
QUOTA: web.AppKey[Quota] = web.AppKey("quota", Quota)
CLOCK: web.AppKey[Callable[[], datetime]] = web.AppKey("clock")
NEW_TOKEN: web.AppKey[Callable[[], str]] = web.AppKey("new_token")
ZONE: web.AppKey[str] = web.AppKey("zone", str)  # the clinic's time zone, for whoever chose none
PASSWORDS: web.AppKey[Passwords] = web.AppKey("passwords", Passwords)
KEYRING: web.AppKey[Keyring] = web.AppKey("keyring", Keyring)
FACTOR_ASKED: web.AppKey[bool] = web.AppKey("factor_asked", bool)  # of physios and administrators
JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)
NOTICE: web.AppKey[str] = web.AppKey("notice", str)  # a sentence on every page, such as "a demonstration"
RUNNER: web.RequestKey[Person | None] = web.RequestKey("runner")  # whom its address names, and whoever asks may see
MARK: web.RequestKey[int | None] = web.RequestKey("mark")  # the database's, when the request began
OPENAPI: web.AppKey[bytes] = web.AppKey("openapi", bytes)
