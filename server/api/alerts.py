"""Alerts over HTTP: what a person must hear, and what they did with it; and the door for a browser's web push."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Annotated, Any

from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import Field
from sqlmodel import Session

from rules.signs.alert_kinds import Urgency
from server import access, alerts, audit
from server.api import forms
from server.keys import CLOCK, DESK, JOBS
from server.letters.channel import BadChannel
from server.letters.channels import CHANNELS
from server.people import credentials
from server.problem import Problem, not_found
from server.storage import alerts as kept
from server.storage import channels
from server.storage.alerts import Hearing
from server.storage.channels import Way

MOST = 200
DONE = ("seen", "snooze", "acknowledge")


class SnoozeForm(forms.Form):
    hours: Annotated[float, Field(gt=0, le=14 * 24)] = 4


class SubscriptionKeys(forms.Form):
    p256dh: Annotated[str, Field(min_length=1, max_length=200)]
    auth: Annotated[str, Field(min_length=1, max_length=100)]


class SubscriptionForm(forms.Form):
    """As a browser's PushSubscription writes itself."""

    endpoint: Annotated[str, Field(min_length=1, max_length=1000)]
    keys: SubscriptionKeys


async def listed(request: web.Request) -> web.Response:
    """GET alerts: the newest first, `limit` (50) at a time, after `after`; `state` is open (as without it) or all."""
    limit = max(1, min(forms.whole_number(request.query.get("limit", "50"), "limit"), MOST))
    state = request.query.get("state", "open")
    if state not in ("open", "all"):
        raise Problem(422, "Not acceptable", "state must be open or all.")
    after = _cursor(request.query.get("after"))
    login, now = credentials.shown(request), request.app[CLOCK]()
    found = await request.app[DESK].read(_listed, login, now, limit, state == "open", after)
    last = found[-1].episode if len(found) == limit else None
    visible = await request.app[DESK].read(_allowed, found, now)
    return web.json_response(
        {
            "alerts": [_shown(one, now) for one in visible],
            "next": f"{forms.utc_text(last.raised_at)}~{last.id}" if last else None,
        }
    )


async def seen(request: web.Request) -> web.Response:
    """POST alerts/{id}/seen: 200."""
    return await _mark(request, "seen", timedelta())


async def snooze(request: web.Request) -> web.Response:
    """POST alerts/{id}/snooze: 200; it is unread again after `hours` (4)."""
    form = await forms.body(request, SnoozeForm) if request.can_read_body else SnoozeForm()
    return await _mark(request, "snooze", timedelta(hours=form.hours))


async def acknowledge(request: web.Request) -> web.Response:
    """POST alerts/{id}/acknowledge: 200; the person takes it upon them."""
    return await _mark(request, "acknowledge", timedelta())


async def web_push_key(request: web.Request) -> web.Response:
    """GET web-push/key: the server's key, for PushManager.subscribe. 404 where this server has none."""
    vapid = request.app[JOBS].postman.outward.vapid
    if vapid is None:
        raise not_found()
    point = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return web.json_response({"key": base64.urlsafe_b64encode(point).decode().rstrip("=")})


async def subscribe(request: web.Request) -> web.Response:
    """POST web-push/subscriptions: 201; the same browser again replaces itself."""
    form = await forms.body(request, SubscriptionForm)
    postman = request.app[JOBS].postman
    channel = CHANNELS["web_push"]
    try:
        config = channel.check({"endpoint": form.endpoint, **form.keys.model_dump()}, postman.outward)
    except BadChannel as why:
        raise Problem(422, "Not acceptable", str(why)) from why
    new = hashlib.sha256(form.endpoint.encode()).hexdigest()[:16]
    sealed = postman.keyring.seal(json.dumps(config))
    login, now = credentials.shown(request), request.app[CLOCK]()
    await request.app[DESK].write(_subscribe, login, now, new, channel.provider(config), channel.shown(config), sealed)
    return web.json_response({"channel": new}, status=201)


def mark(db: Session, login: str | None, now: datetime, alert_id: str, what: str, hours: timedelta) -> Hearing:
    """What a person did with an alert that they hear. Raises Problem 401 or 404."""
    person = access.person_of(db, login, now)
    heard = kept.hearing_by_id(db, alert_id, person.id)
    if heard is None or not alerts.may_hear(db, heard.episode.runner_id, person.id, now):
        raise not_found()
    kept.mark(
        db,
        heard,
        seen_at=now,
        snoozed_until=now + hours if what == "snooze" else None,
        acknowledged_at=now if what == "acknowledge" else None,
    )
    runner_id = heard.episode.runner_id if heard.episode.runner_id != kept.SERVER else None
    words = {"alert": alert_id, "code": heard.episode.code}
    audit.note(db, person.id, f"alert {what}", words, now, runner_id=runner_id)
    db.flush()
    marked = kept.hearing_by_id(db, alert_id, person.id)
    assert marked is not None  # noqa: S101  # it was there a moment ago, in the same transaction  # nosec B101
    return marked


async def _mark(request: web.Request, what: str, hours: timedelta) -> web.Response:
    login, now = credentials.shown(request), request.app[CLOCK]()
    marked = await request.app[DESK].write(mark, login, now, request.match_info["alert"], what, hours)
    return web.json_response(_shown(marked, now))


def _listed(
    db: Session, login: str | None, now: datetime, limit: int, only_open: bool, after: tuple[datetime, str] | None
) -> list[Hearing]:
    person = access.person_of(db, login, now)
    return kept.hearings_of(db, person.id, limit, only_open=only_open, after=after)


def _allowed(db: Session, found: list[Hearing], now: datetime) -> list[Hearing]:
    """Those of runners whom the person may still see."""
    return [one for one in found if alerts.may_hear(db, one.episode.runner_id, one.person_id, now)]


def _subscribe(db: Session, login: str | None, now: datetime, new: str, provider: str, shown: str, sealed: str) -> None:
    person = access.person_of(db, login, now)
    channels.remove(db, person.id, new)
    db.flush()
    way = Way(person_id=person.id, id=new, kind="web_push", provider=provider, shown=shown, sealed=sealed)
    channels.add(db, way, now)
    audit.note(db, person.id, "channel added", {"channel": new, "kind": "web_push"}, now)


def _shown(one: Hearing, now: datetime) -> dict[str, Any]:
    episode = one.episode
    return {
        "id": episode.id,
        "runner": episode.runner_id if episode.runner_id != kept.SERVER else None,
        "code": episode.code,
        "urgency": Urgency(episode.urgency).name,
        "words": one.words,
        "session": episode.session_id,
        "raised_at": forms.utc_text(episode.raised_at),
        "closed_at": episode.closed_at and forms.utc_text(episode.closed_at),
        "unread": one.is_unread(now),
        "seen_at": one.seen_at and forms.utc_text(one.seen_at),
        "snoozed_until": one.snoozed_until and forms.utc_text(one.snoozed_until),
        "acknowledged_at": one.acknowledged_at and forms.utc_text(one.acknowledged_at),
        "baseline_at": episode.baseline_at and forms.utc_text(episode.baseline_at),
    }


def _cursor(text: str | None) -> tuple[datetime, str] | None:
    if not text:
        return None
    at, _, last = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as why:
        raise Problem(422, "Not acceptable", "This cursor was not made by this server.") from why
    if moment.tzinfo is None:
        raise Problem(422, "Not acceptable", "This cursor was not made by this server.")
    return moment, last
