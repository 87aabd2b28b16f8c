"""No bytes are more than a stored recording, which packs again, or UnreadableRecording."""

from harness import fuzz, instrumented

with instrumented("sensors"):
    from sensors import store
    from sensors.errors import UnreadableRecording

TOKENS = (b"SGRC\x01", b'"rows":', b'"columns":[', b'["float64",', b'["float32",', b'["steps",', b",true,", b",false,")


def target(data: bytes) -> None:
    """With a right checksum, for behind a wrong one nothing is read."""
    for stored in (data, data + store._digest(data)):
        try:
            recording = store.unpack(stored, most_rows=100_000)
        except UnreadableRecording as why:
            assert str(why).endswith(".")
            continue
        packed = store.pack(recording)
        assert store.pack(store.unpack(packed)) == packed


if __name__ == "__main__":
    fuzz(target, TOKENS)
