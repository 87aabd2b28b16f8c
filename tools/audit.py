"""Asks the public database of known weaknesses about every pinned package; without its answer there is no good news."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PINNED = ("base", "dev", "uv")
# Without --strict what could not be looked up passes for well.
HOW = ("--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json")


def main() -> int:
    return max(_audited(name) for name in PINNED)


def _audited(name: str) -> int:
    """0 where every package was looked up and none is known to be weak, 1 where some are, 2 where nobody can tell."""
    with tempfile.TemporaryDirectory(prefix="stridegate-audit-") as folder:
        found = Path(folder) / "found.json"
        asked = [sys.executable, "-m", "pip_audit", *HOW, "-o", str(found), "-r", f"{ROOT}/requirements/{name}.txt"]
        ran = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        packages = json.loads(found.read_text())["dependencies"] if found.exists() and found.stat().st_size else []
    if not packages or any("vulns" not in package for package in packages):
        why = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"{name}: NOT AUDITED. The database of known weaknesses gave no answer: {why[:300]}")
        return 2
    weak = [package for package in packages if package["vulns"]]
    for package in weak:
        ids = ", ".join(weakness["id"] for weakness in package["vulns"])
        print(f"{name}: {package['name']} {package['version']} is known to be weak: {ids}")
    print(f"{name}: {len(packages)} packages were looked up, {len(weak)} are known to be weak.")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
