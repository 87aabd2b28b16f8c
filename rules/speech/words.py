"""Words: what each code says to the runner and to the physio, in one plain sentence or two.

Never a diagnosis, a structure, a percentage of risk, or comfort about a red flag; what is missing reads "cannot tell".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules.vocabulary import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Two templates. They may name `{item}`, `{measured}`, `{required}`, `{when}` and `{more}`."""

    runner: str
    physio: str


DISCLAIMER = "Decision support for you and your physiotherapist; not a diagnosis."
HELP = "New numbness, weakness, chest pain, or a sudden pop: stop, and call emergency services or see a doctor."
RESTART = "Start stage 1 again with your physio."
UNTIL = " until {day}"
AFTER = " ({run} after {longest})"
OF_AN_AMOUNT = "{what}: {measured} of {required}"
OF_A_WORD = "{what}: {measured}, where {required} is needed"
UNKNOWN_DAY = "an unknown day"
AT_FLOOR = "This is the first stage already, so stay on it and begin easier."

DECISIONS: Mapping[Decision, Words] = {
    Decision.STOP_REFER: Words(
        runner="Stop running and get help first.",
        physio="Stop. A red flag stands until a named clinician clears it.",
    ),
    Decision.REGRESS: Words(
        runner="Go back to stage {target}. Begin easy, with at most 70 % of the distance of your last tolerated run.",
        physio="Back to stage {target}; the first run at most 70 % of the last GREEN distance; doses restart.",
    ),
    Decision.HOLD: Words(
        runner="Hold: repeat your last tolerated run or do less. Nothing new; keep up your strength work.",
        physio="Hold: the last GREEN session's dose or less, no new trigger, strength work goes on.",
    ),
    Decision.INSUFFICIENT_DATA: Words(
        runner="Cannot tell yet: something that must be known is missing.",
        physio="Cannot tell: data, answers or references are missing.",
    ),
    Decision.CONTINUE: Words(
        runner="Carry on with this stage.",
        physio="Continue on this stage.",
    ),
    Decision.PROGRESS_READY: Words(
        runner="What this stage asks for is done and was tolerated. Your physio decides on the next stage.",
        physio="The dose is complete and was tolerated. The next stage awaits your decision.",
    ),
}

WORDS: Mapping[str, Words] = {
    "RED_FLAG": Words(
        runner="You told of {item}. {more}",
        physio="Red flag: {item}, not cleared by a named clinician. The runner reads: {more}",
    ),
    "RED_RESPONSE": Words(
        runner="The run of {when} was not tolerated, and that has not settled.",
        physio="The session of {when} is RED: no GREEN session since, or one of two RED within 7 days.",
    ),
    "RED_SETTLED": Words(
        runner="The run of {when} was not tolerated, but a later one was. Repeat that one before you do more.",
        physio="The session of {when} is RED within 7 days; a later GREEN session settled it.",
    ),
    "RED_BEFORE_ENTRY_UNSETTLED": Words(
        runner="A run before this stage, on {when}, was not tolerated, and no run has been tolerated since.",
        physio="The session of {when}, before this stage, is RED, with no GREEN session since.",
    ),
    "REPEATED_POOR_RESPONSE": Words(
        runner="{measured} of your last four runs on this stage were too much for you.",
        physio="{measured} of the last 4 sessions of this stage within 28 days are AMBER or RED; {required} step back.",
    ),
    "POOR_2_OF_3": Words(
        runner="{measured} of your last three runs on this stage were too much for you.",
        physio="{measured} of the last 3 sessions of this stage are AMBER or RED; {required} hold.",
    ),
    "LAYOFF": Words(
        runner="You have not run for {measured}. Rest brings back no readiness for running, so begin lower.",
        physio="{measured} without a run (from {required} on: one stage back; 28: two; 56: to the first).",
    ),
    "LAPSE": Words(
        runner="No run for {measured}. Did you run? Then record it or enter it.",
        physio="{measured} without a recorded run (from {required} on). Ask whether runs were not logged.",
    ),
    "NO_SESSIONS": Words(
        runner="No run has been recorded yet, so nobody can tell anything.",
        physio="No run within 60 days, and the stage is less than 8 days old.",
    ),
    "MORNING_TREND": Words(
        runner="Your mornings of the last 7 days are worse than when this stage began: {measured} in the middle, "
        "above {required}.",
        physio="Median morning value of the last 7 days {measured}; above {required} (frozen baseline + 1) it holds.",
    ),
    "CEILING": Words(
        runner="Too much for this stage on {when}: {item}, {measured}. At most {required} is allowed.",
        physio="The session of {when} passed a ceiling: {item}, {measured} over {required}.",
    ),
    "WEEK_CEILING": Words(
        runner="You ran {measured} times in 7 days. This stage allows {required}.",
        physio="{measured} sessions in the 7 days ending now; the stage allows {required}.",
    ),
    "SPIKE_SMALL": Words(
        runner="The run of {when} was {measured} times your longest of the 30 days before it{more}. "
        "No next step for a week.",
        physio="The session of {when}: {measured} times the longest of 30 days{more}. No progress for 7 days.",
    ),
    "SPIKE_MODERATE": Words(
        runner="The run of {when} was {measured} times your longest of the 30 days before it{more}. Hold for a week.",
        physio="The session of {when}: {measured} times the longest of 30 days{more}. Hold for 7 days.",
    ),
    "SPIKE_LARGE": Words(
        runner="The run of {when} was {measured} times your longest of the 30 days before it{more}. Hold for a week.",
        physio="The session of {when}: {measured} times the longest of 30 days{more}. Hold; speak to the runner.",
    ),
    "PHYSIO_HOLD": Words(
        runner="Your physio asked you to stay where you are{more}.",
        physio="A hold is active{more}.",
    ),
    "SITE_CHANGED": Words(
        runner="{measured} of your runs this week hurt in another place than before. Tell your physio.",
        physio="{measured} sessions in 7 days report another site than the programme's. Examine again.",
    ),
    "MISSING_24H": Words(
        runner="{measured} of your last three runs have no answer for the next morning. Without it nobody can tell "
        "how they were tolerated.",
        physio="{measured} of the last 3 sessions are past 36 h without their morning value ({required} block).",
    ),
    "POOR_SENSOR": Words(
        runner="{measured} of your last three recordings have too many holes. Check the sensor and its battery.",
        physio="{measured} of the last 3 recordings are POOR ({required} block).",
    ),
    "DISTANCE_UNKNOWN": Words(
        runner="Nobody knows how far you ran on {when}. Enter the distance.",
        physio="The session of {when} has no distance: a jump can neither be seen nor excluded.",
    ),
    "METRIC_UNMEASURED": Words(
        runner="No run of this stage has measured this: {item}. It cannot be told whether you did it.",
        physio="Not measured in any session of this stage within 28 days: {item} ({required} asked for).",
    ),
    "REF_MISSING": Words(
        runner="Your {required} is not known yet, and this is measured against it: {item}.",
        physio="No {required}, and the dose needs it: {item}.",
    ),
    "REF_NOT_MEASURED": Words(
        runner="Your top speed is only estimated. It has to be measured before this can count: {item}.",
        physio="Top speed is {measured}, and the dose needs a measured one: {item}.",
    ),
    "PROGRAMME_INVALID": Words(
        runner="Your programme cannot be used as it stands. Your physio has to look at it.",
        physio="The programme cannot be judged by: {measured}",
    ),
    "DOSE": Words(
        runner="Sessions that count for this stage: {measured}. It asks for {required}.",
        physio="Counting sessions: {measured}. The stage asks for {required}.",
    ),
    "TERMINAL": Words(
        runner="This is the last stage. There is no more to earn, and the same signs are watched on.",
        physio="Terminal stage: no dose, the same symptom and load rules.",
    ),
    "REGRESS_AT_FLOOR": Words(runner="{more}", physio="{more}"),
}

NOTES: Mapping[str, Words] = {
    "CEILING_UNCHECKED": Words(
        runner="Cannot tell whether this stayed within its limit in every run: {item}.",
        physio="Ceiling not checked in every session of this stage: {item}.",
    ),
    "CLOCK_FUTURE": Words(
        runner="A run dated in the future was left out. Check the clock of your device.",
        physio="A session dated after now was left out: some clock is wrong.",
    ),
    "HR_ABSENT_INFO": Words(
        runner="No drift of the heart rate could be measured. The decision does not need it.",
        physio="No drift of the heart rate in any session of this stage. It never decides.",
    ),
}

MISSING: Mapping[str, str] = {
    "sessions": "tolerated sessions, far enough apart",
    "total": "{item}, all together",
    "max": "{item}, in one session",
    "each": "{item}, in each session that counts",
    "min_days": "days on this stage",
    "earliest_day": "days since it began",
    "latest_24h": "response to the latest session",
}
REFERENCES: Mapping[str, str] = {"v_max": "top speed", "v_thr": "threshold speed"}
