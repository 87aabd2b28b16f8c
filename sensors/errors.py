"""What can go wrong when bytes are read, drawn as a tree; each error keeps its facts and can be read aloud."""


class SensorError(Exception):
    """Bytes that cannot be read: the parent of all errors of this package."""


class UnreadablePacket(SensorError):
    """One notification that is too short for even its first field, or of a characteristic nobody knows."""

    def __init__(self, characteristic: str, payload: bytes, reason: str) -> None:
        self.characteristic = characteristic
        self.payload = payload
        self.reason = reason
        super().__init__(f"{characteristic} packet {payload.hex() or 'without a byte'}: {reason}")


class UnreadableFile(SensorError):
    """A file from which no run can be taken; the reason is a sentence for the runner."""


class UnreadableRecording(SensorError):
    """A stored recording whose bytes are damaged or of a version this release does not know."""
