"""Who holds two programmes reads what both ask for, and what the next run may hold under both."""

from dataclasses import replace
from datetime import UTC, datetime

import clinic_kit as kit
import pytest

from rules.allowance import Allowance, Limit
from server.allowed import _lower

PLAN = "/api/v1/runners/r-1/plan"
SECOND = {"programme": "NEURAL", "stage": "N2", "stage_entered_at": "2026-03-10T00:00:00Z"}
LONG = Limit(metric="run_s", label="running time", most=3300, unit="s")
UPHILL = Limit(metric="inc4_s", label="running up 4 % or steeper", most=180, unit="s")
FIRST = Allowance(
    may_run=True, stage="P3", earliest=datetime(2026, 3, 30, 8, tzinfo=UTC), minutes=55.0, distance_m=8200.0,
    strides=10, strides_from_mps=5.6, incline_minutes=3.0, incline_grade=0.04, limits=(LONG, UPHILL),
)  # fmt: skip
OTHER = Allowance(
    may_run=True, stage="N2", earliest=datetime(2026, 3, 31, 8, tzinfo=UTC), minutes=20.0, distance_m=9000.0,
    fastest_mps=4.8, strides=4, strides_from_mps=6.4, limits=(replace(LONG, most=1200),),
)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [(FIRST, OTHER), (OTHER, FIRST)])
def test_of_each_limit_the_lower_one_holds_and_the_later_start(one, other):
    both = _lower(one, other)
    assert (both.minutes, both.distance_m, both.fastest_mps) == (20.0, 8200.0, 4.8)
    assert both.earliest == OTHER.earliest
    assert (both.strides, both.strides_from_mps) == (4, 6.4)
    assert (both.incline_minutes, both.incline_grade) == (3.0, 0.04)
    assert {limit.metric: limit.most for limit in both.limits} == {"run_s": 1200, "inc4_s": 180}


def test_where_one_programme_allows_no_run_there_is_none():
    assert not _lower(FIRST, Allowance(may_run=False)).may_run
    assert not _lower(Allowance(may_run=False), FIRST).may_run


@pytest.fixture
async def clinic(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as running:
        yield running


async def hold(clinic, second):
    async with clinic.as_(kit.PHYSIO) as http:
        answer = await http.put(PLAN, json={**kit.plan().body, "second": second}, headers={"If-Match": '"1"'})
        assert answer.status == 200, await answer.text()


async def text_of(clinic, person, path):
    async with clinic.as_(person) as http:
        return await (await http.get(path)).text()


async def test_the_page_of_today_asks_for_both_and_allows_what_both_allow(clinic):
    alone = await text_of(clinic, kit.RUNNER, "/runners/r-1")
    assert "at most 35 min of running" in alone and "Second programme" not in alone
    await hold(clinic, {**SECOND, "stage_override": {"ceil7": {"runs": 2}}})
    both = await text_of(clinic, kit.RUNNER, "/runners/r-1")
    assert "at most 25 min of running" in both and "at most 2 runs" in both
    assert "<h3>Second programme: Runs and days</h3>" in both
    assert both.count("Programme of your physio, stage") >= 2
    assert "at most 25 min" in await text_of(clinic, kit.RUNNER, "/runners/r-1/live")


async def test_the_physio_and_the_report_name_both(clinic):
    await hold(clinic, SECOND)
    page = await text_of(clinic, kit.PHYSIO, "/runners/r-1/physio")
    assert "stage P3" in page and "stage N2" in page
    assert "Second programme: Runs and days" in await text_of(clinic, kit.PHYSIO, "/runners/r-1/report")
