"""Nerve signs: four kinds of answers, two of which together point to the back or a nerve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.numbers import exceeds, known
from rules.view import View
from rules.vocabulary import CheckIn, Decision, Reason

DAYS = 14  # expert default
ENOUGH_KINDS = 2  # expert default
FOR_NERVES = "NEURAL"
CHARACTERS = frozenset({"tingling", "numb", "numbness", "shooting"})


def nerve_signs(view: View) -> Iterator[Reason]:
    """Two of four kinds of answers, in a programme that is not made for nerves."""
    kinds = kinds_found(view)
    if view.programme.origin != FOR_NERVES and len(kinds) >= ENOUGH_KINDS:
        yield Reason(
            code="NERVE_SIGNS",
            verdict=Decision.HOLD,
            item="nerve_signs",
            measured=len(kinds),
            required=ENOUGH_KINDS,
            unit="kinds in 14 d",
        )


def kinds_found(view: View) -> tuple[str, ...]:
    """The kinds found in the check-ins of the last 14 days since the last examination, as plain text.

    An examination dated after `now` does not count.
    """
    answers = _check_ins(view)
    kinds = {
        "tingling, numb or shooting pain": any(CHARACTERS.intersection(answer.character) for answer in answers),
        "pain that moves down the leg": any(answer.distal_spread for answer in answers),
        "pain while sitting, and with a cough or sneeze": _sitting_and_cough(answers),
        "pain in another place": _another_site(answers, view.programme.sites),
    }
    return tuple(kind for kind, found in kinds.items() if found)


def _check_ins(view: View) -> list[CheckIn]:
    examined_at = view.case.nerve_checked_at
    if examined_at is not None and examined_at > view.now:
        examined_at = None
    sessions = [seen.session for seen in view.last_days(DAYS) if examined_at is None or seen.start > examined_at]
    return [session.check_in for session in sessions if session.check_in]


def _sitting_and_cough(answers: Sequence[CheckIn]) -> bool:
    return any(exceeds(known(answer.sitting), 0) for answer in answers) and any(answer.cough for answer in answers)


def _another_site(answers: Sequence[CheckIn], sites: Sequence[str]) -> bool:
    reported = {answer.site for answer in answers if answer.site}
    return bool(reported - set(sites)) if sites else len(reported) > 1
