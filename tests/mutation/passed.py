"""Which modules passed their last full mutation run: a hash of the module's text and of its tests' text."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from modules import ROOT, tests_of

RECORDED = Path(__file__).parent / "passed.json"
SHARED = ("tests/helpers/cases.py", "tests/helpers/random_cases.py", "tests/mutation/mutants.py")


def is_recorded(module: str) -> bool:
    """Whether neither the module nor its tests changed since its last full run."""
    return _recorded().get(module) == _hash(module)


def record(module: str) -> None:
    """Note that no mutant of the module survived."""
    hashes = {**_recorded(), module: _hash(module)}
    RECORDED.write_text(json.dumps(hashes, indent=1, sort_keys=True) + "\n")


def _recorded() -> dict[str, str]:
    hashes: dict[str, str] = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    return hashes


def _hash(module: str) -> str:
    digest = hashlib.sha256()
    for path in (module, *tests_of(module), *SHARED):
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()
