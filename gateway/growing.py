"""Growing: the chunk of a capture that is not yet sealed; its packets are on disk, its seal is not yet made."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any


@dataclass(slots=True)
class Growing:
    """`first` and `next` are packet numbers; `size` in bytes of lines."""

    seq: int
    first: int
    next: int
    packets: int = 0
    size: int = 0  # bytes
    digest: Any = field(default_factory=sha256)

    def take(self, line: bytes) -> None:
        self.digest.update(line)
        self.size += len(line)
        self.packets += 1
