"""Every planted bug must turn its test red: each patch is applied to a copy of the tree, and its test is run there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ROOMS = ("sensors", "rules", "gateway", "server", "tests", "docs", "pyproject.toml", "README.md")
EXAMPLES = "300"  # random cases for each promise of the rules: more than a usual run tries
RED = re.compile(r"^#\s*turns red:\s*(\S.*)$", re.MULTILINE)
FAILED = 1  # pytest's exit code for "tests ran and some failed"; a broken import or a missing test gives another


def main() -> int:
    names = sys.argv[1:]
    patches = [patch for patch in sorted(HERE.glob("*.patch")) if not names or patch.stem in names]
    with ThreadPoolExecutor(2) as pool:
        escaped = [trouble for trouble in pool.map(_plant, patches) if trouble]
    for trouble in escaped:
        print(f"ESCAPED {trouble}")
    print(f"planted bugs: {len(patches) - len(escaped)} of {len(patches)} caught")
    return 1 if escaped or not patches else 0


def _plant(patch: Path) -> str | None:
    """None where the bug is caught, else what went wrong."""
    tests = RED.findall(patch.read_text())
    if not tests:
        return f"{patch.stem}: names no test in a line '# turns red: ...'"
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy = Path(folder)
        _copy_tree(copy)
        applied = subprocess.run(
            ["git", "apply", "--unsafe-paths", f"--directory={copy}", str(patch)],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        if applied.returncode != 0:
            return f"{patch.stem}: does not apply: {applied.stderr.strip()}"
        missed = list(_still_green(copy, tests))
    print(f"{'escaped' if missed else 'caught'}  {patch.stem}", flush=True)
    return f"{patch.stem}: {'; '.join(missed)}" if missed else None


def _still_green(copy: Path, tests: list[str]) -> Iterator[str]:
    for test in tests:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test.strip()],
            cwd=copy,
            env={"STRIDEGATE_EXAMPLES": EXAMPLES, **os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != FAILED:
            yield f"{test} ended with {ran.returncode}: {ran.stdout.strip().splitlines()[-1:]}"


def _copy_tree(copy: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    for room in ROOMS:
        source = ROOT / room
        if source.is_dir():
            shutil.copytree(source, copy / room, ignore=ignore)
        elif source.exists():
            shutil.copy(source, copy / room)


if __name__ == "__main__":
    sys.exit(main())
