"""The modules that decide, and the tests that must notice every small wrong in them: the one list of both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Modules with the tests that kill their mutants, the quickest test file first."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


def _modules(*names: str) -> tuple[str, ...]:
    return tuple(f"rules/{name}.py" for name in names)


def _tests(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/rules/{name}.py" for name in names)


SUITES = (
    Suite(
        name="decision",
        modules=(
            *_modules("decide", "view", "outings", "morning_scores", "response", "profiles", "settling", "gaps"),
            *_modules("restart", "tolerance", "requirement", "dose", "load", "ceilings", "windows", "numbers"),
            *_modules("combine", "override", "active_run", "attest", "references", "notes"),
            *(f"rules/rows/{path.name}" for path in sorted((ROOT / "rules" / "rows").glob("[!_]*.py"))),
        ),
        tests=_tests(
            "test_every_code_at_its_boundary",
            "test_numbers_and_their_limits",
            "test_what_counts_toward_a_dose",
            "test_response_of_a_session",
            "test_outings_and_restarts",
            "test_what_tolerance_still_needs",
            "test_entered_incline_meets_its_ceiling",
            "test_worked_examples",
            "test_programmes_as_data",
            "test_effective_references",
            "test_the_next_run",
            "test_active_run",
            "test_beside_the_decision",
            "test_decision_against_a_slow_reading",
        ),
    ),
    Suite(
        name="next run and feasibility",
        modules=_modules("next_session", "next_distance", "earliest", "feasibility"),
        tests=_tests(
            "test_the_next_run",
            "test_stages_that_can_be_saved",
            "test_beside_the_decision",
            "test_decision_against_a_slow_reading",
        ),
    ),
    Suite(
        name="while something is under way",
        modules=_modules("verdict_cap"),
        tests=_tests("test_a_verdict_that_is_capped"),
    ),
    Suite(
        name="measuring",
        modules=(
            *_modules("exposure", "measured_samples", "corroborated"),
            *_modules(*(f"signal/{name}" for name in ("order", "samples", "held", "pauses", "cadence", "grade"))),
            *_modules(*(f"signal/{name}" for name in ("barometer", "efforts", "bouts"))),
            *_modules(*(f"signal/{name}" for name in ("losses", "stretches", "plausibility"))),
            *_modules(*(f"triggers/{name}" for name in ("speed", "fatigue", "incline", "entered_incline"))),
            *_modules(*(f"triggers/{name}" for name in ("running", "field"))),
        ),
        tests=(
            *_tests("test_exposure_measured", "test_samples_prepared", "test_barometric_slope"),
            *_tests("test_tempo_measured", "test_losses", "test_implausible_speed"),
            *(
                f"tests/rules/triggers/{path.name}"
                for path in sorted((ROOT / "tests/rules/triggers").glob("test_*.py"))
            ),
            *_tests("test_exposure_against_slow_reading"),
        ),
    ),
)


def tests_of(module: str) -> tuple[str, ...]:
    """The tests of a module, its own file of literal values first, if it has one."""
    own = f"tests/rules/modules/test_{module.removeprefix('rules/').removesuffix('.py').replace('/', '_')}.py"
    return (*([own] if (ROOT / own).exists() else []), *suite_of(module).tests)


def suite_of(module: str) -> Suite:
    """The suite of a module. Raises SystemExit if no suite has it."""
    for suite in SUITES:
        if module in suite.modules:
            return suite
    raise SystemExit(f"{module} is in no suite of tests/mutation/modules.py")
