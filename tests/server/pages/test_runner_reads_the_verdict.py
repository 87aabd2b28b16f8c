"""The pages in a real browser, on a phone and on a desktop, with nothing asked of any other host."""

from datetime import UTC, datetime

import pytest
from chromium import chromium

from server.app import make_app, open_desk, running
from server.demo import clinic
from server.keys import DESK, REVIEWER
from server.storage import people

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """The demonstration's clinic on disk, measured once."""
    import asyncio

    folder = tmp_path_factory.mktemp("clinic")
    now = datetime.now(UTC)

    async def seed():
        desk = open_desk(f"sqlite:///{folder / 'clinic.db'}")
        app = make_app(desk, factor_asked=False)
        await desk.write(clinic.seed, now)
        await desk.write(links, now)
        await app[REVIEWER].review_due()
        desk.close()

    asyncio.run(seed())
    return folder / "clinic.db", now


def links(db, now):
    for person in (clinic.PHYSIO, *(story.runner for story in clinic.STORIES)):
        people.add_entry(db, f"in-{person.id}", person.id, now.replace(year=now.year + 1), reusable=True)


class Visit:
    """One person in one browser window; every host that was asked is remembered."""

    def __init__(self, page, address):
        self.page, self.address, self.hosts, self.troubles = page, address, set(), []
        page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        page.on("console", lambda message: self.troubles.append(message.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    async def enter(self, person):
        await self.page.goto(f"{self.address}/enter/in-{person.id}")

    async def decision(self):
        return await self.page.locator("#verdict").get_attribute("data-decision")

    async def is_sound(self):
        wider = await self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        return not wider and not self.troubles and self.hosts == {self.address.split("/")[2]}


@pytest.fixture
async def visits(seeded):
    desk = open_desk(f"sqlite:///{seeded[0]}")
    app = make_app(desk, clock=lambda: seeded[1], factor_asked=False)
    async with running(app, "127.0.0.1", 0) as address, chromium() as browser:

        async def visit(size, scheme="light", scripts=True):
            context = await browser.new_context(viewport=size, color_scheme=scheme, java_script_enabled=scripts)
            return Visit(await context.new_page(), address)

        yield visit
    app[DESK].close()


@pytest.mark.parametrize(
    ("story", "decision", "sentence"),
    [
        (clinic.READY, "PROGRESS_READY", "complete"),
        (clinic.PAIN_FREE, "CONTINUE", "0 of 12"),
        (clinic.JUMP, "HOLD", "was 1.5 times as long as your longest in the 30 days before (9.5 km after 6.3 km)"),
    ],
    ids=["ready", "pain-free but under-loaded", "a jump in load"],
)
async def test_the_three_faces_of_the_product_are_read_off_the_page(visits, story, decision, sentence):
    for size, scheme in ((PHONE, "light"), (DESKTOP, "dark")):
        visit = await visits(size, scheme)
        await visit.enter(story.runner)
        assert await visit.decision() == decision
        assert sentence in await visit.page.inner_text("main")
        assert await visit.is_sound()


async def test_the_physio_sees_who_needs_somebody_first_and_opens_their_page(visits):
    visit = await visits(PHONE)
    await visit.enter(clinic.PHYSIO)
    names = [name.split("\n")[0] for name in await visit.page.locator(".caseload .name").all_inner_texts()]
    assert names[0] == "Priya Nair" and len(names) == 4
    await visit.page.click("text=Priya Nair")
    assert await visit.decision() == "HOLD"
    assert await visit.page.locator("form.check-in").count() == 0
    assert await visit.is_sound()


async def test_a_page_works_with_scripts_off(visits):
    visit = await visits(PHONE, scripts=False)
    await visit.enter(clinic.READY.runner)
    assert await visit.decision() == "PROGRESS_READY"
