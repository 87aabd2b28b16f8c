"""Guard rails: an edit of a stage that a physio may make, and should be asked about once."""

from __future__ import annotations

from collections.abc import Iterator

from rules.metric_facts import label, unit
from rules.profiles import Profile
from rules.speech.amounts import amount
from rules.stage import Stage

GREEN_PAIN = 5  # the literal pain-monitoring model ends here
CEILING_RISE = 1.3


def edit_warnings(
    before: Stage, after: Stage, *, default: Stage | None = None, profile: Profile | None = None
) -> tuple[str, ...]:
    """Sentences for the physio who is about to save `after` in the place of `before`; none stops the saving.

    `default` is the stage as the programme has it, `profile` the tolerance limits that are saved with it.
    """
    return (*_ceilings(before, after), *_days(after, default), *_profile(profile))


def _ceilings(before: Stage, after: Stage) -> Iterator[str]:
    for name, old in before.ceil.items():
        new = after.ceil.get(name)
        if new is None:
            yield f"The ceiling for {label(name)} ({amount(old, unit(name))}) is taken away."
        elif new > old * CEILING_RISE:
            raised = f"from {amount(old, unit(name))} to {amount(new, unit(name))}"
            yield f"The ceiling for {label(name)} rises by more than 30 % at once, {raised}."


def _days(after: Stage, default: Stage | None) -> Iterator[str]:
    least = default.min_days if default else None
    if least is not None and (after.min_days or 0) < least:
        yield f"The stage is shorter than its default of {amount(least, 'd')}."


def _profile(profile: Profile | None) -> Iterator[str]:
    if profile is not None and max(profile.green.during, profile.green.after) > GREEN_PAIN:
        yield f"Pain above {GREEN_PAIN} of 10 would count as tolerated."
