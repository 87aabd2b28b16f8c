"""Forbidden words: what no page says to anybody, and what a runner's page does not say either."""

from __future__ import annotations

import re

from rules.forms.programme_files import KEYS
from rules.programme import load

# A verdict that nobody can give, a risk in numbers, and comfort about what must be looked at.
TO_ANYBODY = re.compile(
    r"\bhealed\b|\bsafe to run|\b(?:you|they|runner|he|she) (?:is|are|has been|have been) cleared\b|"
    r"\bcleared (?:to|for) (?:run|train|play|sport|sprint|return)|\bfully recovered|\binjury.free\b|"
    r"\brisk of (?:re-?)?injury|\binjury risk|\d ?% risk|\brisk (?:is|of) (?:about )?\d|"
    r"no pain,? so\b|nothing to worry|no need to worry|do not worry|don't worry|probably (?:fine|harmless)|"
    r"\ball good\b|\bharmless\b|stop your treatment",
    re.IGNORECASE,
)
# Names of structures, and of what is wrong with them, are a physio's words.
TO_A_RUNNER = re.compile(
    r"\btendon|\btendin|\btear\b|\btears\b|\btorn\b|\bfibres?\b|\bmuscle|\bstrain|\bbursitis|\bligament|\bischi|"
    r"\bherni|\bdiscs?\b|\bnerves?\b|\bsciatic|\bneural\b|\bavulsion|\brupture|\blesion|\bfine\b",
    re.IGNORECASE,
)
CLINICAL_NAMES = tuple(load(key).name for key in KEYS)
# The same verdicts in the languages of the pages; a language without a row is refused.
ELSEWHERE = {
    "de": r"\bgeheilt|\bausgeheilt|\bgesund\b|unbedenklich|gefahrlos|verletzungsrisiko|ischias|"
    r"kein grund zur sorge|\bharmlos",
    "fr": r"\bguéri|sans danger|sans risque|risque de blessure|sciatique|pas d'inquiétude|\banodin",
    "es": r"\bcurad[oa]\b|sin peligro|sin riesgo|riesgo de lesión|ciática|no se preocupe|inofensiv",
    "nl": r"\bgenezen\b|ongevaarlijk|veilig om te (?:lopen|rennen)|blessurerisico|ischias|geen zorgen|onschuldig",
    "sv": r"\bläkt\b|ofarlig|säkert att springa|skaderisk|ischias|ingen fara|oroa dig inte",
}


def on_any_page(text: str) -> list[str]:
    return [found.group() for found in TO_ANYBODY.finditer(text)]


def on_a_runners_page(text: str) -> list[str]:
    names = [name for name in CLINICAL_NAMES if name.casefold() in text.casefold()]
    return on_any_page(text) + names + [found.group() for found in TO_A_RUNNER.finditer(text)]


def in_language(language: str, text: str) -> list[str]:
    """Raises LookupError where nobody wrote down what must not be said in this language."""
    if language not in ELSEWHERE:
        raise LookupError(f"tests/helpers/forbidden_words.py: what must not be said in {language!r}?")
    return [found.group() for found in re.finditer(ELSEWHERE[language], text, re.IGNORECASE)]
