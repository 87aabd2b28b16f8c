"""A second reading of the decision table, slow and plain, straight over the JSON document, to compare the first with.

It shares no code with the rules, and was written from their description alone.
"""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

RANKS = ["STOP_REFER", "REGRESS", "HOLD", "INSUFFICIENT_DATA", "CONTINUE", "PROGRESS_READY"]
D, H = 86400, 3600
GREEN = {"TENDON": (3, 3, 1), "FIBRE": (2, 2, 1), "IMT": (1, 1, 0), "NEURAL": (2, 2, 1)}
RED = {"TENDON": (6, 6, 3), "FIBRE": (5, 5, 3), "IMT": (4, 4, 2), "NEURAL": (5, 5, 2)}
V_MAX, V_THR = ("peak", "fast", "eff", "ff80"), ("t_thr", "ff_s", "uf")


def sec(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def start(session: dict[str, Any]) -> float:
    return sec(session["start"])


def m(session: dict[str, Any], name: str) -> float | None:
    return session["metrics"].get(name)


def ci(session: dict[str, Any], name: str) -> Any:
    return (session["check_in"] or {}).get(name)


class SlowReading:
    """`ladder` holds the stages as they stand once everything is extended; `profile` and `sites` the programme's."""

    def __init__(self, doc: dict[str, Any], ladder: list[dict[str, Any]], profile: str, sites: list[str]) -> None:
        self.doc, self.ladder, self.sites = doc, ladder, sites
        self.now, self.entry = sec(doc["now"]), sec(doc["stage_entered_at"])
        self.profile = doc["profile"] or profile
        self.index = [stage["id"] for stage in ladder].index(doc["stage"])
        self.stage = ladder[self.index]
        every = sorted(doc["sessions"], key=lambda s: (start(s), s["id"]))
        self.every = [s for s in every if self.now - 60 * D <= start(s) <= self.now]
        self.mine = self.last(60, since=True)
        self.fired: list[tuple[str, str, str | None, str | None]] = []
        self.missing: list[tuple[str, Any, Any]] = []
        self.sufficient = False
        for rows in (self.said, self.tolerance, self.gaps, self.load, self.unknown, self.terminal_or_dose):
            rows()

    def answer(self) -> tuple[Any, ...]:
        """(decision, target stage, sufficient, [(code, session, item)], missing)"""
        fired = self.fired
        if self.index == 0:
            fired = [("HOLD", "REGRESS_AT_FLOOR", f[2], f[3]) if f[0] == "REGRESS" else f for f in fired]
        decision = min((f[0] for f in fired), key=RANKS.index)
        back = 1
        if any(f[1] == "LAYOFF" for f in fired):
            back = self.index if self.gap >= 56 else 2 if self.gap >= 28 else 1
        target = self.ladder[max(0, self.index - back)]["id"] if decision == "REGRESS" else None
        return decision, target, self.sufficient, sorted({f[1:] for f in fired}, key=str), self.missing

    def fire(self, rank: str, code: str, session: Any = None, item: str | None = None) -> None:
        self.fired.append((rank, code, session["id"] if session else None, item))

    def last(self, days: float, since: bool = False) -> list[Any]:
        recent = [s for s in self.every if start(s) >= self.now - days * D]
        return [s for s in recent if start(s) >= self.entry] if since else recent

    def cls(self, s: Any) -> str:
        base = self.doc["baseline_morning"] or 0
        rise = None if ci(s, "morning") is None else max(0, ci(s, "morning") - base)
        items = [ci(s, "during"), ci(s, "after"), rise]
        if ci(s, "stopped") or ci(s, "sharp_sudden") or (self.profile == "NEURAL" and ci(s, "distal_spread")):
            return "RED"
        if any(v is not None and v >= red for v, red in zip(items, RED[self.profile], strict=True)):
            return "RED"
        if any(v is not None and v > green for v, green in zip(items, GREEN[self.profile], strict=True)):
            return "AMBER"
        if ci(s, "stiff_min") is not None and ci(s, "stiff_min") >= (self.doc["baseline_stiff_min"] or 0) + 30:
            return "AMBER"
        return "UNKNOWN" if ci(s, "during") is None or ci(s, "morning") is None else "GREEN"

    def open_red(self, s: Any) -> bool:
        settlers = [start(g) for g in self.every if self.cls(g) == "GREEN" and g["quality"] == "OK"]
        return self.cls(s) == "RED" and not any(g > start(s) for g in settlers)

    def said(self) -> None:
        for flag in self.doc["flags"]:
            if not (flag["cleared_at"] and sec(flag["cleared_at"]) <= self.now and flag["cleared_by"]):
                self.fire("STOP_REFER", "RED_FLAG", None, flag["code"])
        for hold in self.doc["holds"]:
            if sec(hold["from"]) <= self.now and (not hold["until"] or self.now < sec(hold["until"])):
                self.fire("HOLD", "PHYSIO_HOLD")
        elsewhere = [s for s in self.last(7) if ci(s, "site") and ci(s, "site") not in self.sites]
        if self.sites and len(elsewhere) >= 2:
            self.fire("HOLD", "SITE_CHANGED")

    def tolerance(self) -> None:
        week_red = [s for s in self.last(7, True) if self.cls(s) == "RED"]
        for s in self.mine:
            if self.open_red(s) or (len(week_red) >= 2 and s in week_red):
                self.fire("REGRESS", "RED_RESPONSE", s)
        if len(week_red) == 1 and not self.open_red(week_red[0]):
            self.fire("HOLD", "RED_SETTLED", week_red[0])
        for s in self.last(7):
            if start(s) < self.entry and self.open_red(s):
                self.fire("HOLD", "RED_BEFORE_ENTRY_UNSETTLED", s)
        if sum(self.cls(s) in ("AMBER", "RED") for s in self.last(28, True)[-4:]) >= 3:
            self.fire("REGRESS", "REPEATED_POOR_RESPONSE")
        elif sum(self.cls(s) in ("AMBER", "RED") for s in self.mine[-3:]) >= 2:
            self.fire("HOLD", "POOR_2_OF_3")
        values = [ci(s, "morning") for s in self.last(7)]
        values += [d["morning"] for d in self.doc["daily"] if self.now - 7 * D <= sec(d["at"]) <= self.now]
        values = [v for v in values if v is not None]
        if len(values) >= 3 and median(values) > (self.doc["baseline_morning"] or 0) + 1:
            self.fire("HOLD", "MORNING_TREND")

    def gaps(self) -> None:
        ran = [start(s) for s in self.every if (m(s, "run_s") or 0) > 0 or (m(s, "run_m") or 0) > 0]
        self.gap = int((self.now - max([self.entry, *ran])) // D)
        if self.gap >= 15:
            self.fire("REGRESS", "LAYOFF")
        elif self.gap >= 8:
            self.fire("INSUFFICIENT_DATA", "LAPSE")
        elif not ran:
            self.fire("INSUFFICIENT_DATA", "NO_SESSIONS")

    def load(self) -> None:
        for s in self.last(7, True):
            for name in self.over(s):
                self.fire("HOLD", "CEILING", s, name)
        runs = self.stage.get("ceil7", {}).get("runs")
        if runs is not None and len(self.last(7, True)) > runs:
            self.fire("HOLD", "WEEK_CEILING")
        for s in self.last(7):
            if m(s, "run_m") is None:
                self.fire("INSUFFICIENT_DATA", "DISTANCE_UNKNOWN", s)
            else:
                self.jump(s, m(s, "run_m"), self.longest(s))

    def jump(self, s: Any, run_m: float, longest: float) -> None:
        for ratio, rank, code in ((2, "HOLD", "LARGE"), (1.3, "HOLD", "MODERATE"), (1.1, "CONTINUE", "SMALL")):
            if run_m - longest > 500 and run_m / longest > ratio:
                self.fire(rank, f"SPIKE_{code}", s)
                return

    def longest(self, s: Any) -> float:
        before = [o for o in self.every if start(s) - 30 * D <= start(o) < start(s)]
        base = [2500] + [m(o, "run_m") or 0 for o in before]
        declared, at = (self.doc["references"][name] for name in ("declared_longest_m", "declared_at"))
        if declared and at and start(s) <= sec(at) + 30 * D:
            base.append(declared)
        return max(base)

    def over(self, s: Any) -> list[str]:
        broken = []
        for name, limit in self.stage.get("ceil", {}).items():
            value = m(s, name)
            if name.startswith("eff") and m(s, name[:-2] + "_ceil_n") is not None:
                value = m(s, name[:-2] + "_ceil_n")
            if value is not None and value > limit and not self.absent(name):
                broken.append(name)
        return broken

    def absent(self, name: str) -> bool:
        """An absent top speed is estimated from the threshold speed; an absent threshold speed is absent."""
        v_max, v_thr = self.doc["references"]["v_max_mps"], self.doc["references"]["v_thr_mps"]
        return (name.startswith(V_MAX) and not (v_max or v_thr)) or (name.startswith(V_THR) and not v_thr)

    def unknown(self) -> None:
        late = [s for s in self.last(28)[-3:] if ci(s, "morning") is None and self.now >= sec(s["end"]) + 36 * H]
        if len(late) >= 2:
            self.fire("INSUFFICIENT_DATA", "MISSING_24H")
        if sum(s["quality"] == "POOR" for s in self.last(28)[-3:]) >= 2:
            self.fire("INSUFFICIENT_DATA", "POOR_SENSOR")

    def terminal_or_dose(self) -> None:
        if self.stage.get("terminal"):
            self.fire("CONTINUE", "TERMINAL")
            return
        self.references()
        self.loading()
        self.sufficient = not self.missing
        self.days()
        self.latest()
        self.fire("CONTINUE" if self.missing else "PROGRESS_READY", "DOSE")

    def references(self) -> None:
        month, refs = self.last(28, True), self.doc["references"]
        for name in {name for group in ("each", "total", "max") for name in self.stage.get(group, {})}:
            if len(month) >= 2 and all(m(s, name) is None for s in month):
                self.fire("INSUFFICIENT_DATA", "METRIC_UNMEASURED", None, name)
            estimated = name.startswith(V_MAX) and not (refs["v_max_mps"] and refs["v_max_kind"] == "measured")
            near_top = self.stage.get("need_vmax_measured") or name in ("eff90_n", "eff95_n")
            if self.absent(name):
                self.fire("INSUFFICIENT_DATA", "REF_MISSING", None, name)
            elif estimated and near_top:
                self.fire("INSUFFICIENT_DATA", "REF_NOT_MEASURED", None, name)

    def loading(self) -> None:
        good = [s for s in self.mine if self.cls(s) == "GREEN" and s["quality"] == "OK" and not self.over(s)]
        good = [s for s in good if start(s) >= self.now - self.stage.get("window_days", 999) * D]
        counted: list[Any] = []
        for s in good:
            done = {name: m(s, name) for name in self.stage.get("each", {})}
            each = all(done[n] is not None and done[n] >= least for n, least in self.stage.get("each", {}).items())
            if each and (not counted or start(s) - start(counted[-1]) >= self.stage.get("spacing_h", 0) * H):
                counted.append(s)
        short = len(counted) < self.stage["n"]
        if short:
            self.missing.append(("sessions", len(counted), self.stage["n"]))
        for group, of in (("total", sum), ("max", max), ("each", max)) if short else (("total", sum), ("max", max)):
            for name, least in self.stage.get(group, {}).items():
                amounts = [m(s, name) for s in good if m(s, name) is not None]
                value = of(amounts) if amounts else None if good else 0
                if value is None or value < least:
                    self.missing.append((f"{group}.{name}", value, least))

    def days(self) -> None:
        days = int((self.now - self.entry) // D)
        if days < self.stage.get("min_days", 0):
            self.missing.append(("min_days", days, self.stage["min_days"]))
        if self.stage.get("earliest_day") is not None:
            since = int((self.now - sec(self.doc["onset_at"])) // D) if self.doc["onset_at"] else None
            if since is None or since < self.stage["earliest_day"]:
                self.missing.append(("earliest_day", since, self.stage["earliest_day"]))

    def latest(self) -> None:
        latest = self.mine[-1] if self.mine else None
        shown = self.cls(latest) if latest else None
        if shown == "UNKNOWN" and ci(latest, "morning") is None and self.now < sec(latest["end"]) + 36 * H:
            shown = "PENDING"
        if shown != "GREEN":
            self.missing.append(("latest_24h", shown, "GREEN"))
