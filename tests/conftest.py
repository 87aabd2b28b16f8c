"""What holds for every run of the tests, and what it says at its end: how many ran over real data, and where it lay."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A busy machine takes its time: how long a random case runs says nothing about the code.
settings.register_profile("patient", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    folder = os.environ.get("STRIDEGATE_REAL_DATA")
    ran = sum("real" in report.keywords for report in terminalreporter.getreports("passed"))
    where = f"over {folder}" if folder else "no real data here: STRIDEGATE_REAL_DATA names no folder"
    terminalreporter.write_line(f"real data: {ran} tests ran, {where}")
