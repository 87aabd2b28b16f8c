"""Chain: the audit checked link by link for an operator, with one sentence and an exit code."""

from __future__ import annotations

from itertools import islice

from server import audit
from server.mistake import Mistake
from server.settings import Settings
from server.storage.database import Database

SHOWN = 5


def verify(chosen: Settings, kept_head: str | None) -> str:
    """A sentence with the chain's head. Raises Mistake naming what does not hold."""
    database = Database(chosen.url())
    try:
        database.migrate()
        with database.read() as db:
            broken = list(islice(audit.broken_links(db, kept_head), SHOWN + 1))
            head = audit.head(db)
    except ValueError as why:
        raise Mistake(str(why)) from why
    finally:
        database.close()
    if broken:
        more = " There is more." if len(broken) > SHOWN else ""
        raise Mistake(f"The audit does not hold: {' '.join(broken[:SHOWN])}{more}")
    return f"The audit holds, link by link. Keep its head where nobody of this machine can change it: {head}"
