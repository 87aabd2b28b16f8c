"""Credentials: what a request shows of who asks (a cookie, or a bearer token), and the word that forms must repeat."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from aiohttp import web

# Over TLS the browser itself sees to it that no other host and no plain page can plant this cookie.
OVER_TLS, ON_LOOPBACK = "__Host-stridegate_login", "stridegate_login"
WORD_HEADER = "X-CSRF-Token"
DEVICE_LETTERS = 200


def shown(request: web.Request) -> str | None:
    """The bearer token of a gateway or a program, else the login in a person's cookie, else None."""
    return bearer(request) or login(request)


def login(request: web.Request) -> str | None:
    # Not by `request.cookies`, which builds a jar of every attribute that a cookie may have: for this one name, at
    # every request, that took as long as the question who it is.
    name, found = cookie_name(request), None
    for pair in request.headers.get("Cookie", "").split(";"):
        left, equals, right = pair.strip().partition("=")
        if equals and left == name:
            found = right.strip('"')
    return found or None


def bearer(request: web.Request) -> str | None:
    """The token of a gateway or a program, None where a person asks."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def cookie_name(request: web.Request) -> str:
    return OVER_TLS if request.secure else ON_LOOPBACK


def give(answer: web.StreamResponse, request: web.Request, token: str, lasts: timedelta) -> None:
    """Hand a login to a browser: no script reads it, and no form of another site sends it along."""
    answer.set_cookie(
        cookie_name(request),
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.secure,
        path="/",
    )


def take_back(answer: web.StreamResponse, request: web.Request) -> None:
    answer.del_cookie(cookie_name(request), path="/", secure=request.secure, httponly=True, samesite="Lax")


def form_word(login_token: str) -> str:
    """What every form of a login repeats: who cannot read our pages cannot know it."""
    return hashlib.sha256(f"a form of {login_token}".encode()).hexdigest()


def is_form_word(login_token: str, word: str) -> bool:
    return hmac.compare_digest(form_word(login_token).encode(), word.encode())


def device(request: web.Request) -> str:
    """What the browser calls itself, as a label."""
    text = request.headers.get("User-Agent", "")
    return "".join(letter for letter in text if letter.isprintable())[:DEVICE_LETTERS] or "an unnamed program"
