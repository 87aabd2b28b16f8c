"""How long measuring takes, against one cumulative sum over the six columns, and how it grows to a day at 20 Hz."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from rules.exposure import measure
from rules.vocabulary import References
from sensors.recording import Recording

RUNNER = References(
    v_max_mps=6.0, v_max_kind="measured", v_thr_mps=3.8, d_prime_m=200.0, hr_max_bpm=190.0, hr_rest_bpm=50.0, sex="f"
)
LENGTHS = (("an hour at 1 Hz", 3600, 1), ("ten hours at 1 Hz", 36_000, 1), ("a day at 20 Hz", 86_400 * 20, 20))


def main() -> None:
    print(f"{'recording':<20}{'grade':<12}{'measure':>12}{'cumsum':>12}{'ratio':>8}{'per sample':>14}")
    for name, count, hz in LENGTHS:
        for source in ("treadmill", "barometer"):
            _report(name, source, _run(count, hz, source))


def _report(name: str, source: str, run: Recording) -> None:
    columns = np.stack(
        [run.speed_mps, run.cadence_spm, run.heart_rate_bpm, run.power_w, run.altitude_m, np.nan_to_num(run.grade)]
    )
    again = max(1, 100_000 // len(run))
    took = _best(lambda: measure(run, RUNNER), again)
    plain = _best(lambda: np.cumsum(columns, axis=1), again * 5)
    each_us = took / len(run) * 1e6
    print(f"{name:<20}{source:<12}{took * 1e3:>9.2f} ms{plain * 1e3:>9.3f} ms{took / plain:>8.0f}{each_us:>11.2f} us")


def _run(count: int, hz: int, source: str) -> Recording:
    """Uneven running with strides over rolling hills, a few lapses and a silence."""
    chance = np.random.default_rng(1)
    seconds = np.arange(count) / hz
    speed = 3 + chance.normal(0, 0.3, count) / hz + 1.5 * (np.sin(seconds / 40) > 0.6)
    speed[chance.random(count) < 0.01] = np.nan
    hills = 0.03 * np.sin(seconds / 200)
    altitude = 100 + np.cumsum(hills * np.nan_to_num(speed, nan=3.0) / hz) + chance.normal(0, 0.2, count)
    return Recording.of(
        seconds + 60 * (seconds > count / hz / 2),
        speed_mps=speed,
        cadence_spm=170 + chance.normal(0, 3, count),
        heart_rate_bpm=150 + chance.normal(0, 2, count),
        power_w=250 + chance.normal(0, 9, count),
        grade=hills if source == "treadmill" else None,
        altitude_m=altitude,
        sources={"altitude_m": "barometer"},
    )


def _best(action: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - begin)
    return best


if __name__ == "__main__":
    main()
