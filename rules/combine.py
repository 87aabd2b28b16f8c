"""Two programmes at once: the less permissive verdict decides, and every reason of both is kept."""

from __future__ import annotations

from collections.abc import Sequence

from rules.verdict import Verdict
from rules.vocabulary import Reason


def cautious(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict of several on the same runner: the least permissive decision, enough only where all say enough.

    `target_stage` is that of the verdict which decides. Raises ValueError without any verdict.
    """
    if not verdicts:
        raise ValueError("without a verdict there is nothing to combine")
    decisive = min(verdicts, key=lambda verdict: verdict.decision)
    reasons = dict.fromkeys(reason for verdict in verdicts for reason in verdict.reasons)
    versions = dict.fromkeys(verdict.programme_version or "not stated" for verdict in verdicts)
    return Verdict(
        decision=decisive.decision,
        target_stage=decisive.target_stage,
        sufficient=all(verdict.sufficient for verdict in verdicts),
        reasons=tuple(sorted(reasons, key=_order)),
        missing=tuple(dict.fromkeys(part for verdict in verdicts for part in verdict.missing)),
        notes=tuple(sorted({note for verdict in verdicts for note in verdict.notes})),
        programme_version=" + ".join(versions),
        rules_version=decisive.rules_version,
    )


def _order(reason: Reason) -> tuple[object, ...]:
    """Two programmes may say the same of different numbers; whose verdict came first must not matter."""
    return *reason.sort_key, str(reason.measured), str(reason.required)
