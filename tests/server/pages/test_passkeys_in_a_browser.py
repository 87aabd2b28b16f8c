"""A passkey in a real browser: added, asked for, and no other in its place; without scripts a code does the same."""

import clinic_kit as kit
import pytest
from chromium import chromium
from doors_kit import PASSWORD

from server.people import invitations
from server.people.invitations import Fresh

pytestmark = [pytest.mark.thorough, pytest.mark.browser]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}", factor_asked=True) as running:
        fresh = Fresh(person_id="a-1", link="the-first-link")
        await running.desk.write(invitations.first_admin, "Root Example", fresh, running.now)
        yield running


async def come_in(page, site):
    await page.goto(f"{site}/enter/the-first-link")
    await page.get_by_role("button", name="Come in").click()
    await page.get_by_label("Login name").fill("root")
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("Once more").fill(PASSWORD)
    await page.get_by_role("button", name="Set the password").click()
    await page.wait_for_url("**/account")


async def log_in(page, site):
    await page.get_by_role("button", name="Log out").click()
    await page.goto(f"{site}/login")
    await page.get_by_label("Login name").fill("root")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/second-factor")


async def test_a_passkey_is_added_and_then_opens_the_second_door(clinic):
    site = clinic.address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        troubles = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        session = await page.context.new_cdp_session(page)
        await session.send("WebAuthn.enable")
        key = await session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        await come_in(page, site)
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_text("A passkey", exact=True).wait_for()
        await page.goto(f"{site}/people")
        assert await page.get_by_role("heading", name="Invite somebody").count() == 1
        await log_in(page, site)
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url("**/people")
        await log_in(page, site)
        await session.send("WebAuthn.removeVirtualAuthenticator", key)
        await session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        await page.get_by_role("button", name="Use a passkey").click()
        await page.get_by_text("No passkey answered").wait_for()
        await page.goto(f"{site}/people")
        assert await page.get_by_role("heading", name="Invite somebody").count() == 0
        assert troubles == []


async def test_with_scripts_off_an_app_and_its_codes_do_the_same(clinic):
    async with chromium() as browser:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await come_in(page, clinic.address)
        assert await page.get_by_role("button", name="Add a passkey").count() == 0
        await page.get_by_role("button", name="Set up an app").click()
        assert await page.locator(".qr svg").count() == 1
        await page.get_by_label("The six digits").fill("000000")
        await page.get_by_role("button", name="Confirm").click()
        assert "not the app's" in await page.content()
