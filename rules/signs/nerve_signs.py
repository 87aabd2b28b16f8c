"""Nerve signs: four kinds of answers that together make a physio think of the back or a nerve."""

from __future__ import annotations

from rules.numbers import exceeds, known
from rules.view import View
from rules.vocabulary import CheckIn

DAYS = 14
CHARACTERS = frozenset({"tingling", "numb", "numbness", "shooting"})


def nerve_signs(view: View) -> tuple[str, ...]:
    """Which of the four the check-ins of the last 14 days hold, in words; only alerts read them."""
    said = [seen.session.check_in for seen in view.last_days(DAYS) if seen.session.check_in]
    sites = {answer.site for answer in said if answer.site}
    kinds = {
        "tingling, numb or shooting pain": any(CHARACTERS & set(answer.character) for answer in said),
        "pain that moves down the leg": any(answer.distal_spread for answer in said),
        "worse sitting, and with a cough or sneeze": any(map(_sitting, said)) and any(answer.cough for answer in said),
        "pain that changes its place": len(sites) > 1 or bool(sites - set(view.programme.sites or sites)),
    }
    return tuple(kind for kind, found in kinds.items() if found)


def _sitting(said: CheckIn) -> bool:
    """Sitting hurts, and at least as much as running."""
    sitting, during = known(said.sitting), known(said.during)
    return sitting is not None and exceeds(sitting, 0) and (during is None or sitting >= during)
