"""No line is more than a packet, which is written again as it was read, or BrokenLine."""

from harness import fuzz, instrumented

with instrumented("sensors"):
    from sensors.packet import BrokenLine, Packet

TOKENS = (
    b'"boot":',
    b'"mono_ns":',
    b'"wall_ns":',
    b'"adapter":',
    b'"sensor":',
    b'"char":',
    b'"hex":',
    b"{",
    b"}",
    b",",
)


def target(data: bytes) -> None:
    try:
        packet = Packet.from_line(data)
    except BrokenLine as why:
        assert str(why)
        return
    again = Packet.from_line(packet.to_line())
    assert again == packet
    assert again.to_line() == packet.to_line()


if __name__ == "__main__":
    fuzz(target, TOKENS)
