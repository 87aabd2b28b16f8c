"""A loosened tolerance goes into the plan with what was in force before; a tightened one applies to all sessions."""

from datetime import UTC, datetime, timedelta

import clinic_kit as kit
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.profiles import ITEMS, PROFILES, choose, stricter
from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server import profile_history
from server.keys import REVIEWER

HOME = "/api/v1/runners/r-1"
NOW = kit.NOON
LOOSE = {"name": "TENDON", "green": {"during": 5, "morning": 4}, "red": {"during": 8}}


def plan(profile=None, **more):
    return {**kit.plan().body, "profile": profile, **more}


def pair(body):
    return body.get("profile_since"), body.get("profile_before")


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (None, LOOSE, "TENDON"),
        ("FIBRE", "TENDON", "FIBRE"),
        ("NEURAL", "FIBRE", "NEURAL"),  # the limits are the same, and spread is RED no longer
        ("TENDON", "FIBRE", "TENDON"),  # sitting has no limit any more
        ({"name": "TENDON", "green": {"during": 1}}, None, {"during": 1}),
        (None, {"name": "TENDON", "red": {"after": 7}}, "TENDON"),
        (None, {"name": "TENDON", "green": {"sitting": 4}}, "TENDON"),
        (None, None, None),
        (None, "TENDON", None),
        (None, {"name": "TENDON", "green": {"during": 2}, "red": {"during": 4}}, None),
        ("FIBRE", "NEURAL", None),
    ],
)
def test_only_a_loosened_profile_is_kept_with_what_was_before(before, after, kept):
    found = profile_history.with_history(plan(before), plan(after), NOW)
    since, stored = pair(found)
    if kept is None:
        assert (since, stored) == (None, None)
    elif isinstance(kept, str):
        assert (since, stored) == ("2026-03-30T12:00:00Z", kept)
    else:
        assert stored["green"]["during"] == kept["during"]


def test_another_programme_with_a_looser_profile_loosens_too():
    found = profile_history.with_history(plan(programme="FIBRE", stage="F3"), plan(programme="PHT"), NOW)
    assert pair(found) == ("2026-03-30T12:00:00Z", "FIBRE")


def test_a_first_plan_has_no_tolerance_before_it():
    assert pair(profile_history.with_history(None, plan(LOOSE), NOW)) == (None, None)


def test_loosened_twice_the_strictest_of_all_is_kept():
    first = profile_history.with_history(plan({"name": "TENDON", "green": {"during": 2, "after": 3}}), plan(), NOW)
    second = profile_history.with_history(first, {**first, "profile": LOOSE}, NOW + timedelta(days=3))
    since, stored = pair(second)
    assert since == "2026-04-02T12:00:00Z"
    assert (stored["green"]["during"], stored["green"]["after"], stored["red"]["during"]) == (2, 3, 6)


def test_a_later_plan_that_leaves_the_history_out_does_not_lose_it():
    loosened = profile_history.with_history(plan(), plan(LOOSE), NOW)
    again = profile_history.with_history(loosened, plan(LOOSE), NOW + timedelta(days=1))
    assert pair(again) == pair(loosened) != (None, None)
    tightened = profile_history.with_history(loosened, plan("FIBRE"), NOW + timedelta(days=1))
    assert pair(tightened)[1] in ("TENDON", pair(loosened)[1])


def test_what_is_older_than_the_rules_look_back_makes_no_later_change_stricter():
    old = plan(None, profile_since="2025-12-01T00:00:00Z", profile_before="FIBRE")
    found = profile_history.with_history(old, {**old, "profile": LOOSE}, NOW)
    assert pair(found) == ("2026-03-30T12:00:00Z", "TENDON")


def test_each_programme_of_a_plan_has_its_own_history():
    second = {"programme": "IMT", "stage": "C4", "stage_entered_at": "2026-03-20T00:00:00Z"}
    before, after = plan(second=second), plan(second={**second, "profile": "TENDON"})
    found = profile_history.with_history(before, after, NOW)
    assert pair(found) == (None, None)
    assert pair(found["second"]) == ("2026-03-30T12:00:00Z", "IMT")


limit = st.integers(0, 9).map(float)
profiles = st.builds(
    lambda name, green, gap: {
        "name": name,
        "green": green,
        "red": {item: green[item] + gap for item in green if item != "sitting"},
    },
    st.sampled_from(sorted(PROFILES)),
    st.fixed_dictionaries(dict.fromkeys(ITEMS, limit)),
    st.integers(1, 4).map(float),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(profiles, min_size=2, max_size=6))
def test_no_chain_of_changes_judges_an_earlier_session_by_a_looser_limit(chain):
    """Whatever was in force when a session began: with the history, it is judged at least as strictly."""
    body, moment = plan(chain[0]), NOW
    in_force = []
    for wanted in chain[1:]:
        in_force.append((moment, choose(body["profile"], "TENDON")))
        moment += timedelta(days=1)
        body = profile_history.with_history(body, {**body, "profile": wanted}, moment)
    current = choose(body["profile"], "TENDON")
    since = body.get("profile_since")
    for started, then in in_force:
        is_earlier = since is not None and started < datetime.fromisoformat(since).astimezone(UTC)
        judged = stricter(current, choose(body["profile_before"], "TENDON")) if is_earlier else current
        assert not profile_history.is_looser(judged, then)


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as running:
        yield running


async def put(http, body, version):
    return await http.put(f"{HOME}/plan", json=body, headers={"If-Match": f'"{version}"'})


async def test_a_red_session_does_not_become_tolerated_by_a_looser_limit(clinic):
    """Pain 7 of 10, then the limits raised above it: the session stays RED, in the preview as well."""
    start = NOW - timedelta(days=2)
    recording = to_csv(Recording.of(np.arange(1800), speed_mps=np.full(1800, 2.5), start=start))
    async with clinic.gateway() as http:
        assert (await http.post(f"{HOME}/files", data=recording)).status == 201
    await clinic.app[REVIEWER].review_due()
    async with clinic.as_(kit.RUNNER) as http:
        session = (await (await http.get(f"{HOME}/sessions")).json())["sessions"][0]["id"]
        answers = {"session": session, "during": 7, "after": 1, "morning": 1}
        assert (await http.post(f"{HOME}/check-ins", json=answers)).status == 201
    async with clinic.as_(kit.PHYSIO) as http:
        loose = {"name": "TENDON", "green": {"during": 7}, "red": {"during": 9}}
        before = (await (await http.get(f"{HOME}/verdict")).json())["verdict"]
        assert "RED_RESPONSE" in [reason["code"] for reason in before["reasons"]]
        tried = await (await http.post(f"{HOME}/plan/preview", json={"change": {"profile": loose}})).json()
        saved = await (await put(http, plan(loose), 1)).json()
        assert pair(saved["plan"]) == ("2026-03-30T12:00:00Z", "TENDON")
        after = (await (await http.get(f"{HOME}/verdict")).json())["verdict"]
        assert after["reasons"] == before["reasons"]
        assert tried["days"][-1]["as_it_would_be"]["reasons"] == after["reasons"]
        page = await (await http.get("/runners/r-1/changes")).text()
        assert "looser tolerance since" in page and "tolerance for earlier sessions" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"profile_since": "2026-03-01T00:00:00Z"}, "belong together"),
        ({"profile_before": "FIBRE"}, "belong together"),
        ({"profile_since": "2026-03-01T00:00:00Z", "profile_before": "NOTHING"}, "NOTHING"),
        ({"profile": {"name": "TENDON", "green": {"during": 6}}}, "limit of 'during'"),
        ({"profile": {"name": "TENDON", "green": {"morning": 7}}}, "limit of 'morning'"),
        ({"profile": {"name": "FIBRE", "red": {"rise": 1}}}, "limit of 'rise'"),
    ],
)
async def test_bad_input_is_refused_in_one_sentence(clinic, change, sentence):
    second = {"programme": "PHT", "stage": "P4", "stage_entered_at": "2026-03-20T00:00:00Z", **change}
    async with clinic.as_(kit.PHYSIO) as http:
        for body in ({**plan(), **change}, plan(second=second)):
            refused = await put(http, body, 1)
            detail = (await refused.json(content_type=None))["detail"]
            assert refused.status == 422 and sentence in detail, detail
        preview = await http.post(f"{HOME}/plan/preview", json={"change": change})
        assert preview.status == 422


async def test_a_history_that_is_sent_along_is_kept_beside_the_servers_own(clinic):
    async with clinic.as_(kit.PHYSIO) as http:
        sent = plan(None, profile_since="2026-03-10T00:00:00Z", profile_before="FIBRE")
        saved = (await (await put(http, sent, 1)).json())["plan"]
        assert pair(saved) == ("2026-03-10T00:00:00Z", "FIBRE")
        saved = (await (await put(http, {**sent, "profile": LOOSE}, 2)).json())["plan"]
        since, stored = pair(saved)
        assert since == "2026-03-30T12:00:00Z" and stored["green"]["during"] == 2 and stored["green"]["sitting"] == 3
