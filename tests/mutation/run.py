"""Every small wrong in a deciding rule must turn a test red: each lives in a child process, and never in the tree."""

from __future__ import annotations

import importlib.abc
import importlib.util
import multiprocessing
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import msgspec
import numpy as np
import pytest
from mutants import Mutant, mutants_of

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ROWS = sorted(f"rules/rows/{path.name}" for path in (ROOT / "rules" / "rows").glob("[!_]*.py"))
MODULES = [
    *(f"rules/{name}.py" for name in ("decide", "response", "load", "dose", "ceilings", "windows", "numbers", "view")),
    *ROWS,
]
# The quickest first: most mutants fall at the first file.
TESTS = [
    f"tests/rules/{name}.py"
    for name in (
        "test_every_code_at_its_boundary",
        "test_numbers_and_their_limits",
        "test_what_counts_toward_a_dose",
        "test_entered_incline_meets_its_ceiling",
        "test_worked_examples",
        "test_the_next_run",
        "test_beside_the_decision",
        "test_decision_against_a_slow_reading",
    )
]
EXAMPLES = 60  # of each property, the same ones for every mutant
CPU_S = 60  # all tests take 4 s; a mutant that never ends is caught as well
RED = (1, 2)  # pytest's exit codes for "a test failed" and "a test module could not even be read"
WARM = (hypothesis, msgspec, np)  # imported once, for every child


def main() -> int:
    os.chdir(ROOT)
    if _tests_end_with(None) != 0:
        print("The tests are not green without any mutant; nothing can be told.")
        return 1
    chosen = sys.argv[1:] or MODULES
    mutants = [mutant for path in chosen for mutant in mutants_of(path, Path(path).read_text())]
    equivalent = dict(_equivalent())
    survived, killed = [], 0
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for mutant, is_killed in zip(mutants, pool.imap(_is_killed, mutants), strict=True):
            killed += is_killed
            if not is_killed and mutant.key not in equivalent:
                survived.append(mutant)
            fate = "killed" if is_killed else "the same" if mutant.key in equivalent else "SURVIVED"
            print(f"{fate:9} {mutant.module}:{mutant.line}  {mutant.before}  ->  {mutant.after}", flush=True)
    for mutant in survived:
        print(f"SURVIVED {mutant.module}:{mutant.line}\n{mutant.key}")
    stale = set(equivalent) - {mutant.key for mutant in mutants} if chosen == MODULES else set()
    for key in sorted(stale):
        print(f"equivalent.txt names what no module says any more: {key}")
    alike = len(mutants) - killed - len(survived)
    print(f"mutants: {killed} killed, {alike} that change no decision, {len(survived)} survived, of {len(mutants)}")
    return 1 if survived or stale or not mutants else 0


def _equivalent() -> Iterator[tuple[str, str]]:
    """Mutants that change no decision, each with its reason: `key`, and below it the reason, indented."""
    lines = [line for line in (HERE / "equivalent.txt").read_text().splitlines() if line and not line.startswith("#")]
    for key, reason in zip(lines[::2], lines[1::2], strict=True):
        if not reason.startswith("    "):
            raise SystemExit(f"equivalent.txt gives no reason for {key}")
        yield key, reason.strip()


def _is_killed(mutant: Mutant) -> bool:
    try:
        compile(mutant.source, mutant.module, "exec")
    except SyntaxError as problem:
        raise SystemExit(f"{mutant.key} is no Python: {problem}") from problem
    status = _tests_end_with(mutant)
    if status not in (0, *RED) and status > 0:
        raise SystemExit(f"pytest ended with {status} for {mutant.key}")
    return status != 0


def _tests_end_with(mutant: Mutant | None) -> int:
    """pytest's exit code in a child of our own, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        os._exit(_run_tests(mutant))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run_tests(mutant: Mutant | None) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.environ["STRIDEGATE_EXAMPLES"] = str(EXAMPLES)
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutation", derandomize=True, database=None, phases=phases, max_examples=EXAMPLES
    )
    hypothesis.settings.load_profile("mutation")
    if mutant is not None:
        sys.meta_path.insert(0, _Wrong(mutant))
    ends = (int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])) for tests in (TESTS[:1], TESTS[1:]))
    return next((end for end in ends if end), 0)


class _Wrong(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds the one module that has a wrong in it before the right one is found."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = mutant.module.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname, path, target=None):
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=self._mutant.module)

    def get_source(self, fullname):
        return self._mutant.source


if __name__ == "__main__":
    sys.exit(main())
