"""Programme version view: each number that a newer version of a programme changes, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.metric_facts import label, unit
from server import programme_versions
from server.pages import thresholds
from server.pages.reader import N_, Reader
from server.programme_versions import Change, NewerVersion
from server.storage.runs import Plan

NEW_LIMIT = N_("{what}: at most {after} a run, {stages}.")
CHANGED = N_("{what}: {after} instead of {before}, {stages}.")
FLAGS = {
    "fatigue_mode": thresholds.FATIGUE,
    "need_vmax_measured": N_("The top speed has to be measured"),
    "terminal": N_("Nothing is required at this stage"),
}
NO_NUMBER = N_("no number")
ONE_STAGE = N_("in stage {stage}")
FROM_TO = N_("{first} to {last}")
STAGES = N_("in stages {stages}")
SHORTEST_ROW = 3  # stages; two are named one by one


def of_plan(plan: Plan | None, reader: Reader) -> list[dict[str, Any]]:
    """Each programme of a plan that has a newer version, with what it changes."""
    return [build(newer, reader) for newer in programme_versions.newer_versions(plan.body)] if plan else []


def build(newer: NewerVersion, reader: Reader) -> dict[str, Any]:
    return {
        "name": reader.gettext(newer.name),
        "before": newer.version_before,
        "after": newer.version_after,
        "changes": [_sentence(change, newer.stages, reader) for change in newer.changes],
    }


def _sentence(change: Change, order: Sequence[str], reader: Reader) -> str:
    what, kind = _what(change, reader)
    before, after = (_value(value, kind, reader) for value in (change.before, change.after))
    template = NEW_LIMIT if change.group == "ceil" and change.before is None else CHANGED
    words = reader.gettext(
        template, what=what, before=before, after=after, stages=_stages(change.stages, order, reader)
    )
    return words[:1].upper() + words[1:]


def _what(change: Change, reader: Reader) -> tuple[str, str | None]:
    """What a number is called, and its unit."""
    if change.group == "ceil":
        return reader.gettext(label(change.item)), unit(change.item)
    if change.group:
        group = reader.gettext(thresholds.GROUPS[change.group])
        return f"{group}: {reader.gettext(label(change.item))}", unit(change.item)
    words, kind = thresholds.SCALARS.get(change.item) or (FLAGS[change.item], None)
    return reader.gettext(words), kind


def _value(value: float | str | bool | None, kind: str | None, reader: Reader) -> str:
    if value is None:
        return reader.gettext(NO_NUMBER)
    if isinstance(value, bool):
        return reader.gettext("yes") if value else reader.gettext("no")
    if kind == "h":
        return reader.ngettext("{number} hour", "{number} hours", float(value))
    return reader.amount(value, kind)


def _stages(ids: Sequence[str], order: Sequence[str], reader: Reader) -> str:
    if len(ids) == 1:
        return reader.gettext(ONE_STAGE, stage=ids[0])
    rows = [_row(row, reader) for row in _rows(ids, order)]
    return reader.gettext(STAGES, stages=", ".join(rows))


def _rows(ids: Sequence[str], order: Sequence[str]) -> list[list[str]]:
    """The stages, those that follow one another together."""
    rows: list[list[str]] = []
    for stage_id in ids:
        if rows and order.index(stage_id) == order.index(rows[-1][-1]) + 1:
            rows[-1].append(stage_id)
        else:
            rows.append([stage_id])
    return rows


def _row(row: Sequence[str], reader: Reader) -> str:
    return ", ".join(row) if len(row) < SHORTEST_ROW else reader.gettext(FROM_TO, first=row[0], last=row[-1])
