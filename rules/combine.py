"""Two programmes at once: the less permissive verdict decides, and every reason of both is kept."""

from __future__ import annotations

from collections.abc import Sequence

from rules.verdict import Verdict
from rules.vocabulary import Reason

TOGETHER = " + "  # between what two programmes say for themselves


def cautious(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict of several on the same runner: the least permissive decision, enough only where all say enough.

    `target_stage` names the stage to go back to of every ladder that says so. Raises ValueError without any verdict.
    """
    if not verdicts:
        raise ValueError("without a verdict there is nothing to combine")
    decision = min(verdict.decision for verdict in verdicts)
    targets = dict.fromkeys(verdict.target_stage for verdict in verdicts if verdict.decision is decision)
    reasons = dict.fromkeys(reason for verdict in verdicts for reason in verdict.reasons)
    versions = dict.fromkeys(verdict.programme_version or "not stated" for verdict in verdicts)
    return Verdict(
        decision=decision,
        target_stage=TOGETHER.join(target for target in targets if target) or None,
        sufficient=all(verdict.sufficient for verdict in verdicts),
        reasons=tuple(sorted(reasons, key=_order)),
        missing=tuple(dict.fromkeys(part for verdict in verdicts for part in verdict.missing)),
        notes=tuple(sorted({note for verdict in verdicts for note in verdict.notes})),
        programme_version=TOGETHER.join(versions),
        rules_version=verdicts[0].rules_version,
    )


def _order(reason: Reason) -> tuple[object, ...]:
    """Two programmes may say the same of different numbers; whose verdict came first must not matter."""
    return *reason.sort_key, str(reason.measured), str(reason.required)
