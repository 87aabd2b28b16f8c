"""Tolerance profiles: which answers are GREEN and which are RED, by the kind of injury."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from rules.errors import ProgrammeInvalid
from rules.numbers import known


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Pain 0-10 during the run and later that day; `rise` is the next morning's above the baseline."""

    during: float
    after: float
    rise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """GREEN up to and including `green`, RED from `red` on, AMBER between."""

    name: str
    green: Limits
    red: Limits
    spread_is_red: bool = False
    evidence: str = "expert default"


def _limits(during: float, after: float, rise: float) -> Limits:
    return Limits(during=during, after=after, rise=rise)


PROFILES: Mapping[str, Profile] = {
    "TENDON": Profile(
        name="TENDON",
        green=_limits(3, 3, 1),
        red=_limits(6, 6, 3),
        evidence="pain-monitoring model (Silbernagel 2007, Thomee 1997; Achilles); 3 as the counting limit is practice",
    ),
    "FIBRE": Profile(
        name="FIBRE",
        green=_limits(2, 2, 1),
        red=_limits(5, 5, 3),
        evidence="Hickey 2020 and the Aspetar protocol; the numbers between them are an expert default",
    ),
    "IMT": Profile(
        name="IMT", green=_limits(1, 1, 0), red=_limits(4, 4, 2), evidence="expert default, after Macdonald 2019"
    ),
    "NEURAL": Profile(name="NEURAL", green=_limits(2, 2, 1), red=_limits(5, 5, 2), spread_is_red=True),
}


class _LimitsForm(msgspec.Struct):
    during: float | None = None
    after: float | None = None
    rise: float | None = None


class ProfileForm(msgspec.Struct):
    """A profile as a physio wrote it; what is left out stays as it is in the profile of that name."""

    name: str | None = None
    green: _LimitsForm | None = None
    red: _LimitsForm | None = None


def choose(wanted: str | Mapping[str, object] | None, of_programme: str | None) -> Profile:
    """The profile of a case: the case's own word before the programme's.

    Raises ProgrammeInvalid for a name nobody knows, and for limits that are neither given nor known by the name.
    """
    if isinstance(wanted, Mapping):
        return _changed(wanted, of_programme)
    name = wanted if wanted is not None else of_programme
    if name is None or name not in PROFILES:
        raise ProgrammeInvalid(f"There is no tolerance profile named {name!r}.")
    return PROFILES[name]


def _changed(wanted: Mapping[str, object], of_programme: str | None) -> Profile:
    try:
        form = msgspec.convert(dict(wanted), ProfileForm)
    except msgspec.ValidationError as problem:
        raise ProgrammeInvalid(f"The tolerance profile cannot be read: {problem}.") from problem
    name = form.name or of_programme or ""
    base = PROFILES.get(name)
    return Profile(
        name=name,
        green=_merged(form.green, base.green if base else None, name),
        red=_merged(form.red, base.red if base else None, name),
        spread_is_red=base.spread_is_red if base else False,
        evidence="your physio",
    )


def _merged(form: _LimitsForm | None, base: Limits | None, name: str) -> Limits:
    values: dict[str, float] = {}
    for item in ("during", "after", "rise"):
        value = known(getattr(form, item)) if form else None
        if value is None and base is not None:
            value = getattr(base, item)
        if value is None:
            raise ProgrammeInvalid(f"The tolerance profile {name!r} does not say its limit for {item!r}.")
        values[item] = value
    return Limits(**values)
