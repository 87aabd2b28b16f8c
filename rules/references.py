"""The runner's own speeds as both halves of the rules use them."""

from __future__ import annotations

from dataclasses import replace

from rules.vocabulary import References

V_MAX_FROM_THRESHOLD = 1.8  # expert default: good enough to enforce a ceiling, never to satisfy a dose at 90 %

LEAST, MOST = 1e-3, 1e6  # no speed, heart rate or distance of a runner lies outside: such a number is a slip


def effective(references: References) -> References:
    """References with an absent top speed estimated from the threshold speed, and unusable numbers taken as absent.

    `v_max_kind` of the result is "measured", "estimated" (also where nobody said which) or None without a v_max.
    """
    v_thr = usable(references.v_thr_mps)
    v_max = usable(references.v_max_mps)
    if v_max is not None:
        return replace(references, v_thr_mps=v_thr, v_max_mps=v_max, v_max_kind=references.v_max_kind or "estimated")
    if v_thr is None:
        return replace(references, v_thr_mps=None, v_max_mps=None, v_max_kind=None)
    return replace(references, v_thr_mps=v_thr, v_max_mps=V_MAX_FROM_THRESHOLD * v_thr, v_max_kind="estimated")


def usable(value: float | None) -> float | None:
    """The value where it is a number above zero that a runner can have, else None."""
    return value if value is not None and LEAST <= value <= MOST else None
