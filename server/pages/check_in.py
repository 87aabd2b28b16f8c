"""Check-in: what is asked about a run, until it is answered: how it was, and then the morning after each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from rules.view import View
from rules.windows import ANSWER_HOURS
from server.pages.reader import N_, Reader
from server.review import Look, SeenRun

PAINKILLERS = N_("Painkillers before the run, or since?")
THIS_MORNING = N_("How was it this morning, after waking?")
THAT_MORNING = N_("How was it the next morning, after waking?")
ASKED_BACK = timedelta(days=28)  # as far as the rules count runs without an answer
MOST_ASKED = 6  # of earlier runs, so that the page stays short; each run's own page asks as well
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


def question(look: Look, view: View, reader: Reader) -> dict[str, Any] | None:
    """What is asked about the latest run, with what was answered already. None if nothing is open."""
    sessions = [item for item in look.runs if item.counts]
    if not sessions:
        return None
    latest = sessions[-1]
    after_run = latest.check_in.get("during") is None or latest.check_in.get("after") is None
    if not after_run and not _lacks_morning(latest, view):
        return None
    morning = THE_MORNING if _is_this_morning(latest, look) else NEXT_MORNING
    scales = (*(AFTER_THE_RUN if after_run else ()), *(morning if _morning_has_come(latest, look) else ()))
    if not scales:
        return None
    title = reader.gettext("How was this run?") if after_run else _morning_title(latest, look, reader)
    return _form(latest, scales, title, reader, ticks=after_run) | {"seq": look.seq}


def missed_mornings(look: Look, view: View, reader: Reader) -> list[dict[str, Any]]:
    """The question about the next morning of each earlier run that lacks it, the latest run first."""
    return [
        _form(item, NEXT_MORNING, _morning_title(item, look, reader), reader, ticks=False) | {"seq": look.seq}
        for item in list(_without_morning(look, view))[:MOST_ASKED]
    ]


def correction(item: SeenRun, look: Look, reader: Reader) -> dict[str, Any]:
    """Every question about one run, with what was answered: a later answer corrects an earlier one."""
    scales = (*AFTER_THE_RUN, *(NEXT_MORNING if _morning_has_come(item, look) else ()))
    return _form(item, scales, reader.gettext("Your answers"), reader, ticks=True) | {"seq": look.seq}


def _without_morning(look: Look, view: View) -> Iterator[SeenRun]:
    """Earlier runs than the latest, newest first; not those from before the runner could have been asked."""
    asked_since = view.case.asked_since
    for item in [item for item in look.runs if item.counts][-2::-1]:
        is_asked = asked_since is None or item.run.start >= asked_since
        is_recent = look.now - item.run.start <= ASKED_BACK
        if is_asked and is_recent and _morning_has_come(item, look) and _lacks_morning(item, view):
            yield item


def _lacks_morning(item: SeenRun, view: View) -> bool:
    """Whether no answer speaks of the morning after: none of its own, of the day, or of a later run of its outing."""
    known = {seen.id: seen.morning for seen in view.seen}
    return item.check_in.get("morning") is None and known.get(item.run.id) is None


def _morning_has_come(item: SeenRun, look: Look) -> bool:
    return look.now >= item.run.end + timedelta(hours=FIRST_MORNING_H)


def _is_this_morning(item: SeenRun, look: Look) -> bool:
    return look.now < item.run.end + timedelta(hours=ANSWER_HOURS)


def _morning_title(item: SeenRun, look: Look, reader: Reader) -> str:
    return reader.gettext(THIS_MORNING if _is_this_morning(item, look) else THAT_MORNING)


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
        "painkillers": _painkillers(answered, reader, after_run=ticks),
        "details": _details(answered, reader),
    }


def _painkillers(answered: Mapping[str, Any], reader: Reader, *, after_run: bool) -> dict[str, Any]:
    """A no from right after the run is no answer about the night: the morning's question starts without it."""
    given = answered.get("painkillers")
    return {"legend": reader.gettext(PAINKILLERS), "answer": given if given or after_run else None}


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
