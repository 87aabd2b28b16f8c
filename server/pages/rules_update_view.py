"""Rules update view: the summary of a rules update in the reader's language and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.errors import RulesError
from server import rules_update_text
from server.pages import alert_words
from server.pages.reader import Reader
from server.review import Look
from server.rules_update_text import Line, Summary
from server.storage.alerts import Episode, Hearing


def build(summary: Summary, looks: Mapping[str, Look], reader: Reader) -> dict[str, Any]:
    return {
        "sentence": rules_update_text.headline(summary, reader.tongue),
        "lines": [_line(line, looks.get(line.runner.id), reader) for line in summary.lines],
    }


def _line(line: Line, look: Look | None, reader: Reader) -> dict[str, Any]:
    return {
        "runner": line.runner,
        "text": rules_update_text.sentence(line, _why(line, look, reader), reader.tongue),
        "noticed": [
            reader.gettext(rules_update_text.NOTICED, what=alert_words.words(_hearing(episode), look, reader))
            for episode in line.noticed[: rules_update_text.NOTICED_SHOWN]
        ],
    }


def _why(line: Line, look: Look | None, reader: Reader) -> str:
    """Said anew, if the runner's case can still be read; else as it was stored."""
    if look is None or look.case is None or line.update.verdict is None:
        return line.update.why or ""
    try:
        return rules_update_text.why(line.update.verdict, look.case, reader.tongue)
    except RulesError:
        return line.update.why or ""


def _hearing(episode: Episode) -> Hearing:
    return Hearing(
        episode=episode, person_id="", audience="physio", seen_at=None, snoozed_until=None, acknowledged_at=None
    )
