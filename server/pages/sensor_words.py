"""Sensor words: which device told a run, once more for the translators."""

from __future__ import annotations

from collections.abc import Iterable

from server.pages.reader import N_, Reader

MARKED = (N_("foot pod"), N_("heart strap"), N_("treadmill"), N_("watch"), N_("pod"), N_("barometer"), N_("gps"))
NOT_A_SENSOR = "runner"  # who typed it in


def words(sources: Iterable[str], reader: Reader) -> str:
    """Each device once, in the order in which it is met; who typed a run in is none."""
    return ", ".join(reader.gettext(one) for one in dict.fromkeys(sources) if one != NOT_A_SENSOR)
