"""Files inside a ZIP or a gzip: opened with limits, never an archive inside an archive."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator

from sensors.errors import UnreadableFile

LARGEST_BYTES = 64 * 1024 * 1024  # a day of one-second points as TCX is about 60 MB
MOST_RATIO = 200  # what a run of text shrinks to at best is about 50; a bomb reaches 1000
RATIO_COUNTS_FROM = 1024 * 1024
MOST_MEMBERS = 100

_SHADOWS = "__MACOSX/"  # what macOS adds beside every file
_TOO_LARGE = "This archive unpacks to more than a run can hold, so it was not opened."
_DAMAGED = "This archive is damaged and cannot be opened."
# Everything that zipfile and its decompressors raise on damaged, encrypted or exotic archives.
_FAULTS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)


def is_archive(head: bytes) -> bool:
    """Whether the first bytes are those of a ZIP or a gzip."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or head[:3] == b"\x1f\x8b\x08"


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files inside with their names. Raise UnreadableFile for bombs, damage and archives inside."""
    unpacked = _gunzip(data) if data[:2] == b"\x1f\x8b" else _unzip(data)
    for name, content in unpacked:
        if is_archive(content):
            raise UnreadableFile("This archive holds another archive; please unpack it once and send what is inside.")
        yield name, content


def _gunzip(data: bytes) -> Iterator[tuple[str, bytes]]:
    machine = zlib.decompressobj(wbits=31)
    try:
        content = machine.decompress(data, _allowed(len(data)) + 1)
    except zlib.error as why:
        raise UnreadableFile(_DAMAGED) from why
    if len(content) > _allowed(len(data)):
        raise UnreadableFile(_TOO_LARGE)
    if not machine.eof:
        raise UnreadableFile(_DAMAGED)
    yield "", content


def _unzip(data: bytes) -> Iterator[tuple[str, bytes]]:
    left = _allowed(len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [one for one in archive.infolist() if _may_be_a_run(one.filename)]
            if len(files) > MOST_MEMBERS:
                raise UnreadableFile(f"This archive holds {len(files)} files; at most {MOST_MEMBERS} are read at once.")
            for entry in files:
                # Read with a limit of our own: the sizes that an archive states may be lies.
                with archive.open(entry) as member:
                    content = member.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise UnreadableFile(_TOO_LARGE)
                yield entry.filename, content
    except _FAULTS as why:
        raise UnreadableFile(_DAMAGED) from why


def _may_be_a_run(name: str) -> bool:
    """No folder, and nothing of macOS. A damaged archive may name a file with no letter at all."""
    return not name.endswith("/") and not name.startswith(_SHADOWS)


def _allowed(packed: int) -> int:
    return min(LARGEST_BYTES, max(RATIO_COUNTS_FROM, packed * MOST_RATIO))
