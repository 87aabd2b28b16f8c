"""One column of numbers as few bytes, without losing a bit: as whole numbers of a sensor's own steps where it can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import numpy as np
import zstandard
from msgspec import Meta
from numpy.typing import NDArray

from sensors.recording import Column

Bits = NDArray[np.uint64]

# One over the step of a sensor: 1/256 m/s (foot pods), 0.001 m/s and 1/128 stride (FIT), 0.1 %, 0.2 m, 1 ns …
STEPS_TO_ONE = (1, 2, 5, 10, 60, 100, 128, 256, 1000, 1024, 3600, 36_000, 10_000, 1_000_000, 1_000_000_000)
LARGEST_WHOLE = 2**53
LEVEL = 12

_NAN = np.float64(np.nan).view(np.uint64)


class Packed(msgspec.Struct, array_like=True):
    """How a column is packed, `size` bytes long.

    `form` is "steps" (whole numbers of 1/`steps_to_one`, of which `order` differences were taken), "float32" or
    "float64"; `width` is the bytes of one number; `gaps` whether a bit for every row says where NaN stands.
    """

    form: str
    size: Annotated[int, Meta(ge=0)]
    width: Annotated[int, Meta(ge=1, le=8)]
    gaps: bool
    steps_to_one: Annotated[int, Meta(ge=1, le=LARGEST_WHOLE)] = 1
    order: Annotated[int, Meta(ge=0, le=2)] = 0


def pack_column(column: Column) -> tuple[Packed, bytes]:
    """The smallest exact form."""
    return min(_candidates(column), key=lambda candidate: candidate[0].size)


def unpack_column(packed: Packed, blob: bytes, rows: int) -> Column:
    """The column that was packed. Raise ValueError where the bytes are not what `packed` says."""
    raw = _decompressed(blob, rows * (packed.width + 1))
    mask_bytes = (rows + 7) // 8 if packed.gaps else 0
    told = np.unpackbits(np.frombuffer(raw[:mask_bytes], dtype=np.uint8), count=rows).astype(bool)
    count = int(told.sum()) if packed.gaps else rows
    numbers = _gathered(raw[mask_bytes:], packed.width, count)
    values = _values(packed, numbers)
    if not packed.gaps:
        return values
    column = np.full(rows, np.nan)
    column[told] = values
    return column


def _candidates(column: Column) -> Iterator[tuple[Packed, bytes]]:
    bits = np.ascontiguousarray(column, dtype=np.float64).view(np.uint64)
    gaps = bits == _NAN
    mask = np.packbits(~gaps).tobytes() if gaps.any() else b""
    told = bits[~gaps].view(np.float64)
    yield _packed("float64", told.view(np.uint64), mask, 8)
    with np.errstate(over="ignore", invalid="ignore"):
        short = told.astype(np.float32)
    if _same(short.astype(np.float64), told):
        yield _packed("float32", short.view(np.uint32).astype(np.uint64), mask, 4)
    for steps_to_one in STEPS_TO_ONE:
        whole = _whole(told, steps_to_one)
        if whole is not None:
            for order in (0, 1, 2):
                numbers = _zigzag(_differences(whole, order))
                yield _packed("steps", numbers, mask, _width(numbers), steps_to_one, order)
            return  # a finer step says the same in more bytes


def _whole(told: Column, steps_to_one: int) -> NDArray[np.int64] | None:
    """The numbers of steps, or None where one value is not exactly a whole number of them."""
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.rint(told * steps_to_one)
    if not np.all(np.abs(steps) < LARGEST_WHOLE):
        return None
    whole = steps.astype(np.int64)
    return whole if _same(whole / steps_to_one, told) else None


def _same(one: Column, other: Column) -> bool:
    return bool(np.array_equal(one.view(np.uint64), other.view(np.uint64)))


def _packed(
    form: str, numbers: Bits, mask: bytes, width: int, steps_to_one: int = 1, order: int = 0
) -> tuple[Packed, bytes]:
    blob = zstandard.ZstdCompressor(level=LEVEL, write_checksum=False).compress(mask + _scattered(numbers, width))
    return Packed(form, len(blob), width, bool(mask), steps_to_one, order), blob


def _values(packed: Packed, numbers: Bits) -> Column:
    if packed.form == "float64":
        return numbers.view(np.float64)
    if packed.form == "float32":
        return numbers.astype(np.uint32).view(np.float32).astype(np.float64)
    whole = (numbers >> np.uint64(1)).astype(np.int64) ^ -(numbers & np.uint64(1)).astype(np.int64)
    for _ in range(packed.order):
        whole = np.cumsum(whole)
    return whole / packed.steps_to_one


def _differences(whole: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    for _ in range(order):
        whole = np.diff(whole, prepend=0)
    return whole


def _zigzag(whole: NDArray[np.int64]) -> Bits:
    """Small numbers of either sign become small numbers without one: 0, -1, 1, -2 … are 0, 1, 2, 3 …"""
    return ((whole << 1) ^ (whole >> 63)).view(np.uint64)


def _width(numbers: Bits) -> int:
    largest = int(numbers.max(initial=0))
    return next(width for width in (1, 2, 4, 8) if largest < 256**width)


def _scattered(numbers: Bits, width: int) -> bytes:
    """First the lowest byte of every number, then the next: like stands beside like and compresses."""
    return numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()


def _gathered(raw: bytes, width: int, count: int) -> Bits:
    scattered = np.frombuffer(raw, dtype=np.uint8).reshape(width, count)
    gathered = np.zeros((count, 8), dtype=np.uint8)
    gathered[:, :width] = scattered.T
    return gathered.view("<u8").reshape(count).astype(np.uint64)


def _decompressed(blob: bytes, at_most: int) -> bytes:
    """Never more than `at_most`, whatever the blob says of itself."""
    try:
        if not 0 <= zstandard.frame_content_size(blob) <= at_most:
            raise ValueError("a column unpacks to more than its rows can hold")
        return zstandard.ZstdDecompressor().decompress(blob, max_output_size=at_most)
    except zstandard.ZstdError as why:
        raise ValueError(str(why)) from why
