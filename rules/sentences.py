"""Sentences: everything the rules may say to a person, once each, for whoever translates it."""

from __future__ import annotations

from collections.abc import Iterator

from rules.attest import ENTRY
from rules.forms.programme_files import KEYS
from rules.programme import load
from rules.red_flags import RED_FLAGS
from rules.signs.alert_kinds import KINDS
from rules.speech import words
from rules.triggers import METRICS


def sentences() -> tuple[str, ...]:
    """Templates keep their names in braces; a translation must have the same ones."""
    return tuple(dict.fromkeys(sentence for sentence in _all() if sentence))


def _all() -> Iterator[str]:
    for table in (words.DECISIONS, words.WORDS, words.CAPS, words.NOTES):
        for said in table.values():
            yield from (said.runner, said.physio)
    yield from words.MISSING.values()
    yield from words.REFERENCES.values()
    yield from (words.DISCLAIMER, words.HELP, words.RESTART, words.AT_FLOOR, words.UNTIL, words.AFTER, words.PAIN)
    yield from (words.OF_AN_AMOUNT, words.OF_A_WORD, words.UNKNOWN_DAY)
    for flag in RED_FLAGS.values():
        yield from (flag.name, flag.route, flag.question)
    for kind in KINDS.values():
        yield from (kind.runner or "", kind.physio or "")
    yield from (metric.label for metric in METRICS.values())
    yield from sorted({metric.unit for metric in METRICS.values() if metric.unit.isalpha() and len(metric.unit) > 2})
    yield from (
        criterion.sentence for stages in ENTRY.values() for criteria in stages.values() for criterion in criteria
    )
    for key in KEYS:
        programme = load(key)
        yield programme.name
        yield from (stage.name for stage in programme.stages)
