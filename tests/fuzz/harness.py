"""What the fuzz targets share: the coverage of our code as the guide, and bytes taken apart into values."""

from __future__ import annotations

import contextlib
import struct
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

ODD_NUMBERS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 8.0, 12.5, 60.0, 170.0, 1800.0, 86_400.0),
    *(1e-9, 5e-324, 1e9, -1e9, 1e15, 2.0**53, 2.0**63, 1e300, 1.7976931348623157e308, float("inf"), float("-inf")),
    float("nan"),
)


def instrumented(*packages: str) -> contextlib.AbstractContextManager[object]:
    """Import within it what is to be explored; nothing happens to it where the target is only imported."""
    if not Path(sys.argv[0]).stem.startswith("fuzz_"):
        return contextlib.nullcontext()
    import atheris

    return atheris.instrument_imports(include=list(packages))


def fuzz(target: Callable[[bytes], None], tokens: Sequence[bytes] = ()) -> None:
    """Call the target with ever new bytes until it raises or the time is up; `tokens` are words that it understands."""
    import atheris

    with tempfile.NamedTemporaryFile("w", suffix=".dict") as words:
        words.writelines('"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in tokens)
        words.flush()
        atheris.Setup([*sys.argv, f"-dict={words.name}"] if tokens else sys.argv, target)
        atheris.Fuzz()


class Feed:
    """Bytes as an endless row of decisions: where they end, all is 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def byte(self) -> int:
        return (self.take(1) or b"\0")[0]

    def whole(self, kind: str) -> int:
        """A whole number of this kind of `struct`."""
        size = struct.calcsize(kind)
        return int(struct.unpack(f"<{kind}", self.take(size).ljust(size, b"\0"))[0])

    def number(self) -> float:
        """An odd number, a common one, or any bits at all."""
        chosen = self.byte()
        if chosen < 64:
            return ODD_NUMBERS[chosen % len(ODD_NUMBERS)]
        if chosen < 224:
            return self.whole("h") / 100
        return float(struct.unpack("<d", self.take(8).ljust(8, b"\0"))[0])

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.byte() % len(choices)]
