"""Account: one's own password, second factors, browsers that are logged in, and tokens for programs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
import segno
from aiohttp import web
from markupsafe import Markup
from sqlmodel import Session

from server import access, audit
from server.keys import CLOCK, DESK, FACTOR_ASKED, KEYRING, NEW_TOKEN, PASSWORDS
from server.pages import device_words, frame, scope_words
from server.pages.reader import N_, Reader
from server.pages.second_factor import forms_json, site
from server.people import credentials, factors, logins, names, passkeys, passwords, tokens
from server.people.keyring import Keyring
from server.people.logins import LASTS
from server.problem import Problem, not_found
from server.storage import doors, programs
from server.storage import logins as kept
from server.storage.doors import Password
from server.storage.logins import Login
from server.storage.people import Person

NOT_THE_APPS = N_("This code is not the app's; look whether its clock is right.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the page shows of a person to themselves."""

    person: Person
    login: Login
    password: Password | None
    factors: list[doors.Factor]
    waiting_app: str | None
    codes_left: int
    logins: list[Login]
    tokens: list[programs.ProgramToken]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /account."""
    return await _page(request)


async def set_password(request: web.Request) -> web.StreamResponse:
    """POST /account/password: every other login ends, and this one goes on under a new name."""
    fields = {name: str(value) for name, value in (await request.post()).items()}
    shown, now, new = credentials.login(request) or "", request.app[CLOCK](), request.app[NEW_TOKEN]()
    desk = request.app[DESK]
    own = await desk.read(_own, request.app[KEYRING], shown, now)
    _may_change(own)
    if _asks_for_the_old_one(own):
        await _right(request, own, fields.get("old", ""))
    name = names.login_name(fields.get("login_name", "")) or (own.password.login_name if own.password else "")
    if trouble := _trouble(request, own, name, fields):
        return await _page(request, status=422, trouble=trouble)
    argon2id = await request.app[PASSWORDS].hash(fields["new"])
    password = Password(person_id=own.person.id, login_name=name, argon2id=argon2id, set_at=now)
    if not await desk.write(_keep_password, shown, new, password, now):
        return await _page(request, status=409, trouble=N_("Somebody else has this login name; choose another one."))
    return _renewed(request, own.person, new, "/")


async def begin_app(request: web.Request) -> web.StreamResponse:
    """POST /account/app: the picture that the app reads."""
    secret, factor_id = pyotp.random_base32(), request.app[NEW_TOKEN]()[:16]
    shown, now = credentials.login(request) or "", request.app[CLOCK]()
    await request.app[DESK].write(_begin_app, request.app[KEYRING], shown, factor_id, secret, now)
    return await _page(request)


async def confirm_app(request: web.Request) -> web.StreamResponse:
    """POST /account/app/confirm: the first code; with it come ten recovery codes, shown this once."""
    code = str((await request.post()).get("code", ""))[:64]
    shown, now, new = credentials.login(request) or "", request.app[CLOCK](), request.app[NEW_TOKEN]()
    desk = request.app[DESK]
    await desk.write(_knock, shown, request.remote or "", request.app[NEW_TOKEN](), now)
    codes = factors.new_codes(secrets.SystemRandom().choice)
    is_right = await desk.write(_confirm_app, request.app[KEYRING], shown, new, code, codes, now)
    if not is_right:
        return await _page(
            request, status=422, trouble=N_("This code is not the app's; look whether its clock is right.")
        )
    return await _page_with_codes(request, new, codes, now)


async def passkey_question(request: web.Request) -> web.StreamResponse:
    """POST /account/passkey/question: what the script asks the key."""
    shown, challenge = credentials.login(request) or "", request.app[NEW_TOKEN]()
    text = await request.app[DESK].write(_passkey_question, shown, site(request), challenge, request.app[CLOCK]())
    return web.json_response(text=text)


async def add_passkey(request: web.Request) -> web.StreamResponse:
    """POST /account/passkey: 200 once its public key is kept."""
    reply = await forms_json(request)
    shown, now, new = credentials.login(request) or "", request.app[CLOCK](), request.app[NEW_TOKEN]()
    factor_id = request.app[NEW_TOKEN]()[:16]
    person = await request.app[DESK].write(_add_passkey, shown, new, reply, site(request), factor_id, now)
    done = web.json_response({"go": "/account?added=passkey"})
    credentials.give(done, request, new, LASTS[person.role][1])
    return done


async def new_codes(request: web.Request) -> web.StreamResponse:
    """POST /account/recovery: ten new codes in the place of the old ones, shown this once."""
    codes = factors.new_codes(secrets.SystemRandom().choice)
    shown, now = credentials.login(request) or "", request.app[CLOCK]()
    await request.app[DESK].write(_new_codes, shown, codes, now)
    return await _page(request, codes=codes)


async def remove_factor(request: web.Request) -> web.StreamResponse:
    shown, now, asked = credentials.login(request) or "", request.app[CLOCK](), request.app[FACTOR_ASKED]
    await request.app[DESK].write(_remove_factor, shown, request.match_info["factor"], asked, now)
    raise web.HTTPSeeOther("/account")


async def end_login(request: web.Request) -> web.StreamResponse:
    shown, now = credentials.login(request) or "", request.app[CLOCK]()
    await request.app[DESK].write(_end_login, shown, request.match_info["login"], now)
    raise web.HTTPSeeOther("/account")


async def end_others(request: web.Request) -> web.StreamResponse:
    """POST /account/logins/end: every login but this one."""
    await request.app[DESK].write(_end_others, credentials.login(request) or "", request.app[CLOCK]())
    raise web.HTTPSeeOther("/account")


async def make_token(request: web.Request) -> web.StreamResponse:
    """POST /account/tokens: the page shows the token, this once."""
    fields = await request.post()
    name, scopes = str(fields.get("name", "")), [str(value) for value in fields.getall("scope", [])]
    token, token_id = f"{tokens.PREFIX}{request.app[NEW_TOKEN]()}", request.app[NEW_TOKEN]()[:16]
    shown, now = credentials.login(request) or "", request.app[CLOCK]()
    await request.app[DESK].write(_make_token, shown, token, token_id, name, scopes, now)
    return await _page(request, token=token)


async def revoke_token(request: web.Request) -> web.StreamResponse:
    shown, now = credentials.login(request) or "", request.app[CLOCK]()
    await request.app[DESK].write(_revoke_token, shown, request.match_info["token_id"], now)
    raise web.HTTPSeeOther("/account")


async def _page(
    request: web.Request,
    status: int = 200,
    trouble: str | None = None,
    codes: list[str] | None = None,
    token: str | None = None,
) -> web.Response:
    shown, now = credentials.login(request) or "", request.app[CLOCK]()
    own = await request.app[DESK].read(_own, request.app[KEYRING], shown, now)
    reader = await frame.reader_for(request, own.person)
    facts = _facts(own, reader, asked=request.app[FACTOR_ASKED], now=now)
    return frame.page(request, "account.html", status=status, trouble=trouble, codes=codes, token=token, **facts)


async def _page_with_codes(request: web.Request, new: str, codes: list[str], now: datetime) -> web.Response:
    own = await request.app[DESK].read(_own, request.app[KEYRING], new, now)
    reader = await frame.reader_for(request, own.person)
    facts = _facts(own, reader, asked=request.app[FACTOR_ASKED], now=now)
    answer = frame.page(request, "account.html", login_token=new, trouble=None, codes=codes, token=None, **facts)
    credentials.give(answer, request, new, LASTS[own.person.role][1])
    return answer


def _facts(own: Own, reader: Reader, *, asked: bool, now: datetime) -> dict[str, Any]:
    is_asked = asked and own.person.role in logins.STAFF
    return {
        "person": own.person,
        "own": own,
        "may_change": own.login.is_whole or not any(factor.confirmed_at for factor in own.factors),
        "asks_old": _asks_for_the_old_one(own),
        "factor_asked": is_asked,
        "least": passwords.LEAST if is_asked or own.factors else passwords.LEAST_ALONE,
        "picture": own.waiting_app and Markup(segno.make(own.waiting_app).svg_inline(scale=5, border=2)),  # noqa: S704  # drawn by us, from letters of base32  # nosec B704
        "secret": own.waiting_app and pyotp.parse_uri(own.waiting_app).secret,
        "scopes": scope_words.offered(reader),
        "device": lambda text: device_words.words(text, reader),
        "since": lambda moment: reader.ago(moment, now),
    }


async def _right(request: web.Request, own: Own, old: str) -> None:
    """The password that is to be changed was typed rightly. Raises Problem 403 or 429."""
    desk, now = request.app[DESK], request.app[CLOCK]()
    await desk.write(logins.knock_again, own.person.id, request.remote or "", request.app[NEW_TOKEN](), now)
    if not await request.app[PASSWORDS].is_right(old, own.password.argon2id if own.password else None):
        await desk.write(logins.refused, own.person.id, "password change refused", request.remote or "", now)
        raise Problem(403, "Not your password", "The password that you have now was not right.")


def _trouble(request: web.Request, own: Own, name: str, fields: dict[str, str]) -> str | None:
    if not 3 <= len(name) <= names.MOST:
        return N_("The login name needs 3 to 64 letters.")
    if fields.get("new", "") != fields.get("again", ""):
        return N_("The two new passwords differ.")
    is_asked = request.app[FACTOR_ASKED] and own.person.role in logins.STAFF
    alone = not is_asked and not any(factor.confirmed_at for factor in own.factors)
    return passwords.complaint(fields.get("new", ""), names=(own.person.name, name, factors.ISSUER), alone=alone)


def _own(db: Session, keyring: Keyring, shown: str, now: datetime) -> Own:
    person, login = access.login_of(db, shown, now)
    return Own(
        person=person,
        login=login,
        password=doors.password_of(db, person.id),
        factors=[one for one in doors.factors_of(db, person.id, "app", "passkey") if one.confirmed_at],
        waiting_app=factors.waiting_app(db, keyring, person),
        codes_left=factors.codes_left(db, person.id),
        logins=kept.of(db, person.id, now),
        tokens=programs.of(db, person.id, now),
    )


def _may_change(own: Own) -> None:
    """Half a login changes nothing of somebody who has a second factor: they show it first. Raises Problem 403."""
    if not own.login.is_whole and own.factors:
        raise Problem(403, "A second factor first", "Show your second factor, and then go on.")


def _asks_for_the_old_one(own: Own) -> bool:
    """Whoever came by a link of this hour forgot it, or never had one."""
    by_link = own.login.came_by == "reset" and (own.password is None or own.password.set_at < own.login.created_at)
    return own.password is not None and not by_link


def _keep_password(db: Session, shown: str, new: str, password: Password, now: datetime) -> bool:
    person, login = access.login_of(db, shown, now)
    taken = doors.password_named(db, password.login_name)
    if taken is not None and taken.person_id != person.id:
        return False
    doors.set_password(db, password)
    kept.end_all(db, person.id, but=shown)
    kept.rename(db, shown, new, is_whole=login.is_whole)
    audit.note(db, person.id, "password set", {"login": login.id}, now)
    return True


def _changing(db: Session, shown: str, now: datetime) -> tuple[Person, Login]:
    """Who may change their second factors: a whole login, or one that is asked to set up the first. Raises 403."""
    person, login = access.login_of(db, shown, now)
    if not login.is_whole and logins.has_factor(db, person.id):
        raise Problem(403, "A second factor first", "Show your second factor, and then go on.")
    return person, login


def _knock(db: Session, shown: str, address: str, try_id: str, now: datetime) -> None:
    person, _ = _changing(db, shown, now)
    logins.knock_again(db, person.id, address, try_id, now)


def _begin_app(db: Session, keyring: Keyring, shown: str, factor_id: str, secret: str, now: datetime) -> None:
    person, _ = _changing(db, shown, now)
    factors.begin_app(db, keyring, person, factor_id, secret, now)


def _confirm_app(
    db: Session, keyring: Keyring, shown: str, new: str, code: str, codes: list[str], now: datetime
) -> bool:
    person, login = _changing(db, shown, now)
    if not factors.confirm_app(db, keyring, person, code, now):
        return False
    factors.keep_codes(db, person.id, codes, now)
    logins.complete(db, shown, new, login, "a new app", now)
    return True


def _passkey_question(db: Session, shown: str, where: passkeys.Site, challenge: str, now: datetime) -> str:
    person, _ = _changing(db, shown, now)
    return passkeys.question_to_add(db, shown, person, where, challenge)


def _add_passkey(
    db: Session, shown: str, new: str, reply: dict[str, Any], where: passkeys.Site, factor_id: str, now: datetime
) -> Person:
    person, login = _changing(db, shown, now)
    passkeys.add(db, shown, login, reply, where, factor_id, now)
    logins.complete(db, shown, new, login, "a new passkey", now)
    return person


def _new_codes(db: Session, shown: str, codes: list[str], now: datetime) -> None:
    person = access.person_of(db, shown, now)
    if not logins.has_factor(db, person.id):
        raise Problem(409, "Nothing to recover", "Set up an app or a passkey first.")
    factors.keep_codes(db, person.id, codes, now)


def _remove_factor(db: Session, shown: str, factor_id: str, asked: bool, now: datetime) -> None:
    person = access.person_of(db, shown, now)
    factors.remove(db, person, factor_id, now, must_keep_one=asked and person.role in logins.STAFF)


def _end_login(db: Session, shown: str, login_id: str, now: datetime) -> None:
    person = access.person_of(db, shown, now)
    if not kept.end_one(db, person.id, login_id):
        raise not_found()
    audit.note(db, person.id, "login ended", {"login": login_id}, now)


def _end_others(db: Session, shown: str, now: datetime) -> None:
    person = access.person_of(db, shown, now)
    ended = kept.end_all(db, person.id, but=shown)
    audit.note(db, person.id, "logins ended", {"logins": ended}, now)


def _make_token(
    db: Session, shown: str, token: str, token_id: str, name: str, scopes: list[str], now: datetime
) -> None:
    tokens.make(db, access.person_of(db, shown, now), token, token_id, name, scopes, now)


def _revoke_token(db: Session, shown: str, token_id: str, now: datetime) -> None:
    tokens.revoke(db, access.person_of(db, shown, now), token_id, now)


def _renewed(request: web.Request, person: Person, new: str, page: str) -> web.Response:
    answer = web.Response(status=303, headers={"Location": page})
    credentials.give(answer, request, new, LASTS[person.role][1])
    return answer
