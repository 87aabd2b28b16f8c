"""The page about sensors names every device, every characteristic and every module there is."""

from pathlib import Path

from sensors import ble
from sensors.devices import KNOWN

PAGE = (Path(__file__).parents[2] / "docs" / "sensors.md").read_text()


def test_every_known_device_stands_on_the_page_with_its_source():
    (table,) = [part for part in PAGE.split("\n## ") if part.startswith("Known devices")]
    for device in KNOWN:
        (row,) = [line for line in table.splitlines() if f"`{device.prefix}`" in line]
        assert device.source.split(" ")[0].rstrip(",") in row


def test_every_characteristic_stands_on_the_page_with_its_service_and_module():
    for short, kind in ble.characteristics().items():
        (row,) = [line for line in PAGE.splitlines() if line.startswith("|") and short in line]
        assert kind.SERVICE in row
        assert f"`{kind.__module__.rpartition('.')[2]}`" in row
