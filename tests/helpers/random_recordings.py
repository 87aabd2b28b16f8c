"""Random recordings that reach the edges of measuring: losses, steps around 1.5 s, noise around limits, hills, cars."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from slow_stream import hold_of_a_file

V_MAX = (None, 4.0, 6.0, 6.5, 8.0)
V_THR = (None, 2.0, 2.8, 3.5, 4.0)
STEPS_MS = (1000,) * 6 + (100, 125, 200, 333, 500, 990, 1001, 1200, 1499, 1500, 1501, 2000, 3000, 5000)
GRADES = (None, -0.05, -0.04, -0.03, -0.02, -0.021, 0.0, 0.01, 0.02, 0.021, 0.029, 0.03, 0.039, 0.04, 0.041, 0.06, 0.08)
SHARES_OF_V_MAX = (0.58, 0.6, 0.7, 0.79, 0.8, 0.81, 0.9, 0.91, 0.95, 0.96, 1.0)
SHARES_OF_V_THR = (0.5, 0.8, 0.9, 0.94, 0.95, 0.96, 0.99, 1.0, 1.04, 1.05, 1.06, 1.1, 1.1025, 1.11, 1.2)
OTHER_SPEEDS = (0.0, 0.4, 0.5, 1.1, 1.2, 1.9, 2.0, 2.1, 3.0, 5.9, -0.1)
IMPLAUSIBLE_SPEEDS = (5.9, 6.0, 6.1, 9.4, 9.5, 9.6, 11.1, 12.5, 12.6)
IMPLAUSIBLE_SHARES = (1.19, 1.2, 1.21)
LONGEST = 250  # samples; of a coarser step a few recordings have four times as many


@dataclass(frozen=True)
class RandomRecording:
    """Rows of `t`, `v`, `cad`, `grade`, with the arguments of `slow_measure` that belong to them."""

    rows: tuple[dict[str, float | None], ...]
    arguments: dict[str, object] = field(default_factory=dict)


def random_recording(rng: Random) -> RandomRecording:
    v_max, v_thr = rng.choice(V_MAX), rng.choice(V_THR)
    packets = rng.random() < 0.6
    moments = times_ms(rng)
    speeds = profile(rng, len(moments), v_max or 8.0, v_thr or 4.0)
    grades, cadences = hills(rng, len(moments)), cadence(rng, len(moments))
    rows = [
        {"t": t / 1000, "v": v, "cad": cad, "grade": grade}
        for t, v, cad, grade in zip(moments, speeds, cadences, grades, strict=True)
    ]
    rows = without_lost(rng, rows)
    hold_s = 3 if packets else hold_of_a_file([row["t"] for row in rows])
    return RandomRecording(
        tuple(rows),
        {
            "v_max": v_max,
            "v_max_kind": rng.choice(["measured", "measured", "estimated", None]),
            "v_thr": v_thr,
            "onset_s": rng.choice([0, 5, 30.5, 60, 120, 600, 1800]),
            "previous": rng.choice([None, None, (29.9, 60.0), (30.0, 60.0), (10.0, 5.0)]),
            "hold_s": hold_s,
            "packets": packets,
            "cadence_unit": rng.choice([None, "steps", "strides"]),
            "pauses": () if packets else random_pauses(rng, rows),
            "typed_grade": rng.random() < 0.2,
        },
    )


def times_ms(rng):
    """Moments with a regular, wavering or mixed step; sometimes sparse at the start or end."""
    step = rng.choice(STEPS_MS)
    count = rng.randint(1, 4 * LONGEST if rng.random() < 0.05 and step >= 1000 else LONGEST)
    kind = rng.choice(["regular", "regular", "wavering", "mixed", "around 1.5 s"])
    around = rng.choice([(1400, 1500, 1501), (1000, 1500, 1501, 2000), (1000, 2000), (1499, 1500), (1000, 1000, 1600)])
    sparse = rng.choice([0, 0, 0, 3, 8])
    moment, moments = rng.choice([0, 0, 250, -3000]), []
    for place in range(count):
        moments.append(moment)
        if place < sparse or (sparse and place >= count - sparse):
            moment += rng.choice([1600, 3000, 3001, 7000, 9000])
        elif kind == "wavering":
            moment += max(1, step + rng.randint(-step // 5, step // 5))
        elif kind == "mixed":
            moment += rng.choice([step, step, step, 2 * step, 3 * step // 2, step // 2])
        elif kind == "around 1.5 s":
            moment += rng.choice(around)
        else:
            moment += step
    return moments


def profile(rng, count, v_max, v_thr):
    """Stretches of speed at or near a limit, exact or with noise; a few values missing or impossible."""
    noise = rng.choice([0.0, 0.0, 0.005, 0.04, 0.1])
    lengths = rng.choice([(1, 8), (1, 30), (5, 20), (20, 120), (count, count)])
    missing = rng.choice([0.0, 0.0, 0.0, 0.02, 0.2])
    base = rng.choice([3.0, 2.5, 0.7 * v_max, 0.9 * v_thr])
    is_implausible = rng.random() < 0.15
    speeds = []
    while len(speeds) < count:
        share = rng.random()
        if is_implausible and rng.random() < 0.3:
            level = rng.choice([*IMPLAUSIBLE_SPEEDS, *(share * v_max for share in IMPLAUSIBLE_SHARES)])
        elif share < 0.4:
            level = v_max * rng.choice(SHARES_OF_V_MAX)
        elif share < 0.7:
            level = v_thr * rng.choice(SHARES_OF_V_THR)
        else:
            level = rng.choice(OTHER_SPEEDS) if share < 0.78 else base
        for _ in range(rng.randint(*lengths)):
            value = round(level * (1 + rng.gauss(0, noise)) if noise else level, rng.choice([3, 3, 2]))
            speeds.append(None if rng.random() < missing else value)
    return speeds[:count]


def hills(rng, count):
    """No grade, one grade, or hills of 5 to 40 samples; sometimes unknown for a part of the time."""
    kind = rng.choice(["none", "constant", "hills", "hills"])
    unknown = rng.choice([0.0, 0.0, 0.03, 0.18, 0.22])
    constant, grades = rng.choice(GRADES), []
    while len(grades) < count:
        grade = None if kind == "none" else constant if kind == "constant" else rng.choice(GRADES)
        for _ in range(rng.randint(5, 40)):
            grades.append(None if rng.random() < unknown else grade)
    return grades[:count]


def cadence(rng, count):
    kind = rng.choice(["none", "one", "mixed"])
    constant = rng.choice([57.0, 80.0, 114.0, 115.0, 139.0, 140.0, 175.0])
    values = [None, 39.0, 40.0, 57.0, 80.0, 115.0, 139.0, 140.0, 175.0, 260.0, 261.0]
    return [None if kind == "none" else constant if kind == "one" else rng.choice(values) for _ in range(count)]


def without_lost(rng, rows):
    """Packets lost one by one, in pairs after fast ones, or for a while; always one row is left."""
    kind = rng.choice(["none", "none", "single", "pairs", "spans", "after fast"])
    share = rng.choice([0.01, 0.03, 0.1])
    lost, place = set(), 0
    while place < len(rows):
        is_fast = (rows[place]["v"] or 0) > 5
        if kind == "single" and rng.random() < share:
            lost.add(place)
        elif kind == "pairs" and rng.random() < share:
            lost |= {place, place + 1}
        elif kind == "spans" and rng.random() < share / 2:
            lost |= set(range(place, place + rng.randint(2, 15)))
        elif kind == "after fast" and is_fast and rng.random() < 0.3:
            lost |= set(range(place + 1, place + rng.randint(2, 4)))
        place += 1
    return [row for place, row in enumerate(rows) if place not in lost] or rows[:1]


def random_pauses(rng, rows):
    if rng.random() < 0.7:
        return ()
    end = rows[-1]["t"]
    begins = [rng.uniform(-5, max(end, 1)) for _ in range(rng.randint(1, 2))]
    return tuple((round(begin, 1), round(begin + rng.choice([1.0, 10.0, 60.0]), 1)) for begin in begins)


def smallest(recording: RandomRecording, still_fails) -> RandomRecording:
    """Leave out rows, then forget values, as long as `still_fails`: what is left shows the disagreement."""
    size = max(1, len(recording.rows) // 2)
    while size:
        place = 0
        while place < len(recording.rows):
            fewer = replace(recording, rows=recording.rows[:place] + recording.rows[place + size :])
            if fewer.rows and still_fails(fewer):
                recording = fewer
            else:
                place += size
        size //= 2
    for name in ("cad", "grade"):
        plain = replace(recording, rows=tuple(row | {name: None} for row in recording.rows))
        if still_fails(plain):
            recording = plain
    for name, value in (("pauses", ()), ("previous", None), ("typed_grade", False), ("cadence_unit", "steps")):
        plain = replace(recording, arguments=recording.arguments | {name: value})
        if still_fails(plain):
            recording = plain
    return recording
