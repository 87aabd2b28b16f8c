"""Outside the machine: a test of real Bluetooth is not run here; its reports are fetched from the run within."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from bluez_machine import Machine, MachineTrouble, missing

CANNOT_RUN = 4  # the exit code of a run that says nothing about the gateway; a test that failed gives 1


class Outside:
    """One machine serves all tests of a run; it boots at the first of them."""

    def __init__(self) -> None:
        self._machine: Machine | None = None
        self._lines: Iterator[dict[str, Any]] = iter(())
        self._is_well = False

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in _ours(items):
            item.add_marker(pytest.mark.timeout(0), append=False)  # the machine has a limit of its own

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        if not _ours([item]):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._reports(item):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._is_well = exitstatus == 0

    @pytest.hookimpl
    def pytest_unconfigure(self) -> None:
        """The logs stay where they are wanted: where a test failed, or the run was broken off."""
        if self._machine is not None:
            keep = not self._is_well or "STRIDEGATE_KEEP_LOGS" in os.environ
            self._machine.close(keep)
            if keep:
                print(f"logs of the machine: {self._machine.folder}")

    def _reports(self, item: pytest.Item) -> Iterator[pytest.TestReport]:
        if words := missing():
            if os.environ.get("CI"):
                pytest.exit(words, CANNOT_RUN)
            yield _skipped(item, words)
            return
        try:
            yield from self._fetched(item)
        except MachineTrouble as why:
            pytest.exit(str(why), CANNOT_RUN)

    def _fetched(self, item: pytest.Item) -> Iterator[pytest.TestReport]:
        """What the run inside says of this test, up to its end."""
        if self._machine is None:
            self._machine = Machine([other.nodeid for other in _ours(item.session.items)])
            self._lines = self._machine.lines()
        for line in self._lines:
            if line.get("finished") == item.nodeid:
                return
            if "finished" not in line:
                yield item.config.hook.pytest_report_from_serializable(config=item.config, data=line)


def _ours(items: list[pytest.Item]) -> list[pytest.Item]:
    return [item for item in items if item.get_closest_marker("bluez")]


def _skipped(item: pytest.Item, words: str) -> pytest.TestReport:
    where = (str(item.path), 0, f"Skipped: {words}")
    return pytest.TestReport(item.nodeid, item.location, dict.fromkeys(item.keywords, 1), "skipped", where, "setup")
