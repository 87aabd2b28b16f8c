"""The fuzz targets hold for what they start from, and a target that does not hold is told with its reproducer."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BROKEN = """
from harness import fuzz

def target(data):
    assert data[:2] != b"no", "a planted bug"

if __name__ == "__main__":
    fuzz(target, [b"no"])
"""


@pytest.fixture(autouse=True)
def fuzz_folder(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))


def loaded(path):
    spec = importlib.util.spec_from_file_location(f"fuzzing_{path.stem}", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(HERE.glob("fuzz_*.py")), ids=lambda path: path.stem)
def test_a_target_takes_its_seeds_and_their_ruins(path):
    target = loaded(path).target
    seeds = sorted((HERE / "corpus" / path.stem.removeprefix("fuzz_")).iterdir())
    assert seeds, "every target starts from something"
    for seed in seeds:
        body = seed.read_bytes()
        for ruin in (body, body[: len(body) // 2], body[1:], body[:20] + b"\xff" + body[21:], b""):
            target(ruin)


def test_the_corpus_is_what_our_own_code_writes():
    made = {f"{target}/{name}": body for target, name, body in loaded(HERE / "seeds.py").seeds()}
    kept = {str(path.relative_to(HERE / "corpus")): path.read_bytes() for path in (HERE / "corpus").rglob("*.*")}
    assert kept == made


def test_every_kind_of_bytes_from_strangers_has_a_target():
    targets = {path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py")}
    assert targets >= {"ble", "merge", "packet_line", "store", "case", "measure"}
    assert targets >= {"fit", "tcx", "gpx", "csv", "stream", "capture", "archive"}


def test_a_target_that_breaks_is_told_with_the_input_that_broke_it(tmp_path, monkeypatch, capsys):
    run = loaded(HERE / "run.py")
    monkeypatch.setattr(run.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("FUZZ_SECONDS", "20")
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    broken = tmp_path / "fuzz_broken.py"
    broken.write_text(BROKEN)
    code = run.main((broken,))
    said = capsys.readouterr()
    if importlib.util.find_spec("atheris") is None:
        assert code == 2 and said.err.strip() == run.NO_ATHERIS
        return
    assert code == 1
    assert "1 new findings" in said.out and "a planted bug" in said.out
    reproducer = re.search(r"^to see it again: (.+)$", said.out, re.MULTILINE)[1].split()
    assert Path(reproducer[-1]).read_bytes()[:2] == b"no"
    again = subprocess.run(reproducer, capture_output=True, text=True, check=False)
    assert again.returncode != 0 and "a planted bug" in again.stderr + again.stdout


def test_where_there_is_no_atheris_a_sentence_says_so(monkeypatch, capsys):
    run = loaded(HERE / "run.py")
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert run.main() == 2
    assert capsys.readouterr().err.count("\n") == 1
