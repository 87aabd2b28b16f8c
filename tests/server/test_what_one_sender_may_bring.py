"""Limits on how often and how much: what is too much is refused with the time to wait, and nothing is lost by it."""

from datetime import timedelta

import clinic_kit as kit

from server.gateways.quota import Allowance, Quota

BEGAN = kit.NOON - timedelta(hours=2)


async def test_too_many_requests_wait_for_the_next_minute_and_another_sender_does_not(tmp_path):
    quota = Quota(Allowance(requests_a_minute=3))
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}", quota=quota) as clinic, clinic.gateway() as http:
        await http.put("/api/v1/captures/c-1", json={"runner": "r-1", "started_at": BEGAN.isoformat()})
        body = kit.chunk(kit.packets(5, BEGAN))
        asked = [await http.put("/api/v1/captures/c-1/chunks/0", data=body, headers=kit.digest(body)) for _ in range(4)]
        assert [answer.status for answer in asked] == [201, 200, 200, 429]
        assert 1 <= int(asked[-1].headers["Retry-After"]) <= 60
        assert (await asked[-1].json())["detail"].endswith("send it later.")
        async with clinic.as_(kit.RUNNER) as other:
            assert (await other.post("/api/v1/runners/r-1/files", data=b"no run")).status == 422


async def test_more_than_a_days_bytes_wait_for_the_next_day(tmp_path):
    quota = Quota(Allowance(bytes_a_day=1000))
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}", quota=quota) as clinic, clinic.gateway() as http:
        answers = [await http.post("/api/v1/runners/r-1/files", data=b"x" * 600) for _ in range(2)]
        assert [answer.status for answer in answers] == [422, 429]
        assert int(answers[1].headers["Retry-After"]) > 0


async def test_a_capture_holds_at_most_64_mib(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, clinic.gateway() as http:
        await http.put("/api/v1/captures/c-1", json={"runner": "r-1", "started_at": BEGAN.isoformat()})
        body = kit.chunk(kit.packets(5, BEGAN))
        last = await http.put("/api/v1/captures/c-1/chunks/1023", data=body, headers=kit.digest(body))
        over = await http.put("/api/v1/captures/c-1/chunks/1024", data=body, headers=kit.digest(body))
        assert (last.status, over.status) == (201, 413)
