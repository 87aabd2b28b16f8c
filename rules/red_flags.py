"""Red flags: answers that come before everything else, with the way to help that each one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EMERGENCY = "Go to an emergency department now."
CALL = "Call emergency services."
SAME_DAY = "Same-day medical assessment; do not run."
THIS_WEEK = "See a doctor this week; do not run."
URGENT = "Urgent medical assessment, today or tomorrow; do not run and do not hop to test it."
WITHIN_DAYS = "See a clinician within days; do not run until then."


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlag:
    """One question of the screen: what the runner is asked, what it is called, and where a yes leads."""

    code: str
    question: str
    name: str
    route: str


def _flag(code: str, name: str, route: str, question: str) -> RedFlag:
    return RedFlag(code=code, name=name, route=route, question=question)


# Pathway for a suspected cauda equina syndrome (GIRFT, CSP) for the first four; the others are an expert default.
RED_FLAGS: Mapping[str, RedFlag] = {
    flag.code: flag
    for flag in (
        _flag(
            "saddle_numbness",
            "numbness between the legs or around the seat",
            EMERGENCY,
            "Is there numbness or tingling between your legs, around your seat or your genitals?",
        ),
        _flag(
            "bladder_bowel_sexual_change",
            "a change of bladder, bowel or sexual function",
            EMERGENCY,
            "Has passing water, opening your bowels or sexual function changed since this began?",
        ),
        _flag(
            "bilateral_leg_symptoms",
            "new symptoms in both legs",
            EMERGENCY,
            "Are there new symptoms in both legs at once?",
        ),
        _flag(
            "foot_drop_or_progressive_weakness",
            "a foot that drops, or growing weakness",
            EMERGENCY,
            "Does a foot drop or drag, or is a leg getting weaker?",
        ),
        _flag(
            "chest_pain_faint",
            "chest pain or fainting",
            CALL,
            "Have you had chest pain, or fainted, in a run or after it?",
        ),
        _flag(
            "sudden_breathlessness",
            "sudden breathlessness",
            CALL,
            "Did you become short of breath suddenly, without a reason?",
        ),
        _flag(
            "pop_bruise",
            "a sudden pop with bruising, or no weight on the leg",
            SAME_DAY,
            "Was there a sudden pop, with bruising, or can you not put weight on the leg?",
        ),
        _flag(
            "sit_bone_pop_under_18",
            "a pop at the sit bone before the age of 18",
            SAME_DAY,
            "Are you under 18, and was there a pop at the sit bone?",
        ),
        _flag(
            "calf_swelling_warm",
            "a swollen or warm calf",
            SAME_DAY,
            "Is a calf, or the back of a knee, swollen, warm or red?",
        ),
        _flag("fever_unwell", "fever or feeling ill", SAME_DAY, "Do you have a fever, or feel ill as well?"),
        _flag(
            "night_rest_pain",
            "constant pain at night or at rest",
            THIS_WEEK,
            "Is there constant pain at night or at rest that no position changes?",
        ),
        _flag(
            "weight_loss_or_cancer_history",
            "weight loss without a reason, or cancer in the past",
            THIS_WEEK,
            "Have you lost weight without a reason, or ever had cancer?",
        ),
        _flag(
            "bone_stress",
            "deep groin or sit-bone pain on every step or hop",
            URGENT,
            "Is there deep pain in the groin or the sit bone with every step or hop?",
        ),
        _flag(
            "new_numbness_24h",
            "new numbness for more than a day",
            WITHIN_DAYS,
            "Is there new numbness that has lasted more than 24 hours?",
        ),
    )
}


def red_flag(code: str) -> RedFlag:
    """What is known of a flag; one that nobody knows is taken as serious as a same-day one."""
    name = code.replace("_", " ")
    return RED_FLAGS.get(code) or _flag(code, name, SAME_DAY, f"Is there {name}?")
