"""Feasibility: a stage that nobody could complete is refused when it is saved, with the reason in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf

from rules.metric_facts import label, percent_of_v_max, unit
from rules.profiles import Profile, reached_limits
from rules.programme import Programme
from rules.speech.amounts import amount
from rules.stage import Stage
from rules.windows import WEEK_DAYS

HOURS_A_DAY = 24
# What is part of something else cannot be more than it: the limit of the whole binds the part.
_PART_OF: Mapping[str, tuple[str, ...]] = {
    "cont_run_s": ("run_s",),
    "fat_s": ("run_s",),
    "ff_s": ("t_thr95_s", "run_s"),
    "t_thr105_s": ("t_thr95_s", "run_s"),
    "t_thr95_s": ("run_s",),
    "inc8_s": ("inc4_s", "inc2_s", "inc1_s", "run_s"),
    "inc4_s": ("inc2_s", "inc1_s", "run_s"),
    "inc2_s": ("inc1_s", "run_s"),
    "inc1_s": ("run_s",),
    "dn4_s": ("run_s",),
    "uf_s": ("run_s",),
    "ff80_n": ("eff80_n",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a stage cannot be saved: which stage, which of its parts, and the reason for the physio."""

    stage: str
    item: str
    reason: str


def refusals(stage: Stage) -> tuple[Refusal, ...]:
    """Everything that makes a stage impossible; none for a stage that can be completed, and for a terminal one."""
    if stage.terminal:
        return ()
    checks = (_nothing_asked, _impossible_numbers, _dose_over_ceiling, _too_slow_for_efforts, _no_room, _out_of_reach)
    return tuple(refusal for check in checks for refusal in check(stage))


def programme_refusals(programme: Programme) -> tuple[Refusal, ...]:
    """The refusals of every stage of a ladder."""
    return tuple(refusal for stage in programme.stages for refusal in refusals(stage))


def profile_refusals(profile: Profile) -> tuple[Refusal, ...]:
    """A limit that counts as tolerated must lie below the one that is RED."""
    return tuple(Refusal(stage="", item=item, reason=_reached(profile, item)) for item in reached_limits(profile))


def _reached(profile: Profile, item: str) -> str:
    green, red = amount(profile.green.of(item), None), amount(profile.red.of(item), None)
    return f"GREEN up to {green} reaches RED from {red}."


def _nothing_asked(stage: Stage) -> Iterator[Refusal]:
    if not stage.has_dose():
        yield _refusal(stage, "n", "It asks for nothing: n of at least 1 and one dose above 0 are needed.")


def _impossible_numbers(stage: Stage) -> Iterator[Refusal]:
    for name in ("spacing_h", "min_days", "earliest_day"):
        if (getattr(stage, name) or 0) < 0:
            yield _refusal(stage, name, f"{name} is below 0.")
    if stage.window_days is not None and stage.window_days <= 0:
        yield _refusal(stage, "window_days", "A window of no days holds no session.")
    if stage.n is not None and stage.n != floor(stage.n):
        yield _refusal(stage, "n", "Sessions are counted whole.")


def _dose_over_ceiling(stage: Stage) -> Iterator[Refusal]:
    for group in ("each", "max"):
        for name, dose in getattr(stage, group).items():
            most = most_of_one_session(stage, name)
            if dose > most:
                asked, allowed = amount(dose, unit(name)), amount(most, unit(name))
                reason = f"It asks for {asked} of {label(name)} in one session, where its ceilings allow {allowed}."
                yield _refusal(stage, f"{group}.{name}", reason)


def _too_slow_for_efforts(stage: Stage) -> Iterator[Refusal]:
    """An effort at 80 % of top speed cannot be run under a ceiling of 75 %."""
    fastest = stage.ceil.get("peak3_pct")
    for name in stage.dose_metrics if fastest is not None else ():
        percent = None if name.startswith("peak") else percent_of_v_max(name, 0)
        if percent is not None and fastest is not None and percent > fastest and _asked(stage, name) > 0:
            reason = f"It asks for {label(name)}, where its ceiling is {amount(fastest, '%')} of top speed."
            yield _refusal(stage, f"ceil.peak3_pct against {name}", reason)


def _no_room(stage: Stage) -> Iterator[Refusal]:
    """The counting sessions need room for their spacing: in the least days, in the window, and in the week."""
    days = ((stage.n or 0) - 1) * (stage.spacing_h or 0) / HOURS_A_DAY
    sessions = f"{amount(stage.n, None)} sessions with {amount(stage.spacing_h or 0, None)} h between their starts"
    if stage.min_days is not None and stage.min_days < days:
        yield _refusal(stage, "min_days", f"{sessions} take {amount(days, 'd')}, longer than its least days.")
    if stage.window_days is not None and 0 < stage.window_days < days:
        yield _refusal(stage, "window_days", f"{sessions} take {amount(days, 'd')}, longer than the window.")
    elif (stage.n or 0) > most_sessions(stage):
        yield _refusal(stage, "n", f"{amount(stage.n, None)} sessions do not fit the window, the spacing and the week.")


def _out_of_reach(stage: Stage) -> Iterator[Refusal]:
    for name, total in stage.total.items():
        most = most_of_one_session(stage, name) * most_sessions(stage)
        if total > most:
            reason = f"The window, the spacing and the week hold at most {amount(most, unit(name))} of {label(name)}."
            yield _refusal(stage, f"total.{name}", reason)


def most_of_one_session(stage: Stage, name: str) -> float:
    """The most of a metric that the stage's ceilings let one session hold; infinity where none binds it."""
    return min(stage.ceil.get(limit, inf) for limit in (name, *_PART_OF.get(name, ())))


def most_sessions(stage: Stage) -> float:
    """The most sessions in one window, as often as spacing and runs in 7 days let them; infinity without a window."""
    if stage.window_days is None:
        return inf
    by_spacing = floor(stage.window_days * HOURS_A_DAY / stage.spacing_h) + 1 if stage.spacing_h else inf
    runs = stage.ceil7.get("runs")
    by_week = inf if runs is None else floor(runs) * ceil(stage.window_days / WEEK_DAYS)
    return min(by_spacing, by_week)


def _asked(stage: Stage, name: str) -> float:
    return max(group.get(name, 0) for group in (stage.each, stage.total, stage.max))


def _refusal(stage: Stage, item: str, reason: str) -> Refusal:
    return Refusal(stage=stage.id, item=item, reason=f"Stage {stage.id}: {reason}")
