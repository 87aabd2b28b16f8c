"""Say: the words of one reason, one note or one missing part, with their numbers in them."""

from __future__ import annotations

from typing import Literal

from rules.case import Case
from rules.gaps import RESTART_DAYS
from rules.load import comparisons
from rules.metric_facts import label
from rules.numbers import known
from rules.red_flags import red_flag
from rules.requirement import Requirement
from rules.rows.said import is_active
from rules.speech.tongue import ENGLISH, Tongue
from rules.speech.words import (
    AFTER,
    AT_FLOOR,
    CAPS,
    DECISIONS,
    MISSING,
    NOTES,
    OF_A_WORD,
    OF_AN_AMOUNT,
    PAIN,
    REFERENCES,
    RESTART,
    UNKNOWN_DAY,
    UNTIL,
    WORDS,
    Words,
)
from rules.view import look
from rules.vocabulary import Decision, Missing, Reason, Session

Audience = Literal["runner", "physio"]
_RESPONSES = ("RED_RESPONSE", "RED_SETTLED", "RED_BEFORE_ENTRY_UNSETTLED")
_SPIKES = ("SPIKE_SMALL", "SPIKE_MODERATE", "SPIKE_LARGE")


def decision_words(
    decision: Decision, target_stage: str | None, audience: Audience = "runner", tongue: Tongue = ENGLISH
) -> str:
    """What a decision asks of the runner."""
    return _for(DECISIONS[decision], audience, tongue).format(target=target_stage or "")


def reason_words(reason: Reason, case: Case, audience: Audience = "runner", tongue: Tongue = ENGLISH) -> str:
    """One reason in one or two sentences. A code that has no words yet is named as it is."""
    if reason.code == "REGRESS_AT_FLOOR":
        return f"{_filled(reason.of or '', reason, case, audience, tongue)} {tongue.translate(_at_floor(reason))}"
    return _filled(reason.code, reason, case, audience, tongue)


def note_words(note: str, audience: Audience = "runner", tongue: Tongue = ENGLISH) -> str:
    """One note of a verdict, such as `CEILING_UNCHECKED inc4_s`."""
    code, _, item = note.partition(" ")
    return _for(NOTES[code], audience, tongue).format(item=tongue.translate(label(item))) if code in NOTES else note


def requirement_words(part: Missing | Requirement, tongue: Tongue = ENGLISH) -> str:
    """One thing the stage asks for: what it is, how much of it is there, and how much is asked for."""
    kind, _, name = part.item.partition(".")
    what = tongue.translate(MISSING.get(kind, part.item)).format(item=tongue.translate(label(name)) if name else "")
    if isinstance(part.required, str):
        return tongue.translate(OF_A_WORD).format(
            what=what, measured=tongue.amount(part.measured, None), required=tongue.translate(part.required)
        )
    unit = None if part.unit in ("sessions", "outings") else part.unit
    measured, required = tongue.amount(part.measured, unit), tongue.amount(part.required, unit)
    return tongue.translate(OF_AN_AMOUNT).format(what=what, measured=measured, required=required)


def _filled(code: str, reason: Reason, case: Case, audience: Audience, tongue: Tongue) -> str:
    words = WORDS.get(code) or CAPS.get(code)
    if words is None:
        return code
    session = next((one for one in case.sessions if one.id == reason.session_id), None)
    return _for(words, audience, tongue).format(
        item=tongue.translate(_item(reason)) if reason.item else "",
        measured=tongue.amount(reason.measured, _unit(reason)),
        required=_required(reason, tongue),
        when=tongue.day(session.start) if session else tongue.translate(UNKNOWN_DAY),
        more=_more(reason, case, session, tongue),
    )


def _for(words: Words, audience: Audience, tongue: Tongue) -> str:
    return tongue.translate(words.runner if audience == "runner" else words.physio)


def _item(reason: Reason) -> str:
    item = reason.item or ""
    return red_flag(item).name if reason.code == "RED_FLAG" else REFERENCES.get(item) or label(item)


def _required(reason: Reason, tongue: Tongue) -> str:
    if isinstance(reason.required, str):
        return tongue.translate(REFERENCES.get(reason.required, reason.required))
    return tongue.amount(reason.required, _unit(reason))


def _unit(reason: Reason) -> str | None:
    """The unit where it belongs to the number itself; a count of sessions is named by its sentence."""
    return reason.unit if reason.unit in ("s", "m", "d", "%") else None


def _more(reason: Reason, case: Case, session: Session | None, tongue: Tongue) -> str:
    if reason.code == "RED_FLAG":
        return tongue.translate(red_flag(reason.item or "").route)
    if reason.code == "PHYSIO_HOLD":
        return _until(case, tongue)
    if session is not None and reason.code in _RESPONSES:
        return _highest_pain(session, tongue)
    return _distances(case, session, tongue) if reason.code in _SPIKES and session else ""


def _highest_pain(session: Session, tongue: Tongue) -> str:
    """The highest pain that was answered about a session, for its physio."""
    answers = session.check_in
    scores = [] if answers is None else [known(score) for score in (answers.during, answers.after, answers.morning)]
    highest = max((score for score in scores if score is not None), default=None)
    return "" if highest is None else tongue.translate(PAIN).format(pain=tongue.amount(highest, None))


def _until(case: Case, tongue: Tongue) -> str:
    ends = [hold.until for hold in case.holds if is_active(hold, case)]
    last = None if None in ends else max((end for end in ends if end), default=None)
    return tongue.translate(UNTIL).format(day=tongue.day(last)) if last else ""


def _distances(case: Case, session: Session, tongue: Tongue) -> str:
    """The distances of a jump, which only a case with a valid programme has."""
    compared = comparisons(look(case))[session.id]
    run, longest = tongue.amount(compared.run_m, "m"), tongue.amount(compared.longest_m, "m")
    return tongue.translate(AFTER).format(run=run, longest=longest)


def _at_floor(reason: Reason) -> str:
    long_off = reason.of == "LAYOFF" and isinstance(reason.measured, int | float) and reason.measured >= RESTART_DAYS
    return RESTART if long_off else AT_FLOOR
