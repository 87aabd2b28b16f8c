"""Entrance: the password, the personal link, the way home and the way out."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from server import access
from server.keys import CLOCK, DESK, FACTOR_ASKED, NEW_TOKEN, PASSWORDS
from server.pages import frame
from server.pages.reader import N_
from server.people import credentials, logins, names
from server.people.logins import LASTS, Browser
from server.problem import Problem, not_found
from server.storage import covers, doors, people
from server.storage import logins as kept
from server.storage.logins import Login
from server.storage.people import Person

WRONG = N_("The login name or the password is not right.")
HOMES = {"physio": "/caseload", "admin": "/people"}


async def home(request: web.Request) -> web.StreamResponse:
    """Everybody's first page; what must be answered or set up before anything else comes first."""
    shown, now = credentials.shown(request), request.app[CLOCK]()
    raise web.HTTPSeeOther(await request.app[DESK].read(_first_page, shown, now))


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /login."""
    return frame.page(request, "login.html", login_name="", trouble=None)


async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /login: 303 home, or the same page with one sentence, whether the name or the password was wrong."""
    fields = await request.post()
    desk, now, address = request.app[DESK], request.app[CLOCK](), request.remote or ""
    name, password = names.login_name(str(fields.get("login_name", ""))), str(fields.get("password", ""))
    await desk.write(logins.knock, name, address, request.app[NEW_TOKEN](), now)
    found = await desk.read(doors.password_named, name)
    is_right = await request.app[PASSWORDS].is_right(password, found.argon2id if found else None)
    if found is None or not is_right:
        await desk.write(logins.refused, found.person_id if found else None, "login failed", address, now)
        return frame.page(request, "login.html", status=401, login_name=name, trouble=WRONG)
    browser = new_browser(request)
    asked = request.app[FACTOR_ASKED]
    person = await desk.write(_let_in, found, browser, now, factor_asked=asked)
    raise _home_with(request, browser.token, person)


async def knock(request: web.Request) -> web.StreamResponse:
    """GET /enter/{token}: a page with one button, so that a program that only looks at links uses none of them up.

    A link that may be used again, such as the demonstration's, lets in at once.
    """
    entry = await request.app[DESK].read(people.entry_of, request.match_info["token"], request.app[CLOCK]())
    if entry is not None and entry.kind == "link":
        return await enter(request)
    return frame.page(request, "enter.html", name=(entry or _used_up()).person.name)


async def enter(request: web.Request) -> web.StreamResponse:
    """POST /enter/{token}: a new login with a name of its own, so that a login planted before is worth nothing."""
    now, browser = request.app[CLOCK](), new_browser(request)
    asked = request.app[FACTOR_ASKED]
    link, before = request.match_info["token"], credentials.login(request)
    entry = await request.app[DESK].write(_enter, link, before, browser, now, factor_asked=asked) or _used_up()
    raise _home_with(request, browser.token, entry.person, "/" if entry.kind == "link" else "/account")


async def leave(request: web.Request) -> web.StreamResponse:
    token = credentials.login(request)
    if token:
        await request.app[DESK].write(kept.end, token)
    answer = web.HTTPSeeOther("/login")
    credentials.take_back(answer, request)
    raise answer


async def who(request: web.Request) -> Person:
    """The person who asks. Raises Problem 401 where nobody is logged in."""
    return await request.app[DESK].read(access.person_of, credentials.shown(request), request.app[CLOCK]())


def new_browser(request: web.Request) -> Browser:
    token = request.app[NEW_TOKEN]()
    return Browser(token=token, device=credentials.device(request), address=request.remote or "")


def _used_up() -> people.Entry:
    raise Problem(410, "This link is used up", "It let somebody in before, or its time is over. Ask for a new one.")


def _home_with(request: web.Request, token: str, person: Person, page: str = "/") -> web.HTTPSeeOther:
    answer = web.HTTPSeeOther(page)
    credentials.give(answer, request, token, LASTS[person.role][1])
    return answer


def _first_page(db: Session, shown: str | None, now: datetime) -> str:
    person, login = access.login_of(db, shown, now)
    if not login.is_whole:
        return "/second-factor" if logins.has_factor(db, person.id) else "/account"
    if _must_set_password(db, login):
        return "/account"
    if people.asking_for(db, person.id) or any(one.seen_at is None for one in covers.of_runner(db, person.id, now)):
        return "/access"
    return HOMES.get(person.role, f"/runners/{person.id}")


def _must_set_password(db: Session, login: Login) -> bool:
    """A link lets in once: a colleague who came by one needs another way back."""
    person = people.person(db, login.person_id)
    is_staff = person is not None and person.role in logins.STAFF
    by_link = login.came_by == "reset" or (login.came_by == "invitation" and is_staff)
    password = doors.password_of(db, login.person_id)
    return by_link and (password is None or password.set_at < login.created_at)


def _let_in(db: Session, found: doors.Password, browser: Browser, now: datetime, *, factor_asked: bool) -> Person:
    person = people.person(db, found.person_id)
    if person is None or not people.is_member(db, person.id, now):
        raise not_found()
    logins.opened(db, found.login_name)
    logins.begin(db, person, browser, "password", now, factor_asked=factor_asked)
    return person


def _enter(
    db: Session, link: str, before: str | None, browser: Browser, now: datetime, *, factor_asked: bool
) -> people.Entry | None:
    entry = people.use_entry(db, link, now)
    if entry is None or not people.is_member(db, entry.person.id, now):
        return None
    if before:
        kept.end(db, before)
    if entry.kind == "reset":
        logins.end_everything(db, entry.person.id, now)
    logins.begin(db, entry.person, browser, entry.kind, now, factor_asked=factor_asked)
    return entry
