"""Reader: how one person reads a page: their language, their zone, their units and the first day of their week."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers

from rules.speech import amounts
from rules.speech.tongue import Tongue
from server.pages import languages
from server.storage.preferences import USUAL, Preferences


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for "a translator must see this"
    return text


MILE_M = 1609.344
NOT_MEASURED = N_("not measured")
WORDS = {"PENDING": N_("not answered yet")}


@dataclass(frozen=True, slots=True)
class Reader:
    """Made once for each page; every sentence, number and date on it goes through here."""

    preferences: Preferences = USUAL

    def gettext(self, text: str, /, **named: object) -> str:
        """The sentence in the reader's language, with what its braces name."""
        said = languages.translations(self.preferences.language).gettext(text) if text else ""
        return said.format(**named) if named else said

    def ngettext(self, one: str, many: str, number: float, /, **named: object) -> str:
        """The sentence for one or for many; both may name {number}."""
        whole = 1 if number == 1 else 2 if number != round(number) else round(number)
        said = languages.translations(self.preferences.language).ngettext(one, many, whole)
        if said in (one, many):  # marked one by one, where they are kept under names
            said = self.gettext(said)
        return said.format(number=self.number(number), **named)

    @property
    def tongue(self) -> Tongue:
        """How the rules speak to this person."""
        return Tongue(translate=self.gettext, amount=self.amount, day=self.date)

    def amount(self, value: object, unit: str | None = None) -> str:
        """One value with its unit, in words that need no explanation; missing is said, never drawn as zero."""
        if value is None:
            return self.gettext(NOT_MEASURED)
        if isinstance(value, str):
            return self.gettext(WORDS.get(value, value.lower()))
        number = float(value)  # type: ignore[arg-type]
        if not math.isfinite(number):
            return self.gettext(NOT_MEASURED)
        return self._by_unit(unit or "")(number)

    def minutes(self, seconds: float | None) -> str:
        if seconds is None:
            return self.gettext(NOT_MEASURED)
        whole, rest = divmod(round(seconds), 60)
        if whole >= 10 or rest == 0:
            return f"{round(seconds / 60)} min"
        return f"{whole}:{rest:02d} min" if whole else f"{rest} s"

    def distance(self, metres: float | None) -> str:
        """Kilometres or miles; what is short stays in metres, as on every track."""
        if metres is None:
            return self.gettext(NOT_MEASURED)
        if metres < 1000:
            return f"{metres:.0f} m"
        unit_m, name = (MILE_M, "mi") if self.preferences.distance == "mi" else (1000, "km")
        return f"{self.number(metres / unit_m, 1)} {name}"

    def distance_limit(self, metres: float) -> str:
        """A distance rounded down, because a limit must not read as more than it is."""
        if metres < 1000:
            return self.distance(math.floor(metres))
        unit_m = MILE_M if self.preferences.distance == "mi" else 1000
        return self.distance(math.floor(round(10 * metres / unit_m, 6)) / 10 * unit_m)

    def pace(self, speed_mps: float | None) -> str:
        """Minutes for a kilometre or a mile; or speed in km/h or mph for whoever reads treadmills."""
        if speed_mps is None or not speed_mps > 0 or not math.isfinite(speed_mps):
            return self.gettext(NOT_MEASURED)
        miles = self.preferences.distance == "mi"
        unit_m, name = (MILE_M, "mi") if miles else (1000, "km")
        if self.preferences.speed == "speed":
            return f"{self.number(speed_mps * 3600 / unit_m, 1)} {'mph' if miles else 'km/h'}"
        whole, rest = divmod(round(unit_m / speed_mps), 60)
        return f"{whole}:{rest:02d} min/{name}"

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.preferences.zone))

    def day(self, moment: datetime) -> str:
        """Sat 28 Mar, on the reader's own calendar."""
        return self._dated(moment, "EEE d MMM")

    def date(self, moment: datetime) -> str:
        """28 March."""
        return self._dated(moment, "d MMMM")

    def clock(self, moment: datetime) -> str:
        """Sat 28 Mar, 07:30."""
        return self._dated(moment, "EEE d MMM, HH:mm")

    def week_of(self, moment: datetime) -> datetime:
        """Midnight at the beginning of the reader's week in which the moment lies."""
        midnight = self.local(moment).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=(midnight.weekday() - self.preferences.week_starts) % 7)

    def ago(self, then: datetime, now: datetime) -> str:
        passed = now - then
        if passed < timedelta(seconds=90):
            return self.gettext("just now")
        return str(dates.format_timedelta(-passed, add_direction=True, threshold=1.5, locale=self._locale))

    def number(self, value: float, decimals: int | None = None) -> str:
        """With the reader's decimal sign; one decimal where there is something to say with it, unless told."""
        if decimals is None:
            decimals = 0 if round(value, 1) == round(value) else 1
        form = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(numbers.format_decimal(round(value, decimals), format=form, locale=self._locale))

    @property
    def _locale(self) -> str:
        # English with the day before the month, as in this project's own language.
        return "en_GB" if self.preferences.language == languages.ENGLISH else self.preferences.language

    def _dated(self, moment: datetime, form: str) -> str:
        return str(dates.format_datetime(self.local(moment), form, locale=self._locale))

    def _by_unit(self, unit: str) -> Callable[[float], str]:
        known: dict[str, Callable[[float], str]] = {
            "s": self.minutes,
            "m": self.distance,
            "m/s": self.pace,
            "%": lambda number: f"{self.number(number)} %",
            "n": self.number,
            "efforts": self.number,  # what it counts stands beside it: "fast efforts …: 0 of 12"
            "times": self.number,
            "": self.ratio,
            "d": self._days,
        }
        return known.get(unit, lambda number: f"{self.number(number)} {self.gettext(unit)}".strip())

    def ratio(self, number: float) -> str:
        """A count, or a ratio with one decimal; more where it would read as a limit that it is not: 1.304 and 1.3."""
        return self.number(number, amounts.places(number))

    def _days(self, number: float) -> str:
        return self.ngettext("{number} day", "{number} days", round(number, 1))


def context(reader: Reader) -> dict[str, Any]:
    """What a template needs to speak to this reader."""
    return {"reader": reader, "_": reader.gettext, "gettext": reader.gettext, "ngettext": reader.ngettext}
