"""A case document is read, or refused in one sentence that names the place."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from cases import document, flag, hold, mornings, volume_stage

from rules.case import Case
from rules.decide import decide
from rules.errors import BadCase

FULL = document(volume_stage(flags=(flag(),), holds=(hold("03-30 00:00"),), daily=mornings(1, 1)))
NAN, INF = float("nan"), float("inf")


def put(path: str, value: object) -> dict:
    """The full document with one value put somewhere: `put("sessions.0.check_in.during", 11)`."""
    changed = deepcopy(FULL)
    *way, last = path.split(".")
    place = changed
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return changed


def without(path: str) -> dict:
    changed = deepcopy(FULL)
    *way, last = path.split(".")
    place = changed
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    del place[last]
    return changed


WRONG = [
    ("now", None, r"now: expected text, got null\."),
    ("now", "2026-03-30", r"now: '2026-03-30' is not a time with a zone"),
    ("now", "2026-03-30T18:00:00", "is not a time with a zone"),
    ("now", "yesterday", "is not a time with a zone"),
    ("now", 1774893600, "now: expected text, got a number"),
    ("now", "0001-01-01T00:00:00+14:00", "is not a time with a zone"),
    ("onset_at", "March", "onset_at"),
    ("programme", 7, "programme: expected text or an object or null|programme: expected text or an object"),
    ("programme", {"stages": "P1"}, r"programme\.stages: expected a list or null, got text"),
    ("programme", {"stages": [{"id": "S", "n": "three"}]}, r"programme\.stages\[0\]\.n: expected a number or null"),
    ("programme", {"stages": [{"id": "S", "n": True}]}, r"programme\.stages\[0\]\.n"),
    ("programme", {"extends": "PHT", "override": {"1": {"n": "x"}}}, r"programme\.override\[\.\.\.\]\.n"),
    ("programme", {"extends": "PHT", "override": [1]}, r"programme\.override"),
    ("stage", 3, "stage: expected text"),
    ("stage_override", {"each": {"run_s": "long"}}, r"stage_override\.each\[\.\.\.\]: expected a number or null"),
    ("stage_override", {"window_days": [1]}, r"stage_override\.window_days"),
    ("profile", 3, "profile: expected text or an object or null"),
    ("profile", {"green": {"during": "mild"}}, r"profile\.green\.during: expected a number or null, got text"),
    ("profile_since", "2026-03-20T00:00:00Z", "profile_since and profile_before belong together: give both or neither"),
    ("profile_before", "TENDON", "profile_since and profile_before belong together: give both or neither"),
    ("profile_before", 3, "profile_before: expected text or an object or null"),
    ("profile_since", "lately", "profile_since"),
    ("nerve_checked_at", "2026-03-20", "nerve_checked_at: '2026-03-20' is not a time with a zone"),
    ("asked_since", "2026-03-20T00:00", "asked_since: .* is not a time with a zone"),
    ("baseline_morning", 11, "baseline_morning: expected a number <= 10"),
    ("baseline_morning", "1", "baseline_morning: expected a number or null, got text"),
    ("references.v_max_mps", 0, r"references\.v_max_mps: expected a number > 0"),
    ("references.v_max_kind", "guessed", r"references\.v_max_kind"),
    ("sessions", {}, "sessions: expected a list or null, got an object"),
    ("sessions.0", None, r"sessions\[0\]: expected an object, got null"),
    ("sessions.0.id", 1, r"sessions\[0\]\.id: expected text"),
    ("sessions.0.start", "07:00", r"sessions\[0\]\.start"),
    ("sessions.0.end", "2026-03-15T06:59:59Z", r"sessions\[0\] ends before it starts"),
    ("sessions.0.quality", "GOOD", r"sessions\[0\]\.quality"),
    ("sessions.0.check_in.during", 11, r"sessions\[0\]\.check_in\.during: expected a number <= 10"),
    ("sessions.0.check_in.after", -1, r"sessions\[0\]\.check_in\.after: expected a number >= 0"),
    ("sessions.0.check_in.morning", "2", r"sessions\[0\]\.check_in\.morning"),
    ("sessions.0.check_in.stopped", "no", r"sessions\[0\]\.check_in\.stopped: expected true or false or null"),
    ("sessions.0.check_in.painkillers", "no", r"sessions\[0\]\.check_in\.painkillers: expected true or false or null"),
    ("sessions.0.check_in.sitting", 11, r"sessions\[0\]\.check_in\.sitting: expected a number <= 10"),
    ("sessions.0.check_in.during", True, r"sessions\[0\]\.check_in\.during"),
    ("sessions.0.metrics.run_s", "1800", r"sessions\[0\]\.metrics\.run_s should be a number or null"),
    ("sessions.0.metrics.run_s", True, r"sessions\[0\]\.metrics\.run_s should be a number or null"),
    ("sessions.0.metrics.run_m", -5, r"sessions\[0\]\.metrics\.run_m is -5, which no session can be"),
    ("sessions.0.metrics.run_m", 10**400, "too large|out of range"),
    ("sessions.0.metrics.run_m", 1e10, r"run_m is 1e\+10, which no session can be"),
    ("sessions.0.metrics.fat_s", NAN, r"sessions\[0\]\.metrics\.fat_s is not a finite number"),
    ("sessions.0.metrics.strange", INF, r"sessions\[0\]\.metrics\.strange is not a finite number"),
    ("baseline_morning", NAN, "baseline_morning is not a finite number"),
    ("notes", [{"scan": -INF}], r"notes\[0\]\.scan is not a finite number"),
    ("daily.0.morning", 12, r"daily\[0\]\.morning: expected a number <= 10"),
    ("daily.0.at", None, r"daily\[0\]\.at"),
    ("flags.0.code", None, r"flags\[0\]\.code: expected text"),
    ("flags.0.cleared_by", 5, r"flags\[0\]\.cleared_by"),
    ("holds.0.until", "later", r"holds\[0\]\.until"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), WRONG, ids=[f"{row[0]} {str(row[1])[:30]}" for row in WRONG])
def test_a_wrong_value_is_refused_with_its_place(path, value, sentence):
    with pytest.raises(BadCase, match=sentence) as refused:
        Case.from_json(put(path, value))
    assert str(refused.value).endswith(".")
    assert "`" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("now", "The case has no now."),
        ("programme", "The case has no programme."),
        ("stage_entered_at", "The case has no stage_entered_at."),
        ("sessions.1.id", "sessions[1] has no id."),
        ("sessions.1.quality", "sessions[1] has no quality."),
        ("flags.0.raised_at", "flags[0] has no raised_at."),
        ("holds.0.from", "holds[0] has no from."),
    ],
)
def test_what_must_be_there_is_asked_for_by_name(path, sentence):
    with pytest.raises(BadCase) as refused:
        Case.from_json(without(path))
    assert str(refused.value) == sentence


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"[]", b"null", b'"case"', b"\xff\xfe", b"{} {}", DEEP),
        *(b'{"now": NaN}', b'{"now": 1e999}', b'{"programme": "\xff"}', b'{"notes": ' + DEEP + b"]" * 100_000 + b"}"),
    ],
    ids=range(12),
)
def test_bytes_that_are_no_case_are_refused_in_a_sentence(text):
    with pytest.raises(BadCase) as refused:
        Case.from_json(text)
    assert str(refused.value).endswith(".")


def test_a_case_reads_the_same_from_bytes_text_and_object():
    text = json.dumps(FULL)
    assert Case.from_json(text) == Case.from_json(text.encode()) == Case.from_json(FULL)
    assert Case.from_json(b"\xef\xbb\xbf" + text.encode()) == Case.from_json(FULL), "a byte order mark is passed over"


def test_a_case_survives_its_own_document():
    case = volume_stage(flags=(flag(),), holds=(hold("03-30 00:00"),), daily=mornings(1, 1))
    assert Case.from_json(document(case)) == case
    since = datetime(2026, 3, 20, tzinfo=UTC)
    loosened = volume_stage(profile="TENDON", profile_since=since, profile_before={"name": "FIBRE"})
    assert Case.from_json(document(loosened)) == loosened
    examined = volume_stage(nerve_checked_at=since, asked_since=since)
    assert Case.from_json(document(examined)) == examined


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-30T18:00:00Z",
        "2026-03-30T20:00:00+02:00",
        "20260330T180000Z",
        "2026-03-30t18:00z",
        "2026-03-30 18:00+00:00",
    ],
)
def test_any_zone_is_the_same_moment(text):
    assert Case.from_json(put("now", text)).now == datetime(2026, 3, 30, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "part",
    [
        *("sessions", "daily", "flags", "holds", "references", "stage_override", "profile", "notes"),
        *("nerve_checked_at", "asked_since", "profile_since", "profile_before"),
    ],
)
def test_what_is_empty_may_be_null_or_left_out(part):
    assert Case.from_json(put(part, None)) == Case.from_json(without(part))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("expect", {"decision": "PROGRESS_READY"}),
        ("about", 7),
        ("sessions.0.weather", "rain"),
        ("sessions.0.metrics.mood", 7),
        ("sessions.0.metrics.device", "a name"),
        ("sessions.0.metrics.d_model_broken", True),
        ("sessions.0.metrics.decoupling_pct", -3.5),
        ("sessions.0.check_in.mood", "fine"),
        ("notes", {"mri": ["anything", {"at": "all"}]}),
    ],
)
def test_what_no_rule_reads_is_passed_over(path, value):
    reread = decide(Case.from_json(put(path, value)))
    expected = decide(Case.from_json(FULL))
    assert (reread.decision, reread.reasons) == (expected.decision, expected.reasons)


def test_an_unknown_metric_that_is_a_number_is_kept():
    assert Case.from_json(put("sessions.0.metrics.eff75_n", 3)).sessions[0].metrics["eff75_n"] == 3


def test_identical_copies_of_a_session_are_one_even_in_another_zone():
    copy = {**FULL["sessions"][0], "start": "2026-03-15T09:00:00+02:00"}
    assert len(Case.from_json(put("sessions", [*FULL["sessions"], copy])).sessions) == 5


def test_two_different_sessions_with_one_id_are_refused():
    other = {**FULL["sessions"][0], "quality": "POOR"}
    with pytest.raises(BadCase, match=r"sessions\[5\]: there is another session with the id 'a1'"):
        Case.from_json(put("sessions", [*FULL["sessions"], other]))
