"""Who changed what and when, in words and with units; a browser and a token are called as people call them."""

import clinic_kit as kit
import pytest

from server import said
from server.pages import device_words, plan_words, scope_words
from server.pages.reader import Reader
from server.storage.preferences import Preferences

PLAN = "/api/v1/runners/r-1/plan"
MILES = Reader(Preferences(distance="mi", speed="speed"))


@pytest.mark.parametrize(
    ("path", "value", "name", "words"),
    [
        ("stage", "P4", "stage", "P4"),
        ("stage_override.each.run_s", 1500.0, "The least of one session that counts: running time", "25 min"),
        ("stage_override.ceil.peak3_pct", 60.0, "The most of one session: fastest three seconds, of top speed", "60 %"),
        ("stage_override.total.fat_s", 90, "The least of all sessions together: running while fatigued", "1:30 min"),
        ("stage_override.spacing_h", 48.0, "Least time between their starts", "48 hours"),
        ("stage_override.min_days", 1, "Least days on this stage", "1 day"),
        ("stage_override.n", 4, "Sessions that count", "4"),
        ("stage_override.ceil.inc4_s", None, "The most of one session: running up 4 % or steeper", "–"),
        ("profile.green.during", 2.0, "During the run: counts up to", "2"),
        ("profile.red.rise", 3, "Next morning, above the usual: RED from", "3"),
        ("references.v_max_mps", 8.0, "Top speed", "2:05 min/km"),
        ("references.declared_longest_m", 2500.0, "Longest run, as said at the beginning", "2.5 km"),
        ("references.hr_max_bpm", 188.0, "Highest heart rate", "188 beats/min"),
        ("references.v_max_kind", "estimated", "The top speed is", "estimated"),
        ("baseline_stiff_min", 5.0, "usual stiffness in the morning", "5 min"),
        ("stage_entered_at", "2026-03-14T00:00:00Z", "day on which the stage began", "Sat 14 Mar, 00:00"),
        ("second.stage", "N2", "second programme: stage", "N2"),
        ("programme.override.stages", "x", "programme.override.stages", "x"),
    ],
)  # fmt: skip
def test_a_part_of_a_plan_has_a_name_and_a_unit(path, value, name, words):
    assert (plan_words.name_of(path, Reader()), plan_words.value_of(path, value, Reader())) == (name, words)


def test_a_part_of_a_plan_is_in_the_readers_own_units():
    assert plan_words.value_of("references.v_max_mps", 8.0, MILES) == "17.9 mph"


async def test_the_page_of_changes_says_them_so(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, clinic.as_(kit.PHYSIO) as http:
        changed = {**kit.plan().body, "stage_override": {"each": {"run_s": 1200}, "min_days": 10}}
        assert (await http.put(PLAN, json=changed, headers={"If-Match": '"1"'})).status == 200
        hold = {"reason": "after the race", "until": "2026-04-04T22:00:00Z"}
        assert (await http.post("/api/v1/runners/r-1/holds", json=hold)).status in (200, 201)
        text = await (await http.get("/runners/r-1/changes")).text()
    assert (
        "<dt>The least of one session that counts: running time</dt><dd>the programme&#39;s own → <b>20 min</b></dd>"
        in text
    )
    assert "<dt>Least days on this stage</dt><dd>the programme&#39;s own → <b>10 days</b></dd>" in text
    assert "<dt>until</dt><dd>Sat 4 Apr, 22:00</dd>" in text
    assert "stage_override" not in text and "1200" not in text


async def test_a_red_flag_is_told_by_its_name_and_no_deed_by_the_id_of_what_was_said(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, clinic.as_(kit.PHYSIO) as http:
        await clinic.desk.write(said.raise_flag, "r-1", "f-123", kit.RUNNER, "fever_unwell", clinic.now)
        await clinic.desk.write(said.screened, "r-1", "s-1", kit.RUNNER, ["fever_unwell"], clinic.now)
        text = await (await http.get("/runners/r-1/changes")).text()
    assert "<dt>which</dt><dd>fever or feeling ill</dd>" in text
    assert "<dt>answered with yes</dt><dd>fever or feeling ill</dd>" in text
    assert "f-123" not in text and "fever_unwell" not in text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 "
         "Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
         "Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
         "Safari/537.36 Edg/131.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("an unnamed program", "an unnamed program"),
    ],
)  # fmt: skip
def test_a_browser_is_called_as_people_call_it(said, read):
    assert device_words.words(said, Reader()) == read


def test_every_scope_of_a_token_is_ticked_by_its_words():
    assert [scope for scope, words in scope_words.offered(Reader()) if words == scope] == []
