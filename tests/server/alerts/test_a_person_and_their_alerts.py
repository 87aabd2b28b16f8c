"""What a person sees of their alerts and does with them, over HTTP and on the pages."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from rules.signs.alert_kinds import Urgency
from server import alerts
from server.alerts import Found

JUMP = "A run of 10 km after 4 km: a large jump."


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        for number in range(3):
            found = Found(
                code="GATEWAY_SILENT",  # one that no look at the runner ends
                urgency=Urgency.HIGH,
                episode=f"r-1/SPIKE_LARGE/session:{number}",
                session_id=str(number),
                words={"runner": JUMP, "physio": JUMP},
                hearers=[("r-1", "runner"), ("p-1", "physio")],
            )
            at = kit.NOON + timedelta(minutes=number)
            running.desk.database.transact(lambda db, one=found, at=at: alerts.stand(db, "r-1", [one], (), at))
        running.now = kit.NOON + timedelta(hours=1)
        yield running


def ours(answer):
    return [one for one in answer["alerts"] if one["code"] == "GATEWAY_SILENT"]


async def test_alerts_are_listed_by_pages_and_what_was_done_with_them_is_kept_by_whom(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        listed, cursor = [], ""
        while cursor is not None:
            page = await (await http.get("/api/v1/alerts", params={"limit": 2, "after": cursor})).json()
            assert len(page["alerts"]) <= 2
            listed, cursor = [*listed, *ours(page)], page["next"]
        assert [one["session"] for one in listed] == ["2", "1", "0"]
        assert all(one["unread"] and one["words"] == JUMP for one in listed)
        seen, snoozed, taken = (one["id"] for one in listed)
        await http.post(f"/api/v1/alerts/{seen}/seen", json={})
        await http.post(f"/api/v1/alerts/{snoozed}/snooze", json={"hours": 2})
        done = await (await http.post(f"/api/v1/alerts/{taken}/acknowledge", json={})).json()
        assert done["acknowledged_at"] == "2026-03-30T13:00:00Z"
    clinic.now += timedelta(hours=2)  # and a physio who looked at nothing meanwhile signs in again
    async with clinic.as_(kit.PHYSIO) as http:
        again = await (await http.get("/api/v1/alerts")).json()
        assert [one["unread"] for one in ours(again)] == [False, True, False]
    async with clinic.as_(kit.RUNNER) as http:
        own = await (await http.get("/api/v1/alerts")).json()
        assert [one["acknowledged_at"] for one in ours(own)] == [None] * 3
        assert "Acknowledged by Cy Example" in await (await http.get("/alerts")).text()
    async with clinic.as_(kit.STRANGER) as http:
        assert (await http.post(f"/api/v1/alerts/{seen}/seen", json={})).status == 404
        assert JUMP not in await (await http.get("/alerts")).text()


async def test_a_person_adds_a_channel_and_a_wrong_one_is_refused_in_a_sentence(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        assert "You have no channel" in await (await http.get("/settings/alerts")).text()
        wrong = await http.post("/settings/alerts/channels", data={"kind": "webhook", "url": "http://x.example"})
        assert wrong.status == 422 and "https://" in await wrong.text()
        made = await http.post("/settings/alerts/channels", data={"kind": "webhook", "url": "https://x.example/hook"})
        assert "whsec_" in await made.text()
        page = await (await http.get("/settings/alerts")).text()
        assert "x.example" in page and "whsec_" not in page.replace("whsec_…", ""), "the secret is shown once"
        saved = {"zone": "Europe/Berlin", "quiet_from": "22:00", "quiet_until": "06:30", "detail": "yes"}
        await http.post("/settings/alerts", data=saved)
        page = await (await http.get("/settings/alerts")).text()
        assert all(text in page for text in ("Europe/Berlin", "22:00", "06:30", "checked"))
        nowhere = await http.post("/settings/alerts", data=saved | {"zone": "Nowhere/At_All"})
        assert nowhere.status == 422
