"""Outside the machine: a test of real Bluetooth is not run here, its reports are fetched from the run within."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from bluez_machine import Machine, MachineTrouble, missing

_machine: Machine | None = None
_lines: Iterator[dict[str, Any]] = iter(())
_trouble = ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("bluez"):
            item.add_marker(pytest.mark.timeout(0), append=False)  # the machine has a limit of its own


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    if not item.get_closest_marker("bluez"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in _reports(item):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_unconfigure(config: pytest.Config) -> None:
    """The logs of a machine stay where they are wanted: where a test failed, or the run was broken off."""
    if _machine is not None:
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        has_failed = bool(os.environ.get("STRIDEGATE_KEEP_LOGS") or _trouble or reporter is None or reporter.getreports("failed") or reporter.getreports("error"))
        _machine.close(keep=has_failed)
        if has_failed:
            print(f"logs of the machine: {_machine.folder}")


def _reports(item: pytest.Item) -> Iterator[pytest.TestReport]:
    global _trouble
    if words := missing():
        yield _own(item, "failed" if os.environ.get("CI") else "skipped", words)
        return
    try:
        if not _trouble:
            yield from _fetched(item)
            return
    except MachineTrouble as why:
        _trouble = str(why)
    yield _own(item, "failed", _trouble)


def _fetched(item: pytest.Item) -> Iterator[pytest.TestReport]:
    """What the run inside says of this test, up to its end."""
    global _machine, _lines
    if _machine is None:
        chosen = [other.nodeid for other in item.session.items if other.get_closest_marker("bluez")]
        _machine = Machine(chosen)
        _lines = _machine.lines()
    for line in _lines:
        if line.get("finished") == item.nodeid:
            return
        if "finished" not in line:
            yield item.config.hook.pytest_report_from_serializable(config=item.config, data=line)


def _own(item: pytest.Item, outcome: Any, words: str) -> pytest.TestReport:
    longrepr: Any = (str(item.path), 0, f"Skipped: {words}") if outcome == "skipped" else words
    return pytest.TestReport(item.nodeid, item.location, dict.fromkeys(item.keywords, 1), outcome, longrepr, "call")
