"""Erased: what a gateway is told that brings more of somebody who is no longer here."""

from __future__ import annotations

from sqlmodel import Session

from server.problem import Problem, not_found
from server.storage.tables.erased import ErasedRow


def gone_or_unknown(db: Session, gateway_id: str, what: str) -> Problem:
    """410 for a gateway that knew the runner or the capture, 404 for any other."""
    if db.get(ErasedRow, (what, gateway_id)) is None:
        return not_found()
    return Problem(410, "Erased", "This was erased for good; what is left of it elsewhere is not wanted any more.")
