"""Clinic: one physio and the runners who show the product's faces; every name is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from rules.programme import load
from sensors.files.csv_columns import to_csv
from server import intake, said
from server.demo.history import Outing, recording
from server.storage import people, runs
from server.storage.people import Person
from server.storage.runs import Plan

SHOWN_DAYS = 60.0  # of each runner's weeks
PHYSIO = Person(id="demo-mara", name="Mara Lindqvist", role="physio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One runner: where they stand, and what they did. `shows` says what to see in them."""

    runner: Person
    shows: str
    programme: str
    stage: str
    entered_days_ago: float
    onset_days_ago: float
    baseline_morning: float
    v_max_mps: float
    v_thr_mps: float
    outings: tuple[Outing, ...]


def _weeks(
    *rows: tuple[float, float], pain: tuple[float, float, float] = (1, 1, 1), speed: float = 2.6
) -> tuple[Outing, ...]:
    return tuple(Outing(days_ago=days, minutes=minutes, speed_mps=speed, pain=pain) for days, minutes in rows)


READY = Story(
    runner=Person(id="demo-ines", name="Ines Okafor", role="runner"),
    shows="the dose is complete and was tolerated",
    programme="PHT",
    stage="P3",
    entered_days_ago=17,
    onset_days_ago=120,
    baseline_morning=1,
    v_max_mps=8.0,
    v_thr_mps=4.0,
    outings=(
        *_weeks((54, 11), (51, 12), (48, 13), (45, 15), (42, 18), (39, 20), (36, 21), (33, 22), pain=(2, 2, 2)),
        *_weeks((30, 23), (27, 24), (24, 26), (21, 28), (18.5, 28), pain=(2, 1, 1)),
        Outing(days_ago=16.3, minutes=30, pain=(2, 2, 1)),
        Outing(days_ago=14.2, minutes=33, pain=(2, 1, 1)),
        Outing(days_ago=12.1, minutes=36, pain=(2, 2, 1)),
        Outing(days_ago=9.9, minutes=39, pain=(2, 2, 2)),
        Outing(days_ago=7.6, minutes=42, pain=(2, 2, 1)),
        Outing(days_ago=5.3, minutes=45.3, pain=(2, 1, 1)),
        Outing(days_ago=2.4, minutes=33, pain=(1, 1, 1)),
    ),
)

PAIN_FREE = Story(
    runner=Person(id="demo-tomas", name="Tomas Brandl", role="runner"),
    shows="no pain for weeks, but not loaded: that is no reason to move on",
    programme="FIBRE",
    stage="F5",
    entered_days_ago=18,
    onset_days_ago=58,
    baseline_morning=0,
    v_max_mps=8.4,
    v_thr_mps=4.1,
    outings=_weeks(
        (55, 10), (52, 12), (49, 15), (46, 18), (43, 20), (40, 22), (37, 24), (34, 25), (31, 28), (28, 30),
        (25, 32), (22, 34), (19, 35), (16.2, 32), (13.4, 33), (10.3, 30), (7.4, 32), (4.4, 30), (2.3, 31),
        pain=(0, 0, 0), speed=2.7,
    ),
)  # fmt: skip

JUMP = Story(
    runner=Person(id="demo-priya", name="Priya Nair", role="runner"),
    shows="a jump in load: one run far longer than any of the 30 days before",
    programme="PHT",
    stage="P3",
    entered_days_ago=15,
    onset_days_ago=140,
    baseline_morning=1,
    v_max_mps=7.8,
    v_thr_mps=3.9,
    outings=(
        *_weeks((53, 10), (50, 12), (47, 14), (44, 16), (41, 18), (38, 20), (35, 21), (32, 22), (29, 24), (26, 26)),
        *_weeks((23, 28), (20, 30), (17, 32), pain=(2, 2, 1)),
        Outing(days_ago=14.2, minutes=33, pain=(2, 2, 1)),
        Outing(days_ago=11.4, minutes=36, pain=(2, 2, 1)),
        Outing(days_ago=8.3, minutes=38, pain=(2, 2, 1)),
        Outing(days_ago=5.2, minutes=36, pain=(2, 1, 1)),
        Outing(days_ago=1.6, minutes=53, speed_mps=3.0, pain=(3, 3, 2)),
    ),
)

RECORDED = Story(
    runner=Person(id="demo-jonas", name="Jonas Weber", role="runner"),
    shows="whose run is recorded right now: tomorrow's answer is still to come",
    programme="PHT",
    stage="P6",
    entered_days_ago=14,
    onset_days_ago=150,
    baseline_morning=1,
    v_max_mps=7.6,
    v_thr_mps=3.9,
    outings=(
        *_weeks(
            (54, 20), (50, 22), (46, 24), (42, 26), (38, 28), (34, 30), (30, 31), (27, 32), pain=(2, 1, 1), speed=2.8
        ),
        *_weeks((24, 33), (21, 33), (18, 34), (15.4, 33), pain=(2, 1, 1), speed=2.8),
        Outing(days_ago=12.3, minutes=32, speed_mps=2.8, strides=5, stride_mps=5.9, pain=(1, 1, 1)),
        Outing(days_ago=8.2, minutes=33, speed_mps=2.8, strides=6, stride_mps=5.9, pain=(1, 2, 1)),
        Outing(days_ago=4.2, minutes=32, speed_mps=2.8, strides=6, stride_mps=5.9, pain=(1, 1, 1)),
    ),
)

STORIES = (READY, PAIN_FREE, JUMP, RECORDED)


def seed(db: Session, now: datetime) -> None:
    """People, consent, plans, eight weeks of run files as they came, and the answers about them."""
    people.add_person(db, PHYSIO, now)
    for number, story in enumerate(STORIES):
        people.add_person(db, story.runner, now)
        people.give_consent(db, story.runner.id, PHYSIO.id, now - timedelta(days=60))
        for plan in plans_of(story, now):
            runs.save_plan(db, plan)
        said.screened(db, story.runner.id, f"screen-{number}", story.runner, (), now - timedelta(days=3))
        for place, outing in enumerate(story.outings):
            _seed_outing(db, story, outing, now, chance=1000 * number + place)


def _seed_outing(db: Session, story: Story, outing: Outing, now: datetime, chance: int) -> None:
    start = (now - timedelta(days=outing.days_ago)).replace(microsecond=0)
    body = to_csv(recording(outing, start, chance))
    digest, _ = intake.keep_file(db, story.runner.id, f"run-{start:%Y-%m-%d}.csv", body, start + timedelta(hours=1))
    during, after, morning = outing.pain
    answers = {"during": during, "after": after, "morning": morning}
    runs.save_check_in(db, story.runner.id, f"{digest[:16]}-0", story.runner.id, answers, start + timedelta(hours=24))


def plans_of(story: Story, now: datetime) -> list[Plan]:
    """One version for each stage up to the current one, the earlier ones evenly spread over the weeks before it."""
    stages = [stage.id for stage in load(story.programme).stages]
    earlier = stages[: stages.index(story.stage)]
    each = (SHOWN_DAYS - story.entered_days_ago) / len(earlier)
    entered = [SHOWN_DAYS - number * each for number in range(len(earlier))]
    before = [replace(story, stage=stage, entered_days_ago=days) for stage, days in zip(earlier, entered, strict=True)]
    return [replace(plan_of(one, now), version=number) for number, one in enumerate([*before, story], 1)]


def plan_of(story: Story, now: datetime) -> Plan:
    entered = now - timedelta(days=story.entered_days_ago)
    return Plan(
        runner_id=story.runner.id, version=1, valid_from=entered, by=PHYSIO.id, body=_plan_body(story, entered, now)
    )


def _plan_body(story: Story, entered: datetime, now: datetime) -> Mapping[str, Any]:
    return {
        "programme": story.programme,
        "profile": None,
        "stage": story.stage,
        "stage_override": {},
        "stage_entered_at": entered.isoformat(),
        "baseline_morning": story.baseline_morning,
        "baseline_stiff_min": 0,
        "onset_at": (now - timedelta(days=story.onset_days_ago)).isoformat(),
        "references": {
            "v_max_mps": story.v_max_mps,
            "v_max_kind": "measured",
            "v_thr_mps": story.v_thr_mps,
            "declared_longest_m": 2500,
            "declared_at": (now - timedelta(days=60)).isoformat(),
        },
    }
