"""Profile history: sessions from before a tolerance was loosened stay judged by the stricter limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rules.errors import RulesError
from rules.profiles import ITEMS, PROFILES, Limits, Profile, choose, reached_limits, stricter
from rules.programme import load
from server.said import utc_text

SINCE, BEFORE = "profile_since", "profile_before"
RULES_HORIZON = timedelta(days=62)  # a change from before it concerns no session that the rules still read


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """`before` was in force until `since`."""

    since: datetime
    before: Profile


def with_history(before: Mapping[str, Any] | None, after: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The plan `after` with `profile_since` and `profile_before` for each of its programmes.

    A loosened profile adds the limits in force before it; earlier entries are merged, the stricter limit of each item.
    A plan that cannot be read, or that holds only one of the two fields, is returned as it is, to be refused later.
    """
    plan = _with_history(before, after, now)
    if isinstance(after.get("second"), Mapping):
        plan["second"] = _with_history((before or {}).get("second"), after["second"], now)
    return plan


def is_looser(profile: Profile, than: Profile) -> bool:
    """Whether any limit is higher or removed, or a pain that spreads no longer RED."""
    sides = ((profile.green, than.green), (profile.red, than.red))
    raised = any(_raised(limits.of(item), others.of(item)) for limits, others in sides for item in ITEMS)
    return raised or (than.spread_is_red and not profile.spread_is_red)


def _raised(limit: float | None, before: float | None) -> bool:
    return before is not None and (limit is None or limit > before)


def _with_history(before: Mapping[str, Any] | None, after: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    try:
        entries = [*_stored(before, now), *_stored(after, now), *_loosened(before, after, now)]
    except RulesError:
        return dict(after)
    if not entries or (after.get(SINCE) is None) != (after.get(BEFORE) is None):
        return dict(after)
    merged = entries[0].before
    for entry in entries[1:]:
        merged = stricter(merged, entry.before)
    since = max(entry.since for entry in entries)
    return {**after, SINCE: utc_text(since), BEFORE: _document(merged)}


def _loosened(before: Mapping[str, Any] | None, after: Mapping[str, Any], now: datetime) -> list[Loosening]:
    if before is None:
        return []
    in_force, wanted = _without_contradiction(_profile_in_force(before)), _profile_in_force(after)
    return [Loosening(since=now, before=in_force)] if is_looser(wanted, in_force) else []


def _without_contradiction(profile: Profile) -> Profile:
    """The RED limits stay. A GREEN one that reaches its RED one, as an earlier version accepted, becomes half of it."""
    halves = {item: (profile.red.of(item) or 0.0) / 2 for item in reached_limits(profile)}
    return replace(profile, green=replace(profile.green, **halves))


def _stored(plan: Mapping[str, Any] | None, now: datetime) -> list[Loosening]:
    """The entry that a plan already holds, while it still concerns a session that the rules read."""
    if plan is None or plan.get(SINCE) is None or plan.get(BEFORE) is None:
        return []
    try:
        since = datetime.fromisoformat(str(plan[SINCE]).upper())
    except ValueError:
        return []
    if since.tzinfo is None or since <= now - RULES_HORIZON:
        return []
    return [Loosening(since=since.astimezone(now.tzinfo), before=_chosen(plan, plan[BEFORE]))]


def _profile_in_force(plan: Mapping[str, Any]) -> Profile:
    return _chosen(plan, plan.get("profile"))


def _chosen(plan: Mapping[str, Any], wanted: Any) -> Profile:
    return choose(wanted, load(plan["programme"]).profile)


def _document(profile: Profile) -> str | dict[str, Any]:
    """The name of a built-in profile if its limits are these, else all limits under a name with the same spread."""
    for name in (profile.name, *PROFILES):
        if _limits_of(PROFILES[name]) == _limits_of(profile):
            return name
    name = "NEURAL" if profile.spread_is_red else profile.name
    return {"name": name, "green": _limits(profile.green), "red": _limits(profile.red)}


def _limits_of(profile: Profile) -> tuple[Limits, Limits, bool]:
    return profile.green, profile.red, profile.spread_is_red


def _limits(limits: Limits) -> dict[str, float]:
    given = {item: limits.of(item) for item in ITEMS}
    return {item: limit for item, limit in given.items() if limit is not None}
