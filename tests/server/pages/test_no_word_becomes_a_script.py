"""Words of strangers on the pages, in a real browser: names of people and devices, reasons; none is carried out."""

import clinic_kit as kit
import pytest
from chromium import chromium

from server.people import credentials
from server.storage import people, runs
from server.storage.people import Person

pytestmark = [pytest.mark.thorough, pytest.mark.browser, pytest.mark.timeout(600)]
PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>", "javascript:alert(1)", "<iframe srcdoc='<script>alert(1)</script>'>",
    "{{7*7}}${7*7}<%=7*7%>", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "<a href=\"javascript:alert(1)\">x</a>", "<body onload=alert(1)>", "<math><mi xlink:href=\"data:x,alert(1)\">",
    "<details open ontoggle=alert(1)>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>*{background:url(//x.example)}",
    "<base href=//x.example>", "<meta http-equiv=refresh content=0;url=//x.example>", "<object data=//x.example>",
    "\u202e<script>alert(1)</script>", "<scr\0ipt>alert(1)</scr\0ipt>", "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>", "<form action=//x.example><input name=a autofocus onfocus=alert(1)>",
    "<link rel=stylesheet href=//x.example/a.css>", "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E", "<video><source onerror=alert(1)>",
    "<input type=image src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
)  # fmt: skip


def seed(db, now):
    """One runner for each payload, so that every one stands on the caseload, and all of them in one runner's words."""
    for number, payload in enumerate(PAYLOADS):
        runner = Person(id=f"x-{number}", name=payload.replace("\0", ""), role="runner")
        people.add_person(db, runner, now)
        people.give_consent(db, runner.id, kit.PHYSIO.id, now)
        people.add_gateway(db, f"gx-{number}", payload.replace("\0", ""), f"token-{number}", [kit.RUNNER.id], now)
        runs.say(
            db, kit.RUNNER.id, "hold", f"hold-{number}", kit.PHYSIO.id,
            {"from": "2026-03-29T00:00:00Z", "until": None, "by": runner.name, "reason": runner.name}, now,
        )  # fmt: skip


async def test_no_word_of_a_stranger_is_carried_out(tmp_path):
    troubles, hosts, seen = [], set(), ""
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, chromium() as browser:
        await clinic.desk.write(seed, clinic.now)
        for person, paths in (
            (kit.PHYSIO, ("/caseload", "/people", "/gateways", "/runners/r-1", "/runners/x-0", "/caseload?q=<script>")),
            (kit.RUNNER, ("/runners/r-1", "/access", "/account", "/settings")),
        ):
            context = await browser.new_context()
            page = await context.new_page()
            page.on("dialog", lambda dialog: troubles.append(dialog.message))
            page.on("console", lambda message: troubles.append(message.text))
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
            async with clinic.as_(person) as http:
                (cookie,) = [one for one in http.cookie_jar if one.key == credentials.ON_LOOPBACK]
            await context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": clinic.address}])
            for path in paths:
                answer = await page.goto(f"{clinic.address}{path}")
                assert answer.status == 200, path
                seen += await page.inner_text("body")
                assert await page.locator("script:not([src])").count() == 0, path
    assert troubles == []
    assert hosts == {clinic.address.split("/")[2]}
    assert sum(payload in seen for payload in PAYLOADS) > 20  # they stood there, as letters
