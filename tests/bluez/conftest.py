"""Tests of real Bluetooth run in a machine of their own, and only where this folder is named: `make test-bluez`.

Outside, `bluez_outside` boots that machine and hands out what the run within reports; inside, `bluez_inside` gives the
tests what they ask for. `python tests/bluez/planted/run.py` plants the bugs that nothing but this would show.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bluez: needs a kernel and a bluetoothd, and runs in a machine that has them")
    if not _is_named(config):
        return
    if "STRIDEGATE_BLUEZ_REPORTS" in os.environ:
        importlib.import_module("bluez_gateway").warm_up()
        config.pluginmanager.import_plugin("bluez_inside")
    else:
        config.pluginmanager.register(importlib.import_module("bluez_outside").Outside())


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return None if _is_named(config) else True


def _is_named(config: pytest.Config) -> bool:
    named = (Path(config.invocation_params.dir, argument.split("::")[0]).resolve() for argument in config.args)
    return any(HERE in (path, *path.parents) for path in named)
