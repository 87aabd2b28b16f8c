"""A stage is completed only if it was entered and left upward; what was jumped over was skipped."""

from datetime import timedelta

import clinic_kit as kit
import pytest

from rules.programme import load
from rules.view import look
from server import plan_views, stage_history
from server.pages import ladder
from server.pages.reader import Reader
from server.storage.preferences import Preferences
from server.storage.runs import Plan


def versions(*stages, programme="PHT", **more):
    return [
        Plan(
            runner_id="r-1",
            version=number,
            valid_from=kit.NOON + timedelta(days=number),
            by="p-1",
            body={**kit.plan().body, "programme": programme, "stage": stage, **more},
        )
        for number, stage in enumerate(stages, 1)
    ]


@pytest.mark.parametrize(
    ("stages", "completed"),
    [
        (["P3"], set()),
        (["P1", "P2", "P3"], {"P1", "P2"}),
        (["P3", "P3", "P3"], set()),
        (["P3", "P9"], {"P3"}),
        (["P3", "P4", "P2"], {"P3"}),
        (["P3", "P4", "P2", "P6"], {"P3", "P2"}),  # P4 was left downward, and then jumped over
        (["P3", "P4", "P2", "P3", "P4", "P5"], {"P3", "P2", "P4"}),
    ],
)
def test_a_stage_is_completed_by_leaving_it_upward(stages, completed):
    assert stage_history.completed(versions(*stages), load("PHT")) == completed


def test_version_1_of_a_built_in_programme_and_a_clinics_own_are_the_same_ladder():
    own = {"name": "Our ladder", "extends": "PHT", "override": {}, "version": "OWN 1"}
    plans = [*versions("P1", programme="PHT@1"), *versions("P2", programme=own), *versions("P3")]
    assert stage_history.completed(plans, load("PHT")) == {"P1", "P2"}


def test_another_ladder_says_nothing_of_this_one():
    plans = [*versions("F1", "F2", programme="FIBRE"), *versions("P3", "P4")]
    assert stage_history.completed(plans, load("PHT")) == {"P3"}
    mixed = [*versions("P1"), *versions("F2", programme="FIBRE"), *versions("P3")]
    assert stage_history.completed(mixed, load("PHT")) == set(), "nobody saw the step from P1 to P3"


def test_the_second_programme_has_a_history_of_its_own():
    seconds = [{"programme": "FIBRE", "stage": stage} for stage in ("F1", "F2")]
    plans = [*versions("P3"), *(versions("P3", second=second)[0] for second in seconds)]
    assert stage_history.completed(plans, load("FIBRE"), second=True) == {"F1"}
    assert stage_history.completed(plans, load("PHT")) == set()


def drawn(*stages, reader=None):
    plans = versions(*stages)
    view = look(plan_views.case_of(plans[-1].body, kit.NOON))
    return ladder.build(view, plans, reader or Reader())


def test_skipped_stages_are_drawn_hollow_and_named_for_who_hears_the_page():
    found = drawn("P1", "P2", "P5")
    states = {rung.id: rung.state for rung in found["rungs"]}
    assert [states[f"P{number}"] for number in range(1, 8)] == [
        "done", "done", "skipped", "skipped", "here", "ahead", "ahead",
    ]  # fmt: skip
    assert found["skipped"] == "Skipped (hollow): stages P3, P4."


def test_one_skipped_stage_and_none():
    assert drawn("P1", "P3")["skipped"] == "Skipped (hollow): stage P2."
    assert drawn("P1", "P2")["skipped"] == ""
    german = Reader(Preferences(language="de"))
    assert "Übersprungen" in drawn("P1", "P3", reader=german)["skipped"]
