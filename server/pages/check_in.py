"""Check-in: what is asked about a run, until it is answered: first how it was, then the morning after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rules.windows import ANSWER_HOURS
from server.pages.reader import N_, Reader
from server.review import Look, SeenRun

FIRST_MORNING_H = 8  # from then on an answer speaks of the next morning
AFTER_THE_RUN = (("during", N_("Worst pain during the run")), ("after", N_("Worst pain for the rest of that day")))
THE_MORNING = (("morning", N_("Pain this morning, in the first half hour")),)
NEXT_MORNING = (("morning", N_("Pain the next morning, in the first half hour")),)
# The codes are those of the programmes; the words name places that one can point at, and no structure.
SITES = (
    ("ischial", N_("At the sit bone")),
    ("buttock", N_("In the buttock")),
    ("proximal_thigh", N_("Back of the thigh, upper third")),
    ("mid_thigh", N_("Back of the thigh, middle")),
    ("distal_knee", N_("Behind or beside the knee")),
    ("lower_back", N_("In the lower back")),
    ("groin", N_("In the groin")),
    ("lower_leg", N_("In the lower leg or foot")),
    ("elsewhere", N_("Somewhere else")),
)
CHARACTERS = (
    ("tightness", N_("Tight")),
    ("ache", N_("Dull ache")),
    ("sharp", N_("Sharp")),
    ("burning", N_("Burning")),
    ("tingling", N_("Tingling")),
    ("numb", N_("Numb")),
    ("shooting", N_("Shooting")),
)


def question(look: Look, reader: Reader) -> dict[str, Any] | None:
    """The next question, with what was answered already; None where nothing is open."""
    sessions = [item for item in look.runs if item.counts]
    if not sessions:
        return None
    latest = sessions[-1]
    answered = latest.check_in
    after_run = answered.get("during") is None or answered.get("after") is None
    if not after_run and answered.get("morning") is not None:
        return None
    is_morning = look.now >= latest.run.end + timedelta(hours=FIRST_MORNING_H)
    morning = THE_MORNING if look.now < latest.run.end + timedelta(hours=ANSWER_HOURS) else NEXT_MORNING
    scales = (*(AFTER_THE_RUN if after_run else ()), *(morning if is_morning else ()))
    if not scales:
        return None
    title = reader.gettext("How was this run?") if after_run else reader.gettext("How is it the morning after?")
    return _form(latest, scales, title, reader, ticks=after_run) | {"seq": look.seq}


def correction(item: SeenRun, look: Look, reader: Reader) -> dict[str, Any]:
    """Every question about one run, with what was answered: a later answer corrects an earlier one."""
    is_morning = look.now >= item.run.end + timedelta(hours=FIRST_MORNING_H)
    scales = (*AFTER_THE_RUN, *(NEXT_MORNING if is_morning else ()))
    return _form(item, scales, reader.gettext("Your answers"), reader, ticks=True) | {"seq": look.seq}


def _form(
    item: SeenRun, scales: tuple[tuple[str, str], ...], title: str, reader: Reader, *, ticks: bool
) -> dict[str, Any]:
    answered = item.check_in
    return {
        "title": title,
        "run": reader.clock(item.run.start),
        "session": item.run.id,
        "after_run": ticks,
        "stopped": bool(answered.get("stopped")),
        "sharp_sudden": bool(answered.get("sharp_sudden")),
        "ticked_before": answered.get("stopped") is not None or answered.get("sharp_sudden") is not None,
        "scales": [
            {"name": name, "legend": reader.gettext(legend), "answer": answered.get(name)} for name, legend in scales
        ],
        "details": _details(answered, reader),
    }


def _details(answered: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """What may be said besides: where it hurts, how it feels, and what makes it worse."""
    character = answered.get("character")
    chosen = set(character or ())
    return {
        "stiff_min": answered.get("stiff_min"),
        "sitting": {
            "name": "sitting",
            "legend": reader.gettext("Pain while sitting"),
            "answer": answered.get("sitting"),
        },
        "sites": [
            {"code": code, "words": reader.gettext(words), "chosen": answered.get("site") == code}
            for code, words in SITES
        ],
        "characters": [
            {"code": code, "words": reader.gettext(words), "chosen": code in chosen} for code, words in CHARACTERS
        ],
        "character_before": character is not None,
        "yes_or_no": [
            {"name": name, "words": reader.gettext(words), "answer": answered.get(name)}
            for name, words in (
                ("distal_spread", N_("Does it move down the leg?")),
                ("cough", N_("Does a cough or a sneeze make it worse?")),
            )
        ],
    }
