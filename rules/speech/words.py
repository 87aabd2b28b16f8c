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
PAIN = " (pain {pain}/10)"
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
        runner="Your physio will move you back to stage {target}. Until then run easy, and less far than before.",
        physio="Back to stage {target}: you enter it. Until then the limits of the next run are lower.",
    ),
    Decision.HOLD: Words(
        runner="Hold here for now. Stay within the limits of your next run. Don't add anything new. Keep up your "
        "strength work.",
        physio="Hold: the limits of the next run are those of the last run that went well, or lower. No new trigger. "
        "Strength work goes on.",
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
        runner="Your run on {when} was too much, and it hasn't settled yet.",
        physio="Run on {when} was too much{more}. It has not settled, or it is one of two within 7 days.",
    ),
    "RED_SETTLED": Words(
        runner="Your run on {when} was too much. It has settled since. Give it a week before you do more.",
        physio="Run on {when} was too much{more}. Later runs show that it has settled. Hold for 7 days.",
    ),
    "RED_BEFORE_ENTRY_UNSETTLED": Words(
        runner="Your run on {when}, before this stage, was too much, and it hasn't settled yet.",
        physio="Run on {when}, before this stage, was too much{more}. It has not settled yet.",
    ),
    "REPEATED_POOR_RESPONSE": Words(
        runner="{measured} of your last 4 runs at this stage were too much for you.",
        physio="{measured} of the last 4 runs at this stage within 28 days were too much; {required} step back.",
    ),
    "POOR_2_OF_3": Words(
        runner="{measured} of your last 3 runs at this stage were too much for you.",
        physio="{measured} of the last 3 runs at this stage within 28 days were too much; {required} hold.",
    ),
    "LAYOFF": Words(
        runner="You had a break of {measured} from running. Rest alone doesn't prepare you for running: your physio "
        "will choose the stage to start from.",
        physio="{measured} without a run at this stage. Choose the stage to start from; this one is possible too. From "
        "{required}: one stage back; from 28 days: two; from 56 days: the first.",
    ),
    "LAPSE": Words(
        runner="No run for {measured}. Did you run? Then record it or add it by hand.",
        physio="{measured} without a recorded run (from {required}). Ask whether a run was not logged.",
    ),
    "NO_SESSIONS": Words(
        runner="No runs yet.",
        physio="No run within 60 days, and the stage began less than 8 days ago.",
    ),
    "BAD_MORNING": Words(
        runner="Your morning pain was {measured} out of 10. Hold for a week, and until a run has gone well.",
        physio="Morning score {measured}/10, asked on its own. From {required} it holds for 7 days, and until a run "
        "has gone well.",
    ),
    "NERVE_SIGNS": Words(
        runner="Your answers of the last 14 days need a check by your physio before you do more.",
        physio="{measured} of 4 signs of a nerve or the back within 14 days. Examine, then record the examination.",
    ),
    "CLOCK_FUTURE": Words(
        runner="Your run on {when} is dated in the future, so we can't use it. Check the clock of your device.",
        physio="The run on {when} is dated in the future. Check the clock of the device, or delete the run.",
    ),
    "MORNING_TREND": Words(
        runner="Your mornings of the last 7 days are worse than when this stage began: typically {measured} out of 10. "
        "Above {required} we hold.",
        physio="Median morning score of the last 7 days: {measured}; above {required} (baseline + 1) it holds.",
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
        runner="Your run on {when} was {measured} times as long as your longest in the 30 days before{more}. Hold for "
        "a week.",
        physio="Run on {when}: {measured} times the longest tolerated in the 30 days before{more}. Hold for 7 days.",
    ),
    "SPIKE_MODERATE": Words(
        runner="Your run on {when} was {measured} times as long as your longest in the 30 days before{more}. Hold for "
        "a week.",
        physio="Run on {when}: {measured} times the longest tolerated in the 30 days before{more}. Hold for 7 days.",
    ),
    "SPIKE_LARGE": Words(
        runner="Your run on {when} was {measured} times as long as your longest in the 30 days before{more}. Hold for "
        "a week.",
        physio="Run on {when}: {measured} times the longest tolerated in the 30 days before{more}. Hold for 7 days, "
        "and speak to the runner.",
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
        runner="We can't judge {measured} of your last 3 runs: an answer is missing, or you took painkillers. Tell us "
        "how the runs felt, and the mornings after them.",
        physio="{measured} of the last 3 runs have no answer in time, or painkillers were taken; {required} block.",
    ),
    "POOR_SENSOR": Words(
        runner="{measured} of your last 3 recordings have gaps. Check the sensor and its battery.",
        physio="{measured} of the last 3 recordings were measured too poorly; {required} block.",
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

# Reasons that a server adds because something is still under way; `rules.verdict_cap` puts them into a verdict.
CAPS: Mapping[str, Words] = {
    "REMEASURING": Words(
        runner="We are re-checking your runs. Until this is done, we use the earlier measurements.",
        physio="The runs are being re-checked with a new version. Until this is done, the result uses the earlier "
        'measurements and is never "ready".',
    ),
}

NOTES: Mapping[str, Words] = {
    "CEILING_UNCHECKED": Words(
        runner="Cannot tell whether this stayed within its limit in every run: {item}.",
        physio="Ceiling not checked in every session of this stage: {item}.",
    ),
    "CLOCK_FUTURE": Words(
        runner="A run dated in the future was left out. Check the clock of your device.",
        physio="A run dated in the future was left out. Check the clock of the device.",
    ),
    "RUN_BEING_RECORDED": Words(
        runner="A run is being recorded. We look at the next step after it.",
        physio="A run is being recorded. The next step is judged after it.",
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
    "tolerated_of_4": "runs that went well, of the last 4",
    "settled": "the latest run that was too much",
    "latest_24h": "24 hours after the last run",
    "latest_morning": "the latest morning score",
    "previous_24h": "answers about the 2 runs before it",
    "after_gap": "qualifying runs since the break",
}
REFERENCES: Mapping[str, str] = {"v_max": "top speed", "v_thr": "threshold speed"}
