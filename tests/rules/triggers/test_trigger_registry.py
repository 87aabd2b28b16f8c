"""The folder of triggers is the registry: names, units and references in one place."""

from __future__ import annotations

import pytest
from measured_runs import exposure_of, segment

from rules.triggers import METRICS, TRIGGERS, metric


def names(text):
    return text.split()


# what the ladders of stages ask for, and what the specification names beside
ASKED_BY_STAGES = names(
    """run_s cont_run_s run_m fat_s ff_s ff80_n peak3_pct eff60_n eff70_n eff80_n eff90_n eff95_n t_thr95_s t_thr105_s
    inc2_s inc4_s dn4_s uf_n t_thr95_ceil_s t_thr105_ceil_s uf_ceil_n peak5_pct acc2_n acc3_n dec2_n dec3_n cod_att_n"""
)
NAMED_BESIDE = names(
    """dur_s steps inc1_s inc8_s uf_s decoupling_pct rolling_drift_pct hr_drift_pct cadence_decay_pct d_prime_min_m
    depleted_s d_model_broken peak5_pct fast60_m fast70_m fast80_m fast90_m fast95_m fast60_s fast95_s inc2_m vert_up_m
    trimp eff60_ceil_n eff95_ceil_n"""
)
INFORMING = names(
    """decoupling_pct rolling_drift_pct hr_drift_pct cadence_decay_pct d_prime_min_m depleted_s d_model_broken
    fast60_m fast95_m inc2_m vert_up_m steps trimp"""
)


@pytest.mark.parametrize("name", [*ASKED_BY_STAGES, *NAMED_BESIDE])
def test_every_metric_that_anyone_asks_for_is_known_by_its_name(name):
    assert metric(name) is METRICS[name]


def test_no_two_triggers_measure_the_same_metric():
    names = [one.name for trigger in TRIGGERS for one in trigger.METRICS]
    assert len(names) == len(set(names)) == len(METRICS)


def test_every_trigger_measures_exactly_the_metrics_it_names():
    assert set(exposure_of(segment(200, 3.0)).metrics) == set(METRICS)


@pytest.mark.parametrize("name", INFORMING)
def test_what_informs_never_gates(name):
    assert METRICS[name].informs


@pytest.mark.parametrize("name", [*ASKED_BY_STAGES, "peak5_pct"])
def test_what_a_stage_asks_for_may_gate(name):
    assert not METRICS[name].informs


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("peak3_pct", "v_max"),
        ("peak5_pct", "v_max"),
        ("fast60_s", "v_max"),
        ("eff90_n", "v_max"),
        ("eff90_ceil_n", "v_max"),
        ("ff80_n", "v_max"),
        ("t_thr95_s", "v_thr"),
        ("t_thr105_s", "v_thr"),
        ("t_thr95_ceil_s", "v_thr"),
        ("t_thr105_ceil_s", "v_thr"),
        ("uf_ceil_n", "v_thr"),
        ("ff_s", "v_thr"),
        ("uf_n", "v_thr"),
        ("uf_s", "v_thr"),
        ("fat_s", None),
        ("inc2_s", None),
        ("run_s", None),
        ("acc2_n", None),
    ],
)
def test_a_metric_says_which_speed_of_the_runner_it_needs(name, reference):
    assert METRICS[name].reference == reference


def test_labels_are_plain_and_units_are_given():
    for one in METRICS.values():
        assert one.unit
        assert len(one.label) > 3
        assert "_" not in one.label


def test_a_name_that_nobody_measures_is_unknown():
    assert metric("eff_n") is None
