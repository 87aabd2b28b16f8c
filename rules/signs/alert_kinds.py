"""Alert kinds: for each code who hears it, how urgently, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Audience = Literal["runner", "physio"]
OF_THE_REASON = "{words}"


class Urgency(IntEnum):
    """From a line in the list to a call that no quiet hour holds back."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    PAGE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an alert of this code is. `physio` and `runner` are templates; None where that person does not hear it.

    A template that is OF_THE_REASON stands for the words of the reason it comes from; the others may name `{when}`,
    `{measured}` and `{item}`.
    """

    urgency: Urgency
    physio: str | None = None
    runner: str | None = None


KINDS: Mapping[str, Kind] = {
    "RED_FLAG": Kind(urgency=Urgency.PAGE, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "RED_RESPONSE": Kind(urgency=Urgency.HIGH, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "SPIKE_LARGE": Kind(urgency=Urgency.HIGH, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "SPIKE_MODERATE": Kind(urgency=Urgency.NORMAL, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "SPIKE_SMALL": Kind(urgency=Urgency.LOW, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "CEILING": Kind(urgency=Urgency.NORMAL, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "LAPSE": Kind(urgency=Urgency.NORMAL, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "POOR_SENSOR": Kind(urgency=Urgency.LOW, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "MISSING_24H": Kind(
        urgency=Urgency.LOW,
        physio=OF_THE_REASON,
        runner="How was the morning after your run of {when}? The answer is open for a few more hours.",
    ),
    "BAD_MORNING": Kind(urgency=Urgency.HIGH, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "NERVE_SIGNS": Kind(urgency=Urgency.HIGH, physio=OF_THE_REASON),
    "LAYOFF": Kind(urgency=Urgency.NORMAL, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "REPEATED_POOR_RESPONSE": Kind(urgency=Urgency.HIGH, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "POOR_2_OF_3": Kind(urgency=Urgency.NORMAL, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "MORNING_TREND": Kind(urgency=Urgency.NORMAL, physio=OF_THE_REASON, runner=OF_THE_REASON),
    "MISSING_FIRST": Kind(
        urgency=Urgency.LOW,
        physio="Run on {when}: no answer about the run or the next morning within 36 hours.",
    ),
    "DURING_RISING": Kind(
        urgency=Urgency.NORMAL,
        physio="Pain during the last 4 runs at this stage: {measured}. It never fell.",
    ),
    "BROKE_OFF": Kind(
        urgency=Urgency.NORMAL,
        physio="Runs end early: {measured} of the last 5 at this stage were shorter than half of what it asks for.",
    ),
    "SPEED_IMPLAUSIBLE": Kind(
        urgency=Urgency.NORMAL,
        physio="Run on {when}: the recorded speed is not plausible, so the run does not count. Raise the top speed on "
        "record, or delete the recording.",
    ),
    "STALLED": Kind(
        urgency=Urgency.HIGH,
        physio="No way forward: {measured}. Examine the cause once more.",
    ),
    "NOVEL_SPEED": Kind(
        urgency=Urgency.NORMAL,
        physio="Run of {when}: {measured} of {item}, more than twice the most of the 30 days before, above the dose.",
    ),
    "NOVEL_INCLINE": Kind(
        urgency=Urgency.NORMAL,
        physio="Run of {when}: {measured} of {item}, more than twice the most of the 30 days before, above the dose.",
    ),
    "WEEK_JUMP": Kind(
        urgency=Urgency.LOW,
        physio="Distance of the last 7 days against the 7 before: {measured}. It informs; no study ties it to injury.",
    ),
    "MORNING_WORSE": Kind(
        urgency=Urgency.LOW,
        physio="Morning values of the last 7 days against the 7 before: {measured}.",
    ),
    "SPEED_STALE": Kind(
        urgency=Urgency.LOW,
        physio="{measured} without an effort near top speed.",
        runner="{measured} without an effort near top speed. Begin the next fast run within the limits of the sprint "
        "stage.",
    ),
    "SPEED_NUDGE": Kind(
        urgency=Urgency.LOW, runner="{measured} without an effort near top speed. A few keep what you have earned."
    ),
    "VMAX_EXCEEDED": Kind(
        urgency=Urgency.LOW,
        physio="Run of {when}: {measured} of the top speed on record. Review the reference; nothing was changed.",
    ),
}
