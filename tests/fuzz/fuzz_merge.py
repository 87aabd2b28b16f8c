"""Packets of any sensors, clocks and payloads become one recording, whatever order they come in."""

from harness import Feed, fuzz, instrumented

with instrumented("sensors", "rules"):
    import checks

    from sensors import ble, store
    from sensors.devices import KNOWN, SensorInfo
    from sensors.packet import Packet
    from sensors.timeline import BootClock, merge

SECOND_NS = 1_000_000_000
KINDS = (*sorted(ble.characteristics()), "00002a53-0000-1000-8000-00805f9b34fb", "2a53", "beef", "")
NAMES = (None, "Pod", *(device.prefix for device in KNOWN))
MOST = 300


def target(data: bytes) -> None:
    feed = Feed(data)
    sensors = [_info(feed) for _ in range(feed.byte() % 4)]
    clocks = [
        BootClock(boot=feed.one_of("abc"), offset_ns=_ns(feed), trusted=bool(feed.byte() % 2))
        for _ in range(feed.byte() % 4)
    ]
    packets = list(_packets(feed))
    recording = merge(packets, sensors=sensors, clocks=clocks)
    other_way_round = merge([*reversed(packets), *packets[:3]], sensors=sensors[::-1], clocks=clocks[::-1])
    assert store.pack(recording) == store.pack(other_way_round)
    checks.check_recording(recording)


def _packets(feed: Feed):
    mono_ns = 0
    for _ in range(MOST):
        if not feed:
            return
        way = feed.byte()
        mono_ns = _ns(feed) if way >= 250 else mono_ns + feed.whole("h") * SECOND_NS // 1000
        yield Packet(
            boot="abc"[way % 3],
            mono_ns=mono_ns,
            wall_ns=_ns(feed) if way % 16 == 0 else mono_ns + 1_760_000_000 * SECOND_NS,
            adapter="hci0",
            sensor=feed.one_of(("C0:00:00:00:00:01", "c0:00:00:00:00:01", "C0:00:00:00:00:02", "")),
            characteristic=feed.one_of(KINDS),
            payload=feed.take(feed.byte() % 24),
        )


def _info(feed: Feed) -> SensorInfo:
    return SensorInfo(
        address=feed.one_of(("C0:00:00:00:00:01", "C0:00:00:00:00:02")),
        name=feed.one_of(NAMES),
        location=feed.one_of((None, "in_shoe")),
        cadence_unit=feed.one_of((None, "steps", "strides")),
    )


def _ns(feed: Feed) -> int:
    """Any moment that a line of a capture can state."""
    return feed.one_of((feed.whole("q"), feed.whole("i") * SECOND_NS, 2**63 - 1, -(2**63), 2**64 - 1, 0))


if __name__ == "__main__":
    fuzz(target)
