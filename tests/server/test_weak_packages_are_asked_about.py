"""`make audit`: where the database of known weaknesses cannot be asked, nobody is told that all is well."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_without_an_answer_there_is_no_good_news():
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    ran = subprocess.run(
        [sys.executable, ROOT / "tools" / "audit.py"],
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stdout.count("NOT AUDITED") == 3
    assert "known to be weak" not in ran.stdout and "No known" not in ran.stdout
