"""Other people's code is the same for every planted bug: one process imports it, and each run of pytest is its fork."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path

OTHERS = ("pytest", "pytest_asyncio.plugin", "pytest_timeout", "hypothesis", "numpy", "aiohttp.web", "sqlmodel",
          "alembic.command", "psycopg", "pydantic_settings", "cryptography.x509", "babel.support", "apprise",
          "bumble.device", "bleak", "jinja2", "structlog", "webauthn", "pywebpush", "playwright.async_api", "typer",
          "apscheduler.schedulers.asyncio", "rich.live", "aiohttp_jinja2", "fitdecode", "gpxpy", "defusedxml", "limits",
          "msgspec", "zstandard", "paho.mqtt.client", "prometheus_client", "pwdlib", "argon2", "pyotp", "segno",
          "sqlite3", "statistics")  # fmt: skip
# Only what the tests need of pytest's plugins; and the last look for what nobody awaited takes longer than most runs.
PYTEST = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:unraisableexception",
          "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout")  # fmt: skip
# As many random cases for each promise of the rules as `make invariants` tries (a test that turns red stops before),
# the same cases each time, and less waiting for what will never come.
SETTINGS = {
    "CI": "true",  # Hypothesis draws its cases from a fixed seed, so that a bug caught once is caught always
    "STRIDEGATE_EXAMPLES": "2000",
    "STRIDEGATE_PATIENCE_S": "20",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}


def run(copy: Path, said: Path, words: tuple[str, ...]) -> None:
    """In a fork: pytest over the copy, which comes before the tree that is installed."""
    out = os.open(said, os.O_WRONLY | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.chdir(copy)
    os.environ |= SETTINGS | {"PYTHONPATH": str(copy)}
    sys.path[:0] = [str(copy)]
    sys.exit(importlib.import_module("pytest").main([*PYTEST, *words]))


if "forkserver" in " ".join(sys.orig_argv):
    for other in OTHERS:
        importlib.import_module(other)
    gc.freeze()
