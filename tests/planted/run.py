"""Every planted bug must turn its test red: each patch is applied to a copy of the tree, and its test is run there."""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

import others

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ROOMS = ("sensors", "rules", "gateway", "server", "tests", "docs", "pyproject.toml", "README.md")
AT_ONCE = 6  # on two cores: a test that turns red often waits for long
RED = re.compile(r"^#\s*turns red:\s*(\S.*)$", re.MULTILINE)
FAILED = 1  # pytest's exit code for "tests ran and some failed"; a broken import or a missing test gives another


def main() -> int:
    names = sys.argv[1:]
    patches = [patch for patch in sorted(HERE.glob("*.patch")) if not names or patch.stem in names]
    os.environ["PYTHONPATH"] = str(HERE)  # there the process that forks finds `others`; else it goes on without a word
    forks = get_context("forkserver")
    forks.set_forkserver_preload(["others"])
    with tempfile.TemporaryDirectory(prefix="planted-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        whole = Path(folder) / "whole"
        _copy_tree(whole)
        # Looked through once: what pytest makes of each test is compiled, and every tree has it.
        _pytest(forks, whole, whole.parent / "said", "--collect-only")
        planted = pool.map(lambda patch: _plant(forks, whole, patch), patches)
        escaped = [trouble for trouble in planted if trouble]
    for trouble in escaped:
        print(f"ESCAPED {trouble}")
    print(f"planted bugs: {len(patches) - len(escaped)} of {len(patches)} caught")
    return 1 if escaped or not patches else 0


def _plant(forks: ForkServerContext, whole: Path, patch: Path) -> str | None:
    """None where the bug is caught, else what went wrong."""
    tests = RED.findall(patch.read_text())
    if not tests:
        return f"{patch.stem}: names no test in a line '# turns red: ...'"
    with tempfile.TemporaryDirectory(dir=whole.parent) as folder:
        copy = Path(folder) / "tree"
        # Links, not bytes: git writes a new file in the place of one that it changes.
        subprocess.run(["cp", "-al", whole, copy], check=True)
        applied = subprocess.run(
            ["git", "apply", "--unsafe-paths", f"--directory={copy}", str(patch)],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        if applied.returncode != 0:
            return f"{patch.stem}: does not apply: {applied.stderr.strip()}"
        missed = list(_still_green(forks, copy, tests))
    print(f"{'escaped' if missed else 'caught'}  {patch.stem}", flush=True)
    return f"{patch.stem}: {'; '.join(missed)}" if missed else None


def _still_green(forks: ForkServerContext, copy: Path, tests: list[str]) -> Iterator[str]:
    for number, test in enumerate(tests):
        said = copy / f"said-{number}"
        ended = _pytest(forks, copy, said, test.strip())
        if ended != FAILED:
            yield f"{test} ended with {ended}: {said.read_text().strip().splitlines()[-1:]}"


def _pytest(forks: ForkServerContext, copy: Path, said: Path, *words: str) -> int | None:
    run = forks.Process(target=others.run, args=(copy, said, words))
    run.start()
    run.join()
    return run.exitcode


def _copy_tree(copy: Path) -> None:
    """Compiled already, for every run would compile it anew."""
    copy.mkdir()
    for room in ROOMS:
        source = ROOT / room
        if source.is_dir():
            shutil.copytree(source, copy / room, ignore=shutil.ignore_patterns("*.patch"))
        elif source.exists():
            shutil.copy(source, copy / room)
        compileall.compile_dir(copy / room, quiet=2)


if __name__ == "__main__":
    sys.exit(main())
