"""Second factor: what is asked after the password, as a code or as a passkey."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session

from server import access
from server.api import forms
from server.keys import CLOCK, DESK, KEYRING, NEW_TOKEN
from server.pages import frame
from server.pages.reader import N_
from server.people import credentials, factors, logins, passkeys
from server.people.keyring import Keyring
from server.people.logins import LASTS
from server.people.passkeys import Site
from server.problem import Problem
from server.storage import doors
from server.storage.people import Person

WRONG = N_("This code is not right, or it was used already.")


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /second-factor."""
    return await _page(request)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /second-factor: a code of the app, or one of the recovery codes."""
    code = str((await request.post()).get("code", ""))[:64]
    shown, now, new = credentials.login(request) or "", request.app[CLOCK](), request.app[NEW_TOKEN]()
    desk, address = request.app[DESK], request.remote or ""
    await desk.write(_knock, shown, address, request.app[NEW_TOKEN](), now)
    person = await desk.write(_give_code, request.app[KEYRING], shown, new, code, now)
    if person is None:
        return await _page(request, status=401, trouble=WRONG)
    reply = web.HTTPSeeOther("/")
    credentials.give(reply, request, new, LASTS[person.role][1])
    raise reply


async def passkey_question(request: web.Request) -> web.StreamResponse:
    """POST /second-factor/passkey/question: what the script asks the key."""
    shown, challenge = credentials.login(request) or "", request.app[NEW_TOKEN]()
    text = await request.app[DESK].write(_question, shown, site(request), challenge, request.app[CLOCK]())
    return web.json_response(text=text)


async def passkey_answer(request: web.Request) -> web.StreamResponse:
    """POST /second-factor/passkey: 200 with the new login, or 401."""
    reply = await forms_json(request)
    shown, now, new = credentials.login(request) or "", request.app[CLOCK](), request.app[NEW_TOKEN]()
    desk, address = request.app[DESK], request.remote or ""
    await desk.write(_knock, shown, address, request.app[NEW_TOKEN](), now)
    person = await desk.write(_give_passkey, shown, new, reply, site(request), now)
    if person is None:
        raise Problem(401, "Not this key", "The passkey was not recognised; try again, or use a code.")
    done = web.json_response({"go": "/"})
    credentials.give(done, request, new, LASTS[person.role][1])
    return done


def site(request: web.Request) -> Site:
    return Site(host=request.url.host or "", origin=str(request.url.origin()))


async def forms_json(request: web.Request) -> dict[str, Any]:
    """The answer of a browser's key. Raises Problem 400 or 413."""
    raw = await request.read()
    if len(raw) > forms.BODY_BYTES:
        raise Problem(413, "Too large", f"A document holds at most {forms.BODY_BYTES} bytes.")
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as why:
        raise Problem(400, "Not JSON", "The body cannot be read as JSON.") from why
    if not isinstance(said, dict):
        raise Problem(400, "Not an object", "The body must be a JSON object.")
    return said


async def _page(request: web.Request, status: int = 200, trouble: str | None = None) -> web.StreamResponse:
    person, has_passkey = await request.app[DESK].read(_facts, credentials.login(request), request.app[CLOCK]())
    await frame.reader_for(request, person)
    return frame.page(
        request, "second_factor.html", status=status, person=person, trouble=trouble, has_passkey=has_passkey
    )


def _facts(db: Session, shown: str | None, now: datetime) -> tuple[Person, bool]:
    person, _ = access.login_of(db, shown, now)
    return person, bool(doors.factors_of(db, person.id, "passkey"))


def _knock(db: Session, shown: str, address: str, try_id: str, now: datetime) -> None:
    person, _ = access.login_of(db, shown, now)
    logins.knock_again(db, person.id, address, try_id, now)


def _give_code(db: Session, keyring: Keyring, shown: str, new: str, code: str, now: datetime) -> Person | None:
    person, login = access.login_of(db, shown, now)
    kind = factors.check(db, keyring, person.id, code, now)
    if kind is None:
        logins.refused(db, person.id, "second factor refused", login.address, now)
        return None
    logins.complete(db, shown, new, login, kind, now)
    return person


def _question(db: Session, shown: str, where: Site, challenge: str, now: datetime) -> str:
    person, _ = access.login_of(db, shown, now)
    return passkeys.question(db, shown, person.id, where, challenge)


def _give_passkey(
    db: Session, shown: str, new: str, reply: dict[str, Any], where: Site, now: datetime
) -> Person | None:
    person, login = access.login_of(db, shown, now)
    if not passkeys.check(db, shown, login, reply, where, now):
        logins.refused(db, person.id, "second factor refused", login.address, now)
        return None
    logins.complete(db, shown, new, login, "passkey", now)
    return person
