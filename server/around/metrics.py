"""Metrics: the few numbers an operator watches, as Prometheus reads them, for this machine or with a token."""

from __future__ import annotations

import hmac
import math
import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from rules.version import RULES_VERSION
from server.around import proxy
from server.around.timed import method_of, route_of
from server.problem import not_found
from server.storage import outbox
from server.storage.desk import Desk
from server.storage.tables.alerts import OutboxRow
from server.storage.tables.arrivals import ReviewRequestRow

# The age in seconds of the oldest thing that waits; None where nothing does.
Waiting = Callable[[Session, datetime], float | None]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
WAYS_IN = ("/enter/", "/login", "/second-factor", "/api/v1/pairings", "/pair")


def oldest_unreviewed(db: Session, now: datetime) -> float | None:
    """Of what arrived and was not judged; what cannot be read at all waits for a newer decoder and is left out."""
    waits = col(ReviewRequestRow.done_at).is_(None), col(ReviewRequestRow.trouble).is_(None)
    since = db.exec(select(func.min(ReviewRequestRow.requested_at)).where(*waits)).one()
    return None if since is None else max(0.0, (now - since).total_seconds())


def oldest_unsent(db: Session, now: datetime) -> float | None:
    """Of the letters that should have gone by now; one that may wait until the morning is not due."""
    since = db.exec(select(func.min(OutboxRow.due_at)).where(col(OutboxRow.due_at) <= now)).one()
    return None if since is None else max(0.0, (now - since).total_seconds())


@dataclass
class Metrics:
    """What is counted in this process; `waiting` is asked of the database when somebody looks."""

    registry: CollectorRegistry = field(default_factory=lambda: CollectorRegistry(auto_describe=True))
    waiting: dict[str, Waiting] = field(default_factory=lambda: {"review": oldest_unreviewed, "outbox": outbox.oldest})

    def __post_init__(self) -> None:
        self._of: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}  # methods, routes and statuses have an end
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "stridegate_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "stridegate_request_seconds", "Time to an answer.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self.database_seconds = Histogram(
            "stridegate_database_seconds",
            "Time of a transaction, its wait for the disk included.",
            ("kind",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.reviews = Counter(
            "stridegate_reviews", "Runs taken up, measured or found unreadable.", ("outcome",), registry=self.registry
        )
        self.login_failures = Counter(
            "stridegate_login_failures", "Tries to come in that were refused.", ("route",), registry=self.registry
        )
        self.database_up = Gauge(
            "stridegate_database_up", "Whether the database answered just now.", registry=self.registry
        )
        self.oldest = Gauge(
            "stridegate_oldest_waiting_seconds", "Age of the oldest that waits.", ("what",), registry=self.registry
        )
        self.build = Gauge(
            "stridegate_build_info",
            "Always 1; what runs here.",
            ("rules_version", "python_version", "sqlite_version"),
            registry=self.registry,
        )
        self.build.labels(RULES_VERSION, platform.python_version(), sqlite3.sqlite_version).set(1)
        for outcome in ("measured", "unreadable"):
            self.reviews.labels(outcome)

    def count(self, request: web.Request, status: int, seconds: float) -> None:
        """Count each answer under the route's template: an address of its own for each runner would have no end."""
        route = route_of(request)
        answered, took = self._kept(method_of(request), route, status)
        answered.inc()
        took.observe(seconds)
        if _is_refused_entry(request, route, status):
            self.login_failures.labels(route).inc()

    def _kept(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        """What counts such an answer, and its time; to ask the registry for them takes longer than to count."""
        kept = self._of.get((method, route, status))
        if kept is None:
            kept = self.requests.labels(method, route, str(status)), self.request_seconds.labels(route)
            self._of[method, route, status] = kept
        return kept

    def watch(self, desk: Desk) -> None:
        of = cache(self.database_seconds.labels)
        desk.timed = lambda kind, seconds: of(kind).observe(seconds)

    async def told(self, desk: Desk, now: datetime) -> bytes:
        """Everything as text; what waits is looked up now, and is not known while the database is away."""
        try:
            ages: dict[str, float | None] = await desk.read(self._ages, now)
            self.database_up.set(1)
        except SQLAlchemyError:
            ages = dict.fromkeys(self.waiting, math.nan)
            self.database_up.set(0)
        for what, age in ages.items():
            self.oldest.labels(what).set(age or 0.0)
        return generate_latest(self.registry)

    def _ages(self, db: Session, now: datetime) -> dict[str, float | None]:
        return {what: age(db, now) for what, age in self.waiting.items()}


METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
METRICS_TOKEN: web.AppKey[SecretStr] = web.AppKey("metrics_token", SecretStr)


def refuse_strangers(request: web.Request) -> None:
    """Only this machine and whoever has the token see the numbers. Raises Problem 404."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    token = request.app.get(METRICS_TOKEN)
    if token is not None and scheme.lower() == "bearer":
        if hmac.compare_digest(said.encode(), token.get_secret_value().encode()):
            return
    elif proxy.is_from_this_machine(request):
        return
    raise not_found()


def text_response(body: bytes) -> web.Response:
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_refused_entry(request: web.Request, route: str, status: int) -> bool:
    is_try = request.method == "POST" or route.startswith("/enter/")
    return is_try and route.startswith(WAYS_IN) and 400 <= status < 500
