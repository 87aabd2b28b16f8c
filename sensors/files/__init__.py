"""Run files of any known format: the registry, which chooses by the first bytes and never by a name."""

from __future__ import annotations

from typing import Protocol

from sensors.errors import UnreadableFile
from sensors.files import archive, capture, csv_columns, fit, gpx, stream, tcx
from sensors.files.run import FileRun

HEAD_BYTES = 64 * 1024


class Format(Protocol):
    """One module of this folder."""

    def recognises(self, head: bytes) -> bool: ...

    def read(self, data: bytes) -> tuple[FileRun, ...]: ...


FORMATS: tuple[Format, ...] = (fit, tcx, gpx, capture, stream, csv_columns)


def read(data: bytes) -> tuple[FileRun, ...]:
    """The runs of a file, sorted by their start; at least one.

    Raise UnreadableFile, and nothing else, with one sentence for the runner where there is none.
    """
    if archive.is_archive(data[:4]):
        return _read_archive(data)
    return _read_plain(data)


def _read_plain(data: bytes) -> tuple[FileRun, ...]:
    head = data[:HEAD_BYTES]
    for one in FORMATS:
        if one.recognises(head):
            return _read_as(one, data)
    raise UnreadableFile(_why_unknown(head))


def _read_as(one: Format, data: bytes) -> tuple[FileRun, ...]:
    """Each format turns every fault it knows into a sentence or a partial run; this is for the ones nobody met yet.

    A file comes from anywhere, and one bad file must never stop the import of a hundred.
    """
    try:
        return one.read(data)
    except (UnreadableFile, MemoryError):
        raise  # too little memory is no fault of the file
    except Exception as why:
        raise UnreadableFile("This file is damaged in a way that was never met before, no run could be read.") from why


def _read_archive(data: bytes) -> tuple[FileRun, ...]:
    runs: list[FileRun] = []
    refused: list[str] = []
    for name, content in archive.members(data):
        try:
            runs += _read_plain(content)
        except UnreadableFile as why:
            refused.append(f"{name}: {why}" if name else str(why))
    if not runs:
        raise UnreadableFile(refused[0] if refused else "This archive is empty.")
    notes = [f"left out of the archive: {reason}" for reason in refused]
    return tuple(run.noting(*notes) for run in sorted(runs, key=lambda run: run.begins_s))


def _why_unknown(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not text.strip(b"\0"):
        return "This file is empty."
    if text.startswith((b"<!doctype html", b"<html")) or b"<html" in text[:1024]:
        return "This is a web page and not a run; please download the file itself, perhaps after signing in."
    return "This is not a FIT, TCX, GPX or CSV file of a run, and not a recording of ours."
