"""Tongue: how one person is spoken to; the sentences stay those of `words`, only their dress changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rules.speech import amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """`translate` gives a template in the person's language with the same names in braces; `amount(value, unit)` and
    `day(moment)` write a number and a date in their units and their time zone.
    """

    translate: Callable[[str], str]
    amount: Callable[[float | str | None, str | None], str]
    day: Callable[[datetime], str]


ENGLISH = Tongue(translate=lambda text: text, amount=amounts.amount, day=amounts.day)  # metric, and UTC as is judged
