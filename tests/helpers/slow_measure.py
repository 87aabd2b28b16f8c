"""A second, slow reading of the measuring rules: plain loops over samples in exact fractions, sharing no code with
the rules. Where the two disagree, one of them misread the specification."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

FIELDS = ("v", "cad", "grade", "hr")
PERCENTS = (60, 70, 80, 90, 95)


def exact(value):
    """A decimal as it is written, not as a float stores it; None for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    return Fraction(repr(float(value)))


def slow_measure(rows, *, v_max=None, v_thr=None, onset_s=1800, previous=None, hold_s=3, unit=None, pauses=()):
    """Rows are dicts with t (seconds) and any of v, cad, grade, hr. Gives metrics rounded to three decimals, coverage
    and quality. `previous` is (hours before, running seconds)."""
    samples = clean(merge(rows), Fraction(hold_s), unit)
    v_max = Fraction(9, 5) * exact(v_thr) if v_max is None and v_thr is not None else exact(v_max)
    v_thr = exact(v_thr)
    smart = hold_s > 3
    give_v3(samples)
    give_running(samples)
    give_fatigue(samples, exact(onset_s), previous)
    has_v = any(s["v"] is not None for s in samples)
    out = {}
    out |= running_metrics(samples) if has_v else {}
    out["steps"] = steps(samples)
    if has_v and v_max is not None:
        out |= speed_metrics(samples, v_max, smart)
    if has_v and v_thr is not None:
        out["t_thr95_s"] = seconds(samples, lambda s: s["v3"] is not None and s["v3"] >= Fraction(95, 100) * v_thr)
        out["t_thr105_s"] = seconds(samples, lambda s: s["v3"] is not None and s["v3"] >= Fraction(105, 100) * v_thr)
        out["ff_s"] = seconds(
            samples, lambda s: s["fatigued"] and s["v3"] is not None and s["v3"] >= Fraction(95, 100) * v_thr
        )
    if has_v:
        out["fat_s"] = seconds(samples, lambda s: s["fatigued"] and s["running"])
        out |= incline_metrics(samples, v_thr, smart)
    metrics = {name: None if value is None else round(float(value), 3) for name, value in out.items()}
    return metrics, *quality(samples, pauses, rows)


def merge(rows):
    """Sorted by whole milliseconds; of one moment the larger value of each field."""
    by_moment = {}
    for row in rows:
        moment = round(exact(row["t"]) * 1000)
        kept = by_moment.setdefault(moment, dict.fromkeys(FIELDS))
        for field in FIELDS:
            value = exact(row.get(field))
            if value is not None and (kept[field] is None or value > kept[field]):
                kept[field] = value
    return [{"t": Fraction(moment, 1000), **by_moment[moment]} for moment in sorted(by_moment)]


def clean(samples, hold_limit, unit):
    for i, sample in enumerate(samples):
        following = samples[i + 1]["t"] - sample["t"] if i + 1 < len(samples) else Fraction(1)
        sample["hold"] = min(following, hold_limit)
        sample["end"] = sample["t"] + sample["hold"]
        sample["v"] = within(sample["v"], Fraction(0), Fraction(25, 2))
        sample["grade"] = within(sample["grade"], Fraction(-45, 100), Fraction(45, 100))
        sample["hr"] = within(sample["hr"], Fraction(30), Fraction(230))
        if unit == "strides" and sample["cad"] is not None:
            sample["cad"] *= 2
        sample["cad"] = within(sample["cad"], Fraction(40), Fraction(260))
    remove_jumps(samples)
    if unit is None and looks_like_strides(samples):
        for sample in samples:
            sample["cad"] = within(None if sample["cad"] is None else sample["cad"] * 2, Fraction(40), Fraction(260))
    return samples


def within(value, low, high):
    return value if value is not None and low <= value <= high else None


def remove_jumps(samples):
    known = [s for s in samples if s["v"] is not None]
    condemned = []
    for one, other in pairwise(known):
        if abs(other["v"] - one["v"]) / (other["t"] - one["t"]) > 6:
            condemned.append(one if one["v"] > other["v"] else other)
    for sample in condemned:
        sample["v"] = None


def looks_like_strides(samples):
    """The time-weighted median cadence of the samples at 2 m/s or faster is below 115."""
    heard = sorted(
        (s["cad"], s["hold"]) for s in samples if s["cad"] is not None and s["v"] is not None and s["v"] >= 2
    )
    if not heard:
        return False
    half = sum(hold for _, hold in heard) / 2
    reached = Fraction(0)
    for place, (cadence, hold) in enumerate(heard):
        reached += hold
        if reached == half:
            return (cadence + heard[place + 1][0]) / 2 < 115
        if reached > half:
            return cadence < 115
    return False


def held_speed(samples, begin, end):
    """Metres and seconds covered between two moments."""
    metres, covered = Fraction(0), Fraction(0)
    for sample in samples:
        if sample["v"] is not None:
            overlap = min(end, sample["end"]) - max(begin, sample["t"])
            if overlap > 0:
                metres += sample["v"] * overlap
                covered += overlap
    return metres, covered


def give_v3(samples):
    for sample in samples:
        sample["v3"] = None
        if sample["v"] is not None:
            middle = (sample["t"] + sample["end"]) / 2
            metres, covered = held_speed(samples, middle - Fraction(3, 2), middle + Fraction(3, 2))
            sample["v3"] = metres / covered


def give_running(samples):
    for sample in samples:
        v3, cadence = sample["v3"], sample["cad"]
        by_cadence = v3 is not None and cadence is not None and cadence >= 140 and v3 >= Fraction(12, 10)
        sample["running"] = (v3 is not None and v3 >= 2) or by_cadence


def give_fatigue(samples, onset, previous):
    tired_already = previous is not None and previous[0] < 30 and previous[1] >= onset
    run_before = Fraction(0)
    for sample in samples:
        sample["fatigued"] = tired_already or run_before >= onset
        if sample["running"]:
            run_before += sample["hold"]


def seconds(samples, chosen):
    return sum((s["hold"] for s in samples if chosen(s)), Fraction(0))


def metres(samples, chosen):
    return sum((s["v"] * s["hold"] for s in samples if s["v"] is not None and chosen(s)), Fraction(0))


def running_metrics(samples):
    out = {"run_s": seconds(samples, lambda s: s["running"])}
    places = [i for i, s in enumerate(samples) if s["running"]]
    out["run_m"] = metres(samples[places[0] : places[-1] + 1], lambda s: True) if places else Fraction(0)
    best = bout = Fraction(0)
    last_end = None
    for sample in samples:
        if sample["running"]:
            if last_end is not None and sample["t"] - last_end > 20:
                bout = Fraction(0)
            bout += sample["hold"]
            last_end = sample["end"]
            best = max(best, bout)
    out["cont_run_s"] = best
    return out


def steps(samples):
    heard = [s for s in samples if s["cad"] is not None]
    return sum(s["cad"] * s["hold"] / 60 for s in heard) if heard else None


def speed_metrics(samples, v_max, smart):
    out = {"peak3_pct": peak(samples, 3, v_max), "peak5_pct": peak(samples, 5, v_max)}
    for x in PERCENTS:
        limit = Fraction(x, 100) * v_max
        out[f"fast{x}_s"] = seconds(samples, lambda s, limit=limit: s["v3"] is not None and s["v3"] >= limit)
        out[f"fast{x}_m"] = metres(samples, lambda s, limit=limit: s["v3"] is not None and s["v3"] >= limit)
        efforts = efforts_at(samples, limit)
        level = [e for e in efforts if e["grade"] is None or -Fraction(2, 100) <= e["grade"] <= Fraction(2, 100)]
        untold = smart and x in (80, 90, 95)
        out[f"eff{x}_n"] = None if untold else len(level)
        out[f"eff{x}_ceil_n"] = None if untold else len(efforts)
        if x == 80:
            out["ff80_n"] = None if untold else sum(e["fatigued"] for e in level)
    return out


def peak(samples, width, v_max):
    """Windows that begin or end with a sample, without a gap, with two samples or more in them."""
    best = None
    for begin in [s["t"] for s in samples] + [s["end"] - width for s in samples]:
        inside = [s for s in samples if min(begin + width, s["end"]) > max(begin, s["t"])]
        went, covered = held_speed(samples, begin, begin + width)
        if covered == width and len(inside) >= 2:
            best = went / width if best is None else max(best, went / width)
    return None if best is None else 100 * best / v_max


def efforts_at(samples, limit):
    """State machine: an effort is open until three seconds have passed below the limit or without data."""
    efforts, now = [], None
    for sample in samples:
        if sample["v3"] is None or sample["v3"] < limit:
            continue
        if now is None or sample["t"] - now["end"] >= 3:
            now = {"s": Fraction(0), "rise": Fraction(0), "known": Fraction(0), "fatigued": sample["fatigued"]}
            efforts.append(now)
        now["end"] = sample["end"]
        now["s"] += sample["hold"]
        if sample["grade"] is not None:
            now["rise"] += sample["grade"] * sample["hold"]
            now["known"] += sample["hold"]
    for effort in efforts:
        effort["grade"] = effort["rise"] / effort["known"] if effort["known"] else None
    return [effort for effort in efforts if effort["s"] >= 2]


def incline_metrics(samples, v_thr, smart):
    names = ("inc1_s", "inc2_s", "inc4_s", "inc8_s", "inc2_m", "dn4_s", "vert_up_m", "uf_n", "uf_s")
    out = dict.fromkeys(names)
    run = seconds(samples, lambda s: s["running"])
    known = seconds(samples, lambda s: s["running"] and s["grade"] is not None)
    if all(s["grade"] is None for s in samples) or known < Fraction(8, 10) * run:
        return out

    def at_least(percent):
        return lambda s: s["running"] and s["grade"] is not None and s["grade"] >= Fraction(percent, 100)

    for percent in (1, 2, 4, 8):
        out[f"inc{percent}_s"] = seconds(samples, at_least(percent))
    out["inc2_m"] = metres(samples, at_least(2))
    out["dn4_s"] = seconds(
        samples, lambda s: s["running"] and s["grade"] is not None and s["grade"] <= -Fraction(4, 100)
    )
    both = [s for s in samples if s["grade"] is not None and s["v"] is not None]
    out["vert_up_m"] = sum((max(Fraction(0), s["grade"]) * s["v"] * s["hold"] for s in both), Fraction(0))
    if v_thr is not None:
        out["uf_s"] = seconds(samples, lambda s: at_least(3)(s) and v_eq(s) >= v_thr)
        out["uf_n"] = None if smart else hills(samples, v_thr, at_least(4))
    return out


def v_eq(sample):
    i = sample["grade"]
    cost = (
        Fraction("155.4") * i**5
        - Fraction("30.4") * i**4
        - Fraction("43.3") * i**3
        + Fraction("46.3") * i**2
        + Fraction("19.5") * i
        + Fraction("3.6")
    )
    return sample["v"] * cost / Fraction("3.6")


def hills(samples, v_thr, steep):
    lengths, last_end = [], None
    for sample in samples:
        if steep(sample) and v_eq(sample) >= Fraction(105, 100) * v_thr:
            if last_end is None or sample["t"] - last_end >= 10:
                lengths.append(Fraction(0))
            lengths[-1] += sample["hold"]
            last_end = sample["end"]
    return sum(length >= 8 for length in lengths)


def quality(samples, pauses, rows):
    if not samples:
        return 0.0, "POOR"
    begin, end = samples[0]["t"], samples[-1]["end"]
    duration = end - begin
    paused = [(max(begin, exact(a)), min(end, exact(b))) for a, b in pauses]
    awake_ms = (
        sum(not any(a <= Fraction(ms, 1000) < b for a, b in paused) for ms in range(int(begin * 1000), int(end * 1000)))
        if pauses
        else duration * 1000
    )
    covered = seconds(samples, lambda s: s["v"] is not None)
    coverage = min(1.0, round(float(covered * 1000 / awake_ms), 3)) if awake_ms > 0 else 0.0
    return coverage, "OK" if coverage >= 0.8 and duration >= 120 else "POOR"
