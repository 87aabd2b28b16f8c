"""How many verdicts one core gives in a second, over 60 days with 40 sessions: `python tests/bench/bench_decide.py`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from cases import NOW, document, felt, run, volume_stage

from rules.alerts import alerts
from rules.case import Case
from rules.decide import decide
from rules.next_session import allowance
from rules.what_if import what_if

ROUNDS = 1000


def forty_sessions() -> Case:
    """A run every day and a half for 60 days, all of them on this stage."""
    sessions = tuple(
        run(f"r{i:02}", NOW - timedelta(hours=36 * i + 10), 1800, 5000 + 20 * (40 - i), felt(), fat_s=300)
        for i in range(40)
    )
    return replace(volume_stage(), sessions=sessions, stage_entered_at=NOW - timedelta(days=60))


def per_second(work, rounds: int = ROUNDS) -> float:
    begun = perf_counter()
    for _ in range(rounds):
        work()
    return rounds / (perf_counter() - begun)


def main() -> None:
    case = forty_sessions()
    text = json.dumps(document(case)).encode()
    verdict = decide(case)
    print(f"decide        {per_second(lambda: decide(case)):10,.0f} verdicts/s")
    print(f"read + decide {per_second(lambda: decide(Case.from_json(text))):10,.0f} verdicts/s")
    print(f"allowance     {per_second(lambda: allowance(case, verdict)):10,.0f} /s")
    print(f"alerts        {per_second(lambda: alerts('runner', case, verdict)):10,.0f} /s")
    print(f"what if, 60 d {per_second(lambda: what_if(case, stage_override={'n': 5}), 20):10,.0f} /s")


if __name__ == "__main__":
    main()
