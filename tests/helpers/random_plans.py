"""Programmes, stage overrides and profiles that random cases draw from."""

from __future__ import annotations

from typing import Any

_WEEK = {"ceil7": {"runs": 6}}
PLAN: dict[str, Any] = {
    "name": "a plan made up for tests",
    "version": "7",
    "sites": ["ischial"],
    "profile": "TENDON",
    "stages": [
        {"id": "S1", "n": 1, "spacing_h": 24, "min_days": 2, "window_days": 14, "each": {"run_s": 600}}
        | {"ceil": {"run_s": 1800, "peak3_pct": 60}}
        | _WEEK,
        {"id": "S2", "n": 2, "spacing_h": 24, "min_days": 3, "window_days": 14, "each": {"run_s": 600}}
        | {"total": {"fat_s": 300}, "max": {"run_s": 1200}}
        | {"ceil": {"run_s": 2400, "peak3_pct": 70, "inc4_s": 60}}
        | _WEEK,
        {"id": "S3", "n": 2, "spacing_h": 24, "min_days": 3, "window_days": 21, "need_vmax_measured": True}
        | {"each": {"eff90_n": 1}, "total": {"eff90_n": 3}, "ceil": {"eff90_n": 4}}
        | _WEEK,
        {"id": "S4", "terminal": True, "ceil": {"run_s": 3600}},
    ],
}
# No minimum for each run, a short one, one in metres; ceilings on distance, on the threshold and on one long bout.
UNUSUAL: dict[str, Any] = {
    "name": "a plan of unusual stages",
    "version": "1",
    "profile": "FIBRE",
    "stages": [
        {"id": "U1", "n": 1, "spacing_h": 8, "each": {"run_s": 300}, "ceil": {"run_m": 5000, "cont_run_s": 1200}},
        {"id": "U2", "n": 3, "spacing_h": 48, "window_days": 28, "total": {"run_s": 2400, "t_thr95_s": 60}}
        | {"max": {"run_m": 2800}, "ceil": {"t_thr95_s": 300, "uf_n": 3}},
        {"id": "U3", "n": 2, "spacing_h": 30, "earliest_day": 35, "each": {"run_m": 2500, "t_thr95_s": 60}}
        | {"ceil": {"t_thr105_s": 120, "run_m": 6000, "vert_up_m": 100, "unheard_of": 3}},
        {"id": "U4", "n": 1, "each": {"uf_n": 1}, "total": {"ff80_n": 1, "fast90_s": 5}, "need_vmax_measured": True},
        {"id": "U5", "terminal": True},
    ],
}
ON_NEURAL: dict[str, Any] = {"name": "on NEURAL", "version": "1", "extends": "NEURAL", "id_prefix": "X"}
ON_IMT: dict[str, Any] = {
    "name": "on IMT",
    "version": "1",
    "extends": "IMT",
    "profile": "TENDON",
    "sites": ["back"],
} | {
    "override": {"2": {"n": 2, "each": {"cont_run_s": None, "run_s": 600}, "ceil": {"peak3_pct": None}}},
    "n_add": 1,
}
ON_FIELD: dict[str, Any] = {"name": "on FIELD", "version": "1", "extends": "FIELD", "id_prefix": "Y", "profile": "IMT"}

LADDERS: list[tuple[Any, tuple[str, ...]]] = [
    (PLAN, ("S1", "S2", "S2", "S3", "S4")),
    ("PHT", ("P1", "P3", "P4", "P9")),
    ("IMT", ("C2", "C5", "C10")),
    (UNUSUAL, ("U1", "U2", "U3", "U4", "U5")),
    (ON_NEURAL, ("X1", "X2", "X4")),
    (ON_IMT, ("C1", "C2", "C3")),
    ("NEURAL", ("N1", "N2", "N3")),
]
FIELD_LADDERS: list[tuple[Any, tuple[str, ...]]] = [("FIELD", ("G1", "G3")), (ON_FIELD, ("Y1", "Y2"))]
TERMINAL = {"S4", "C10", "U5"}

PROFILES: list[Any] = [
    "TENDON",
    "FIBRE",
    "IMT",
    "NEURAL",
    {"name": "TENDON", "green": {"during": 5}, "red": {"during": 7}},
    {"name": "TENDON", "green": {"morning": 1, "sitting": 0}, "red": {"morning": 4}},
    {"name": "FIBRE", "green": {"rise": 2, "sitting": 2, "after": None}, "red": None},
    {"name": "NEURAL", "green": {"morning": 4, "rise": 0}, "red": {"morning": 9, "rise": 4}},
    {"name": "IMT", "green": {}, "red": {"during": 3, "after": 3}},
]
UNUSABLE_PROFILES: list[Any] = ["inherit", "ACHILLES", {"green": {"during": 1}}, {"name": "OF OLD"}]
UNUSABLE_PLANS: list[Any] = [
    "NOTHING KNOWN",
    {"name": "on nothing", "version": "1", "extends": "NOTHING KNOWN"},
    {"name": "too far", "version": "1", "extends": "PHT", "override": {"11": {"n": 1}}},
    {"name": "without a dose", "version": "1", "profile": "TENDON", "stages": [{"id": "S1", "n": 1}]},
    "FIELD",
]
OVERRIDES: list[dict[str, Any]] = [
    {"n": 2},
    {"n": 4, "spacing_h": 48},
    {"spacing_h": 72.5},
    {"min_days": 14},
    {"earliest_day": 36},
    {"window_days": 10},
    {"window_days": None},
    {"each": {"run_s": 300}},
    {"each": {"run_s": 900, "cont_run_s": 600}},
    {"each": None, "total": {"run_s": 2400}},
    {"total": {"run_m": 7500, "inc2_s": 600}},
    {"max": {"run_m": 2800, "cont_run_s": 1200}},
    {"need_vmax_measured": True, "each": {"eff80_n": 1}},
    {"ceil": {"run_m": 4000, "peak3_pct": 58}},
    {"ceil": {"run_s": 1500.5, "eff90_n": 2, "t_thr95_s": 300, "cont_run_s": 1200}},
    {"ceil7": {"runs": 2}},
    {"n": 0},
]
