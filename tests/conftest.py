"""What every run of the tests says at its end: how many of them ran over real data, and where it lay."""

from __future__ import annotations

import os

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    ran = sum("real" in report.keywords for report in terminalreporter.getreports("passed"))
    where = f"over {folder}" if folder else "no real data here: STRIDEGATE_REAL_DATA names no folder"
    terminalreporter.write_line(f"real data: {ran} tests ran, {where}")
