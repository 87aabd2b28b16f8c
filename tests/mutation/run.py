"""Every small wrong in a deciding rule must turn a test red: each lives in a child process, and never in the tree."""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.util
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import hypothesis
import msgspec
import numpy as np
import passed
import pytest
from modules import SUITES, tests_of
from mutants import Mutant, mutants_of

Tests = tuple[str, ...]
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
EXAMPLES = 60  # of each property, the same ones for every mutant
CPU_S = 60  # all tests of a suite take a few seconds; a mutant that never ends is caught as well
MOST_KILLERS = 6
RED = (1, 2)  # pytest's exit codes for "a test failed" and "a test module could not even be read"
WARM = (hypothesis, msgspec, np)  # imported once, for every child


def main() -> int:
    os.chdir(ROOT)
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("modules", nargs="*")
    arguments.add_argument("--changed", action="store_true", help="only modules not recorded in passed.json")
    arguments.add_argument("--seconds", type=float, help="begin no further module after so many seconds")
    asked = arguments.parse_args()
    chosen = asked.modules or [module for suite in SUITES for module in suite.modules]
    if asked.changed:
        chosen = [module for module in chosen if not passed.is_recorded(module)]
    print(f"mutation: {len(chosen)} modules", flush=True)
    if not all(_tests_end_with(tests, None) == 0 for tests in dict.fromkeys(map(tests_of, chosen))):
        print("The tests are not green without any mutant; nothing can be told.")
        return 1
    begun, survivors = time.monotonic(), 0
    for module in chosen:
        if asked.seconds is not None and time.monotonic() - begun > asked.seconds:
            print(f"mutation: not run for want of time, `make mutation` runs it: {module}")
        else:
            survivors += _survivors(module)
    return 1 if survivors else 0


def _survivors(module: str) -> int:
    """The number of mutants of a module that no test kills and that equivalent.txt does not name."""
    tests, equivalent = tests_of(module), dict(_equivalent())
    mutants = list(mutants_of(module, Path(module).read_text()))
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("fork").Pool(2) as pool:
        killers = Path(folder) / "killers"
        killers.touch()
        killed = pool.starmap(_is_killed, [(tests, mutant, killers) for mutant in mutants])
    alive = [mutant for mutant, is_killed in zip(mutants, killed, strict=True) if not is_killed]
    survived = [mutant for mutant in alive if mutant.key not in equivalent]
    stale = [key for key in equivalent if key.startswith(f"{module}:") and key not in {m.key for m in mutants}]
    for mutant in survived:
        print(f"SURVIVED {mutant.module}:{mutant.line}  {mutant.before}  ->  {mutant.after}\n{mutant.key}")
    for key in stale:
        print(f"equivalent.txt names a mutant that there is not: {key}")
    print(f"{module}: {sum(killed)} of {len(mutants)} killed, {len(alive) - len(survived)} equivalent", flush=True)
    if not survived and not stale:
        passed.record(module)
    return len(survived) + len(stale)


def _equivalent() -> Iterator[tuple[str, str]]:
    """Mutants that change no decision, each with its reason: `key`, and below it the reason, indented."""
    lines = [line for line in (HERE / "equivalent.txt").read_text().splitlines() if line and not line.startswith("#")]
    for key, reason in zip(lines[::2], lines[1::2], strict=True):
        if not reason.startswith("    "):
            raise SystemExit(f"equivalent.txt gives no reason for {key}")
        yield key, reason.strip()


def _is_killed(tests: Tests, mutant: Mutant, killers: Path) -> bool:
    try:
        compile(mutant.source, mutant.module, "exec")
    except SyntaxError as problem:
        raise SystemExit(f"{mutant.key} is no Python: {problem}") from problem
    status = _tests_end_with(tests, mutant, killers)
    if status not in (0, *RED) and status > 0:
        raise SystemExit(f"pytest ended with {status} for {mutant.key}")
    return status != 0


def _tests_end_with(tests: Tests, mutant: Mutant | None, killers: Path | None = None) -> int:
    """pytest's exit code in a child of our own, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        os._exit(_run_tests(tests, mutant, killers))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run_tests(tests: Tests, mutant: Mutant | None, killers: Path | None) -> int:
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
    plugins = [] if killers is None else [_Killers(killers)]
    # What killed earlier mutants of the module kills most of the next ones, in a fraction of the time.
    known = _most_frequent(killers)
    if known and _pytest(known, plugins) == 1:
        return 1
    quickest_first = [files for files in (tests[:1], tests[1:]) if files]  # none at all means every test
    ends = (_pytest(files, plugins) for files in quickest_first)
    return next((end for end in ends if end), 0)


def _pytest(tests: Sequence[str], plugins: Sequence[object]) -> int:
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=[*plugins]))


def _most_frequent(killers: Path | None) -> list[str]:
    """The ids of the tests that killed most of the mutants so far."""
    found = Counter(killers.read_text().splitlines() if killers else ())
    return [test for test, _ in found.most_common(MOST_KILLERS)]


class _Killers:
    """Notes the id of each test that fails; several processes append to the file, a line each."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def pytest_runtest_logreport(self, report):
        if report.failed:
            with self._file.open("a") as file:
                file.write(f"{report.nodeid}\n")


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
