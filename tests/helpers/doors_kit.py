"""A browser that logs in as people do: by a link, a password, a code; it repeats the word of every form."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

import aiohttp
import pyotp

from server.people import credentials

PASSWORD = "four quiet herons wading"


class Visitor:
    """One browser at a clinic."""

    def __init__(self, clinic, http):
        self.clinic, self.http = clinic, http

    async def get(self, path):
        return await self._done(await self.http.get(path, allow_redirects=False))

    async def post(self, path, **fields):
        return await self._done(await self.http.post(path, data=fields, allow_redirects=False))

    async def text(self, path):
        return await (await self.http.get(path)).text()

    async def come_in(self, link):
        """Open the link and press its button."""
        path = re.sub(r"^https?://[^/]+", "", link)
        shown = await self.get(path)
        return (await self.post(path)).status if shown.status == 200 else shown.status

    async def log_in(self, name, password=PASSWORD):
        answer = await self.post("/login", login_name=name, password=password)
        return answer.status, answer.headers.get("Location")

    async def set_password(self, name, new=PASSWORD, again=None, **more):
        fields = {"login_name": name, "new": new, "again": new if again is None else again, **more}
        return (await self.post("/account/password", **fields)).status

    async def set_up_app(self):
        """Scan the picture, confirm its first code; gives the app and the recovery codes."""
        page = await (await self.post("/account/app")).text()
        app = pyotp.TOTP(re.search(r"or type ([A-Z2-7]{16,}) into it", page).group(1))
        confirmed = await self.post("/account/app/confirm", code=self.code(app))
        assert confirmed.status == 200, await confirmed.text()
        return app, re.findall(r"<li><code>([A-Z0-9-]+)</code></li>", await confirmed.text())

    def code(self, app):
        return app.at(self.clinic.now)

    @property
    def cookie(self):
        return {cookie.key: cookie.value for cookie in self.http.cookie_jar}.get(credentials.ON_LOOPBACK)

    async def _done(self, answer):
        if self.cookie:
            self.http.headers["X-CSRF-Token"] = credentials.form_word(self.cookie)
        return answer


@asynccontextmanager
async def visitor(clinic) -> AsyncIterator[Visitor]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(clinic.address, cookie_jar=jar) as http:
        yield Visitor(clinic, http)


def link_on(page: str) -> str:
    """The link that a page shows once."""
    return unquote(html.unescape(re.search(r'value="(http://[^"]+/enter/[^"]+)"', page).group(1)))
