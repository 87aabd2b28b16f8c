"""Every code has words for the runner and the physio, and none of them says what must not be said."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cases import (
    NOW,
    at,
    felt,
    flag,
    hold,
    mornings,
    run,
    sprint_stage,
    volume_stage,
    with_references,
    with_run,
    with_runs,
)
from hypothesis import given
from random_cases import random_cases, thoroughly

from rules.attest import ENTRY
from rules.case import Case
from rules.decide import CODES, decide
from rules.next_session import allowance
from rules.red_flags import RED_FLAGS, red_flag
from rules.signs.alert_kinds import KINDS
from rules.speech.explain import explain
from rules.speech.say import decision_words, note_words, reason_words
from rules.speech.screen import HEIGHT, WIDTH
from rules.speech.words import DECISIONS, DISCLAIMER, HELP, MISSING, NOTES, WORDS
from rules.version import RULES_VERSION
from rules.vocabulary import Decision, Reason

A, F = volume_stage(), sprint_stage()
MANY = ("run_s", "cont_run_s", "run_m")  # limits that every run of A passes once they are 0
SHARED = sorted((Path(os.environ.get("STRIDEGATE_REAL_DATA", "/nowhere")) / "cases2").glob("*.json"))
DOCS = Path(__file__).parents[2] / "docs" / "rules.md"

# Comfort, risk in numbers, diagnoses and structures; "safe" and "cleared" are for flags, never for a runner.
FORBIDDEN = re.compile(
    r"\bhealed|\bsafe\b|\bcleared to\b|\byou are cleared|injury risk|\brisk of|\d ?% risk|sciatic|"
    r"\btendon|\btear\b|\btorn\b|\bfibre|\bmuscle|\bstrain|\bbursitis|\bligament|\bischi|\bherni|\bdisc\b|"
    r"no pain so|nothing to worry|probably fine|\bfine\b|all good|do not worry|stop your treatment",
    re.IGNORECASE,
)


def everything_said():
    for table in (DECISIONS, WORDS, NOTES):
        for words in table.values():
            yield from (words.runner, words.physio)
    for kind in KINDS.values():
        yield from filter(None, (kind.runner, kind.physio))
    for one in RED_FLAGS.values():
        yield from (one.question, one.name, one.route)
    yield from (*MISSING.values(), DISCLAIMER, HELP)


@pytest.mark.parametrize("sentence", sorted(set(everything_said())))
def test_nothing_that_is_said_comforts_diagnoses_or_counts_risk(sentence):
    assert not FORBIDDEN.search(sentence)
    assert "!" not in sentence


def test_the_forbidden_words_are_found_where_they_stand():
    for sentence in (
        "You are healed.",
        "It is safe to run.",
        "Your tendon is thick.",
        "Injury risk 12 %.",
        "Sciatica.",
    ):
        assert FORBIDDEN.search(sentence)


def test_every_code_has_words_and_every_words_a_code():
    assert set(WORDS) == set(CODES)
    assert set(DECISIONS) == set(Decision)


def test_every_code_and_every_alert_stands_in_the_documents_with_an_example():
    text = DOCS.read_text()
    sections = {title.strip("`"): body for title, body in re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", text, re.M | re.S)}
    for code in CODES:
        assert "Example:" in sections[code], code
    for code in (*NOTES, *KINDS):
        assert f"`{code}`" in text or code in sections, code


def test_the_documents_name_every_number_of_the_tables():
    text = DOCS.read_text()
    for criteria in ENTRY.values():
        for each in criteria.values():
            assert all(f"`{criterion.code}`" in text for criterion in each)
    for code in RED_FLAGS:
        assert f"`{code}`" in text


ROUTES = {
    "Go to an emergency department now.": {
        "saddle_numbness",
        "bladder_bowel_sexual_change",
        "bilateral_leg_symptoms",
        "foot_drop_or_progressive_weakness",
    },
    "Call emergency services.": {"chest_pain_faint", "sudden_breathlessness"},
    "Same-day medical assessment; do not run.": {
        "pop_bruise",
        "sit_bone_pop_under_18",
        "calf_swelling_warm",
        "fever_unwell",
    },
    "See a doctor this week; do not run.": {"night_rest_pain", "weight_loss_or_cancer_history"},
}


def test_each_red_flag_leads_to_the_help_it_needs():
    for route, flags in ROUTES.items():
        assert {code for code, one in RED_FLAGS.items() if one.route == route} == flags
    assert {"bone_stress", "new_numbness_24h"} == set(RED_FLAGS) - set().union(*ROUTES.values())
    assert red_flag("a flag of tomorrow").route == "Same-day medical assessment; do not run."


SAID = [
    (
        with_run(A, "a5", run_m=9500),
        "SPIKE_MODERATE",
        "Your run on 28 March was 1.32 times as long as your longest in the 30 days before (9.5 km after 7.2 km). "
        "Hold for a week.",
    ),
    (
        with_runs(A, run("b", at("03-28 12:00"), 600, 3200, felt())),
        "SPIKE_SMALL",
        "Your run on 28 March was 1.14 times as long as your longest in the 30 days before (8.2 km after 7.2 km). "
        "Hold for a week.",
    ),
    (
        replace(A, daily=mornings(7)),
        "BAD_MORNING",
        "Your morning pain was 7 out of 10. Hold for a week, and until a run has gone well.",
    ),
    (
        with_run(A, "a5", character=("numb",), site="back"),
        "NERVE_SIGNS",
        "Your answers of the last 14 days need a check by your physio before you do more.",
    ),
    (
        with_runs(A, run("b", NOW + timedelta(days=1), 600, 2000, None)),
        "CLOCK_FUTURE",
        "Your run on 31 March is dated in the future, so we can't use it. Check the clock of your device.",
    ),
    (
        with_run(with_run(A, "a4", painkillers=True), "a5", painkillers=True),
        "MISSING_24H",
        "We can't judge 2 of your last 3 runs: an answer is missing, or you took painkillers. Tell us how the runs "
        "felt, and the mornings after them.",
    ),
    (
        with_run(A, "a4", during=7),
        "RED_SETTLED",
        "Your run on 25 March was too much. It has settled since. Give it a week before you do more.",
    ),
    (
        with_run(A, "a5", peak3_pct=85),
        "CEILING",
        "Too much for this stage on 28 March: fastest three seconds, of top speed, 85 %. At most 60 % is allowed.",
    ),
    (
        replace(A, flags=(flag(),)),
        "RED_FLAG",
        "You told of numbness between the legs or around the seat. Go to an emergency department now.",
    ),
    (
        replace(A, sessions=(), stage_entered_at=at("03-10 00:00")),
        "LAYOFF",
        "You had a break of 20 days from running. Rest alone doesn't prepare you for running: your physio will choose "
        "the stage to start from.",
    ),
    (
        with_references(F, v_max_kind="estimated"),
        "REF_NOT_MEASURED",
        "Your top speed is only estimated. It has to be measured before this can count: "
        "fast efforts at 90 % of top speed, level.",
    ),
    (
        replace(A, holds=(hold("03-29 00:00", "04-02 00:00"),)),
        "PHYSIO_HOLD",
        "Your physio asked you to stay where you are until 2 April.",
    ),
    (replace(A, holds=(hold("03-29 00:00"),)), "PHYSIO_HOLD", "Your physio asked you to stay where you are."),
    (
        replace(A, stage="P1", sessions=(), stage_entered_at=at("02-02 00:00")),
        "REGRESS_AT_FLOOR",
        "You had a break of 56 days from running. Rest alone doesn't prepare you for running: your physio will choose "
        "the stage to start from. Start stage 1 again with your physio.",
    ),
    (
        replace(A, stage="P1", sessions=(), stage_entered_at=at("02-03 00:00")),
        "REGRESS_AT_FLOOR",
        "You had a break of 55 days from running. Rest alone doesn't prepare you for running: your physio will choose "
        "the stage to start from. This is the first stage already, so stay on it and begin easier.",
    ),
    (
        replace(A, programme="NOPE"),
        "PROGRAMME_INVALID",
        "Your programme cannot be used as it stands. Your physio has to look at it.",
    ),
]


@pytest.mark.parametrize(("case", "code", "words"), SAID)
def test_a_reason_is_said_with_its_numbers(case, code, words):
    assert words in {reason_words(reason, case) for reason in decide(case).reasons if reason.code == code}


def test_what_nobody_knows_reads_cannot_tell():
    flat = replace(A, stage="P4", sessions=tuple(replace(s, metrics={**s.metrics, "inc2_s": None}) for s in A.sessions))
    text = " ".join(explain(decide(flat), flat).split())
    assert "MISSING running up 2 % or steeper, all together: cannot tell of 25 min" in text


def check_screen(case):
    """For both readers: one screen, its sentences of safety whole, the most important first, and nothing forbidden."""
    verdict = decide(case)
    for audience in ("runner", "physio"):
        text = explain(verdict, case, audience, allowed=allowance(case, verdict))
        lines, flat = text.splitlines(), " ".join(text.split())
        assert max(map(len, lines)) <= WIDTH
        assert len(lines) <= HEIGHT
        assert lines[0].startswith(verdict.decision.name)
        assert DISCLAIMER in lines
        assert flat.endswith(HELP)
        assert f"Rules {RULES_VERSION}, programme version" in text
        for reason in verdict.reasons:
            if reason.code == "RED_FLAG":
                assert reason_words(reason, case, audience) in flat
        assert f"{verdict.reasons[0].code}: {reason_words(verdict.reasons[0], case, audience)}" in flat
        assert not re.search(r"[{}]|None|nan", text)
        assert not FORBIDDEN.search(text.replace("imt", "").replace("FIBRE", "")), "but for keys of programmes"
        check_whole(text, explain(verdict, case, audience, allowed=allowance(case, verdict), height=None))


def check_whole(text, whole):
    """All of it holds what the screen shows, and as many sentences more as the screen says."""
    more = re.search(r"\.\.\. and (\d+) more; --all shows them\n", text)
    assert whole == text if more is None else len(whole.splitlines()) > len(text.splitlines()) - 1
    assert "--all" not in whole
    sentences = [len(re.findall(r"^  ?\S", one, re.MULTILINE)) for one in (text, whole)]
    assert sentences[1] - sentences[0] == (int(more[1]) if more else 0)
    assert set(text.splitlines()) - set(whole.splitlines()) == ({more[0].strip()} if more else set())


@thoroughly
@given(random_cases())
def test_every_verdict_can_be_explained_to_both_on_a_screen_without_a_forbidden_word(case):
    check_screen(case)


@pytest.mark.parametrize("case", [A, F, *(case for case, _, _ in SAID)])
def test_the_cases_of_every_code_are_explained_on_a_screen(case):
    check_screen(case)


@pytest.mark.real
@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_the_shared_cases_are_explained_on_a_screen(path):
    check_screen(Case.from_json(path.read_bytes()))


def test_no_way_to_help_is_ever_cut_however_many_flags_there_are():
    case = replace(A, flags=tuple(flag(code) for code in RED_FLAGS))
    text = " ".join(explain(decide(case), case, allowed=allowance(case, decide(case))).split())
    assert all(one.route in text and one.name in text for one in RED_FLAGS.values())
    assert DISCLAIMER in text
    assert text.endswith(HELP)


def test_what_has_no_room_on_the_screen_is_counted():
    low = {"ceil": dict.fromkeys(MANY, 0)}
    loud = replace(A, daily=mornings(5, 5, 5), holds=(hold("03-30 00:00"),), stage_override=low)
    screen, whole = (explain(decide(loud), loud, height=height) for height in (HEIGHT, None))
    assert "more; --all shows them" in screen
    assert len(whole.splitlines()) > HEIGHT
    assert whole.count("CEILING: ") == 2 * len(MANY)


def test_what_tolerance_still_needs_is_said_in_numbers_and_words():
    sore = replace(with_run(with_run(A, "a2", during=4), "a5", during=4), daily=mornings(4))
    text = " ".join(explain(decide(sore), sore, height=None).split())
    assert "MISSING runs that went well, of the last 4: 2 of 3 [" in text
    assert "MISSING the latest run that was too much: AMBER, where SETTLED is needed" in text
    assert "MISSING the latest morning score: AMBER, where GREEN is needed" in text


def test_the_limit_of_top_speed_is_the_one_that_is_judged():
    slow = with_references(A, v_max_mps=4.0, v_thr_mps=None)
    assert "fastest three seconds, of top speed 62.5 %" in " ".join(explain(decide(slow), slow, height=None).split())


@pytest.mark.parametrize(
    ("answers", "pain"), [({"during": 7}, 7), ({"after": 6}, 6), ({"morning": 6}, 6), ({"during": 6.5, "after": 8}, 8)]
)
def test_the_physio_reads_the_highest_pain_of_a_run_that_was_too_much(answers, pain):
    red = with_run(A, "a5", **answers)
    (reason,) = (reason for reason in decide(red).reasons if reason.code == "RED_RESPONSE")
    assert f"Run on 28 March was too much (pain {pain}/10)." in reason_words(reason, red, "physio")


def test_an_unknown_code_or_note_is_shown_as_it_is():
    strange = Reason(code="OF_TOMORROW", verdict=Decision.HOLD)
    assert reason_words(strange, A) == "OF_TOMORROW"
    assert note_words("OF_TOMORROW too") == "OF_TOMORROW too"


def test_each_decision_says_what_to_do():
    assert decision_words(Decision.REGRESS, "P2").startswith("Your physio will move you back to stage P2.")
    assert "help" in decision_words(Decision.STOP_REFER, None)
    assert decision_words(Decision.INSUFFICIENT_DATA, None).startswith("Cannot tell")


def test_the_words_are_of_the_runner_and_of_the_physio():
    (reason,) = (r for r in decide(with_run(A, "a5", during=7)).reasons if r.code == "RED_RESPONSE")
    assert reason_words(reason, A, "runner") != reason_words(reason, A, "physio")
    assert "28 March" in reason_words(reason, A, "physio")


def test_every_number_of_the_screen_names_its_source():
    case = replace(A, stage_override={"ceil": {"run_s": 3000}, "total": {"fat_s": 1300}})
    text = " ".join(explain(decide(case), case).split())
    assert "running time 50 min [set by your physio]" in text
    assert "all together: 30 min of 21 min 40 s [set by your physio]" in text
    assert "in one session: 45 min of 45 min [expert default]" in text
    assert "[Frandsen 2025]" in explain(decide(with_run(A, "a5", run_m=9500)), with_run(A, "a5", run_m=9500))
