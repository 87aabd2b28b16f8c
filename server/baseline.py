"""Baseline: the usual morning score is a clinical statement; a high or raised one needs a reason."""

from __future__ import annotations

from rules.profiles import Profile
from server.concerns import Concern
from server.problem import Problem

HIGH = 2.0  # above it a reason is needed; specification, rules version 2
ABOVE_GREEN = "BASELINE_ABOVE_GREEN"


def refuse_above_green(baseline_morning: float | None, profile: Profile) -> None:
    """Raise Problem 422 for a baseline above the GREEN limit of `morning`: no morning at that level could be GREEN."""
    limit = profile.green.morning
    if baseline_morning is not None and not baseline_morning <= limit:
        sentence = (
            f"The usual morning score cannot be {baseline_morning:g}: mornings count only up to {limit:g}, "
            "so no run could ever count."
        )
        missing = [{"code": ABOVE_GREEN, "items": [f"{baseline_morning:g}", f"{limit:g}"], "sentence": sentence}]
        raise Problem(422, "Baseline too high", sentence, missing=missing)


def concerns(baseline_morning: float | None, before: float | None, *, entered: bool) -> tuple[Concern, ...]:
    """Why a baseline needs a reason, when it is changed or a stage is `entered` with it."""
    if baseline_morning is None or not (entered or baseline_morning != before):
        return ()
    results = []
    if baseline_morning > HIGH:
        sentence = f"the usual morning score {baseline_morning:g} is above {HIGH:g}"
        results.append(Concern(code="BASELINE_HIGH", items=(f"{baseline_morning:g}",), sentence=sentence))
    if before is not None and baseline_morning > before:
        sentence = f"the usual morning score rises from {before:g} to {baseline_morning:g}"
        items = (f"{before:g}", f"{baseline_morning:g}")
        results.append(Concern(code="BASELINE_RAISED", items=items, sentence=sentence))
    return tuple(results)
