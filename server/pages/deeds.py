"""Deeds: what people did, in a line each, with what changed by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rules.metric_facts import label, unit
from rules.red_flags import RED_FLAGS
from rules.vocabulary import Decision
from server.pages import plan_words
from server.pages.concern_text import CRITERIA
from server.pages.decision_names import NAMES
from server.pages.plan_words import NONE
from server.pages.reader import N_, Reader
from server.storage.history import Deed

ACTIONS = {
    "plan changed": N_("Plan changed"),
    "stage moved": N_("Stage moved"),
    "programme version changed": N_("Programme version changed"),
    "flag raised": N_("Red flag raised"),
    "flag cleared": N_("Red flag cleared by name"),
    "hold set": N_("Hold set"),
    "hold lifted": N_("Hold lifted"),
    "override": N_("Override set"),
    "override ended": N_("Override ended"),
    "nerves examined": N_("Nerves examined"),
    "metric attested": N_("Metric attested"),
    "criterion attested": N_("Entry criterion attested"),
    "morning corrected": N_("Morning corrected"),
    "no run": N_("A day without a run"),
    "programme saved": N_("Programme saved"),
    "alert seen": N_("Alert seen"),
    "alert snooze": N_("Alert put off"),
    "alert acknowledge": N_("Alert acknowledged"),
    "consent given": N_("Consent given"),
    "consent declined": N_("Consent declined"),
    "consent withdrawn": N_("Consent withdrawn"),
}
# Their own words are read as they are kept; they stand here for the translators.
ALSO = (
    N_("logged in"),
    N_("second factor given"),
    N_("password set"),
    N_("password change refused"),
    N_("login ended"),
    N_("logins ended"),
    N_("second factor added"),
    N_("second factor removed"),
    N_("second factors taken away"),
    N_("recovery codes made"),
    N_("invited"),
    N_("first administrator invited"),
    N_("link made"),
    N_("role changed"),
    N_("left the clinic"),
    N_("consent ended"),
    N_("cover arranged"),
    N_("cover ended"),
    N_("gateway let in"),
    N_("gateway paired"),
    N_("gateway revoked"),
    N_("gateway replaced"),
    N_("gateway token offered"),
    N_("gateway speaks from another address"),
    N_("sensor assigned"),
    N_("packets given up"),
    N_("session received"),
    N_("check-in corrected"),
    N_("red-flag questions answered"),
    N_("channel added"),
    N_("channel removed"),
    N_("alert wishes changed"),
    N_("token made"),
    N_("token revoked"),
    N_("clinic added"),
    N_("erased"),
)
WORDS = {
    "address": N_("address"),
    "by": N_("by"),
    "code": N_("which"),
    "day": N_("day"),
    "distance_m": N_("distance"),
    "duration_s": N_("running time"),
    "for": N_("for"),
    "from": N_("from"),
    "kind": N_("kind"),
    "name": N_("name"),
    "note": N_("note"),
    "person": N_("person"),
    "programme": N_("programme"),
    "physio": N_("physio"),
    "reason": N_("reason"),
    "role": N_("role"),
    "scopes": N_("may"),
    "start": N_("began"),
    "to": N_("to"),
    "until": N_("until"),
    "value": N_("value"),
    "metric": N_("what was seen"),
    "version": N_("version"),
    "yes": N_("answered with yes"),
    "decision": N_("outcome"),
    "stage": N_("stage entered"),
    "second": N_("second programme"),
    "not_ready": N_("verdict, not ready"),
    "stages_skipped": N_("stages skipped"),
    "criterion_not_attested": N_("entry criteria not attested"),
    "baseline_high": N_("usual morning score above 2"),
    "baseline_raised": N_("usual morning score, before and after"),
}
# Before and after are told as changes; the ids of what was said are for programs.
HIDDEN = {"before", "after", "alert", "flag", "hold", "login", "override", "run", "session", "token"}
DECISIONS = {"decision", "not_ready"}
NO_VERDICT_YET = N_("no verdict yet")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})")


def line(deed: Deed, names: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    """Who did what to whom and when; an id whose person is gone stays an id."""
    return {
        "seq": deed.seq,
        "at": reader.clock(deed.at),
        "actor": names.get(deed.actor, reader.gettext("the server") if deed.actor == "server" else deed.actor),
        "runner": names.get(deed.runner_id, deed.runner_id) if deed.runner_id else "",
        "action": action(deed.action, reader),
        "words": list(_words(deed.words or {}, names, reader)),
        "erased": deed.words is None,
    }


def action(text: str, reader: Reader) -> str:
    words = reader.gettext(ACTIONS.get(text, text))
    return words[:1].upper() + words[1:]


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any], reader: Reader) -> list[tuple[str, str, str]]:
    """Each number or word of a plan that differs, as (which, before, after)."""
    old, new = dict(_flat(before or {})), dict(_flat(after))
    differing = [path for path in sorted({*old, *new}) if old.get(path) != new.get(path)]
    return [
        (
            plan_words.name_of(path, reader),
            _kept(path, old, reader),
            _kept(path, new, reader),
        )
        for path in differing
    ]


def _kept(path: str, plan: Mapping[str, Any], reader: Reader) -> str:
    """Where a plan changes nothing of a stage or a profile, the programme's own number stands."""
    if path not in plan and path.partition(".")[0] in ("stage_override", "profile"):
        return reader.gettext("the programme's own")
    return plan_words.value_of(path, plan.get(path), reader)


def _words(words: Mapping[str, Any], names: Mapping[str, str], reader: Reader) -> Iterator[tuple[str, str]]:
    for name, value in _flat({name: value for name, value in words.items() if name not in HIDDEN}):
        if value is not None:
            yield reader.gettext(WORDS.get(name, name)), names.get(str(value), _value(name, value, reader))
    before, after = words.get("before"), words.get("after")
    if isinstance(after, Mapping):
        for name, was, is_now in changes(before if isinstance(before, Mapping) else None, after, reader):
            yield name, f"{was} → {is_now}"
    elif after is not None:
        yield "", f"{_text(before, reader)} → {_text(after, reader)}"


def _flat(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{path}.")
        elif value not in ({}, [], None) or above:
            yield path, value


def _value(name: str, value: Any, reader: Reader) -> str:
    if isinstance(value, list):
        return ", ".join(_value(name, one, reader) for one in value)
    if (named := _name_of_code(name, str(value))) is not None:
        return reader.gettext(named)
    if unit(name) and isinstance(value, int | float):
        return reader.amount(value, unit(name))
    return _text(value, reader)


def _name_of_code(name: str, code: str) -> str | None:
    """What a flag, a criterion, a decision or a metric is called, not translated. None if it is none of them."""
    if code in RED_FLAGS:
        return RED_FLAGS[code].name
    if name in DECISIONS:
        return NAMES[Decision[code]] if code in Decision.__members__ else NO_VERDICT_YET
    return label(code) if name == "metric" else CRITERIA.get(code)


def _text(value: Any, reader: Reader) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return reader.gettext("yes") if value else reader.gettext("no")
    text = str(value)
    return reader.clock(datetime.fromisoformat(text)) if MOMENT.fullmatch(text) else text
