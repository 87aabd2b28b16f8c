"""Runs every fuzz target for a while: FUZZ_SECONDS each (60 unless given), or only those that are named."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
TARGETS = tuple(sorted(HERE.glob("fuzz_*.py")))
SLOWEST_S = 30  # an input that takes longer is a finding too
MOST_MIB = 4096
ROUND_S = 60
NO_ATHERIS = "Fuzzing needs atheris, which there is for Python 3.11 to 3.13 on 64-bit Linux; nothing was fuzzed."


@dataclass(slots=True, kw_only=True)
class Ran:
    """How one target fared; `findings` are the inputs on which it stopped, `complaint` what it said then."""

    name: str
    target: Path
    runs: int = 0
    seconds: int = 0
    findings: list[Path] = field(default_factory=list)
    complaint: str = ""

    def line(self) -> str:
        return f"{self.name:<18} {self.runs:>10} runs {self.seconds:>5} s {len(self.findings):>3} new findings"


def main(targets: tuple[Path, ...] = TARGETS, names: tuple[str, ...] = ()) -> int:
    if importlib.util.find_spec("atheris") is None:
        print(NO_ATHERIS, file=sys.stderr)
        return 2
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    kept = Path(tempfile.mkdtemp(prefix="stridegate-fuzz-"))
    chosen = [target for target in targets if not names or target.stem.removeprefix("fuzz_") in names]
    if not chosen:
        print(f"There are the targets {', '.join(one.stem.removeprefix('fuzz_') for one in targets)}.", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda target: _run(target, seconds, kept), chosen))
    bad = [ran for ran in results if ran.findings or ran.complaint]
    for ran in bad:
        print(f"\n{ran.name}:\n{ran.complaint}")
        for finding in ran.findings:
            print(f"to see it again: {sys.executable} {ran.target} {finding}")
    if not bad:
        kept.rmdir()
    return 1 if bad else 0


def _run(target: Path, seconds: int, kept: Path) -> Ran:
    """In rounds with one corpus, for atheris 3.0 never frees what a comparison of numpy arrays gave."""
    name = target.stem.removeprefix("fuzz_")
    ran = Ran(name=name, target=target)
    with tempfile.TemporaryDirectory(prefix="stridegate-corpus-") as found:
        corpus = [folder for folder in (found, str(target.parent / "corpus" / name)) if Path(folder).is_dir()]
        while ran.seconds < seconds and not ran.complaint:
            _round(ran, min(ROUND_S, seconds - ran.seconds), f"{kept}/{name}-", corpus)
    ran.findings = sorted(kept.glob(f"{name}-*"))
    print(ran.line(), flush=True)
    return ran


def _round(ran: Ran, seconds: int, prefix: str, corpus: list[str]) -> None:
    limits = [f"-max_total_time={seconds}", f"-timeout={SLOWEST_S}", f"-rss_limit_mb={MOST_MIB}"]
    done = subprocess.run(
        [sys.executable, str(ran.target), *limits, f"-artifact_prefix={prefix}", *corpus],
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    ran.runs += _last(r"^Done (\d+) runs in", said) or _last(r"^#(\d+)\t", said)
    ran.seconds += max(1, _last(r"^Done \d+ runs in (\d+) second", said))
    ran.complaint = "" if done.returncode == 0 else _complaint(said)


def _last(pattern: str, said: str) -> int:
    found = re.findall(pattern, said, re.MULTILINE)
    return int(found[-1]) if found else 0


def _complaint(said: str) -> str:
    """From where Python says what was raised; else the end of all that was said."""
    lines = said.splitlines()
    begin = next((number for number, line in enumerate(lines) if "Uncaught Python exception" in line), len(lines) - 25)
    return "\n".join(lines[max(0, begin) : begin + 40])


if __name__ == "__main__":
    sys.exit(main(names=tuple(sys.argv[1:])))
