"""Tolerance profiles: which answers are GREEN and which are RED, by the kind of injury."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from rules.errors import ProgrammeInvalid
from rules.numbers import known

ITEMS = ("during", "after", "rise", "morning", "sitting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Pain 0-10 during the run and later that day; the next morning's rise above the baseline and the score itself.

    `sitting` is pain after sitting still; None is no limit.
    """

    during: float
    after: float
    rise: float
    morning: float
    sitting: float | None = None

    def of(self, item: str) -> float | None:
        limit: float | None = getattr(self, item)
        return limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """GREEN up to and including `green`, RED from `red` on, AMBER between. `red.sitting` is always None."""

    name: str
    green: Limits
    red: Limits
    spread_is_red: bool = False
    evidence: str = "expert default"


def _limits(during: float, after: float, rise: float, morning: float, sitting: float | None = None) -> Limits:
    return Limits(during=during, after=after, rise=rise, morning=morning, sitting=sitting)


PROFILES: Mapping[str, Profile] = {
    "TENDON": Profile(
        name="TENDON",
        green=_limits(3, 3, 1, 3, sitting=3),
        red=_limits(6, 6, 3, 6),
        evidence="pain-monitoring model (Silbernagel 2007, Thomee 1997; Achilles); 3 as the counting limit is practice",
    ),
    "FIBRE": Profile(
        name="FIBRE",
        green=_limits(2, 2, 1, 3),
        red=_limits(5, 5, 3, 5),
        evidence="Hickey 2020 and the Aspetar protocol; the numbers between them are an expert default",
    ),
    "IMT": Profile(
        name="IMT",
        green=_limits(2, 2, 1, 3),
        red=_limits(5, 5, 3, 5),
        evidence="expert default: lower limits lie inside the day-to-day noise of a 0-10 scale",
    ),
    "NEURAL": Profile(name="NEURAL", green=_limits(2, 2, 1, 3), red=_limits(5, 5, 3, 5), spread_is_red=True),
}


class _LimitsForm(msgspec.Struct):
    during: float | None = None
    after: float | None = None
    rise: float | None = None
    morning: float | None = None
    sitting: float | None = None


class ProfileForm(msgspec.Struct):
    """A profile as a physio wrote it; what is left out stays as it is in the profile of that name."""

    name: str | None = None
    green: _LimitsForm | None = None
    red: _LimitsForm | None = None


def choose(wanted: str | Mapping[str, object] | None, of_programme: str | None) -> Profile:
    """The profile of a case, which comes before that of its programme.

    Raises ProgrammeInvalid for a name that is missing or unknown.
    """
    if isinstance(wanted, Mapping):
        return _changed(wanted)
    return named(wanted if wanted is not None else of_programme)


def named(name: str | None) -> Profile:
    """A built-in profile. Raises ProgrammeInvalid for a name that is missing or unknown."""
    if name is None or name not in PROFILES:
        raise ProgrammeInvalid(f"There is no tolerance profile named {name!r}.")
    return PROFILES[name]


def stricter(profile: Profile, before: Profile) -> Profile:
    """The smaller limit of each item, for answers from before a tolerance was loosened."""
    return replace(
        profile,
        green=_smaller(profile.green, before.green),
        red=_smaller(profile.red, before.red),
        spread_is_red=profile.spread_is_red or before.spread_is_red,
    )


def reached_limits(profile: Profile) -> tuple[str, ...]:
    """The items whose GREEN limit is not below their RED one, so that a score could be both."""
    pairs = ((item, profile.green.of(item), profile.red.of(item)) for item in ITEMS)
    return tuple(item for item, green, red in pairs if green is not None and red is not None and not green < red)


def _smaller(limits: Limits, others: Limits) -> Limits:
    pairs = {item: (limits.of(item), others.of(item)) for item in ITEMS}
    found = {item: [limit for limit in pair if limit is not None] for item, pair in pairs.items()}
    sitting = min(found.pop("sitting"), default=None)
    return Limits(**{item: min(given) for item, given in found.items()}, sitting=sitting)


def _changed(wanted: Mapping[str, object]) -> Profile:
    try:
        form = msgspec.convert(dict(wanted), ProfileForm)
    except msgspec.ValidationError as problem:
        raise ProgrammeInvalid(f"The tolerance profile cannot be read: {problem}.") from problem
    base = named(form.name)
    return Profile(
        name=base.name,
        green=_merged(form.green, base.green),
        red=replace(_merged(form.red, base.red), sitting=None),
        spread_is_red=base.spread_is_red,
        evidence="your physio",
    )


def _merged(form: _LimitsForm | None, base: Limits) -> Limits:
    given = {item: known(getattr(form, item)) for item in ITEMS} if form else {}
    return replace(base, **{item: limit for item, limit in given.items() if limit is not None})
