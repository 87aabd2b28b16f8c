"""No notification of any characteristic is more than values or UnreadablePacket."""

import json

from harness import fuzz, instrumented

with instrumented("sensors"):
    from sensors import ble
    from sensors.errors import UnreadablePacket

KINDS = sorted(ble.characteristics())


def target(data: bytes) -> None:
    characteristic, payload = KINDS[data[0] % len(KINDS)] if data else KINDS[0], data[1:]
    try:
        said = ble.decode(characteristic, payload)
    except UnreadablePacket as why:
        assert str(why)
        return
    json.dumps(ble.to_json(said), allow_nan=False)
    assert said.short_bytes >= 0 and said.extra_bytes >= 0


if __name__ == "__main__":
    fuzz(target)
