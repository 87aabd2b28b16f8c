"""Alert words: what somebody must hear, in their own units and language while the reason for it still stands."""

from __future__ import annotations

from rules.speech.say import reason_words
from server.pages.reader import Reader
from server.review import Look
from server.storage.alerts import Hearing


def words(one: Hearing, look: Look | None, reader: Reader) -> str:
    """Said anew from the verdict that holds; what is over, and what no verdict gives, stays as it was said then."""
    if look is None or look.verdict is None or look.case is None:
        return reader.gettext(one.words)
    episode = one.episode
    for reason in look.verdict.reasons:
        if (reason.code, reason.session_id) == (episode.code, episode.session_id):
            audience = "runner" if one.audience == "runner" else "physio"
            return reason_words(reason, look.case, audience, reader.tongue)  # type: ignore[arg-type]
    return reader.gettext(one.words)
