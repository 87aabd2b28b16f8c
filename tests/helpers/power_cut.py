"""A power cut for SQLite files: what was written is traced beneath SQLite, and any moment of it can be lost.

A file system of our own is registered with the SQLite library that Python itself uses. It does what the usual one
does, and writes down every write, truncation and sync. After that, `crashed` builds the files as a cut at any step
may leave them: what was synced is there, and of the rest nothing, all of it, or any 512-byte sectors.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import random
import sqlite3
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast, string_at
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_METHODS = (
    *("close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock", "check_reserved"),
    *("file_control", "sector_size", "device", "shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch"),
)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)


class _IoMethods(Structure):
    _fields_ = (("version", c_int), *((name, c_void_p) for name in _METHODS))


class _File(Structure):
    _fields_ = (("methods", POINTER(_IoMethods)),)


class _Vfs(Structure):
    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _OPEN),
        ("delete", _DELETE),
        *((f"call_{n}", c_void_p) for n in range(20)),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done to a file; `acknowledged` is how much had been called saved before it."""

    kind: str
    name: str
    offset: int
    data: bytes
    acknowledged: int


@dataclass
class Trace:
    """Steps in their order. Raise `acknowledged` whenever more is called saved."""

    steps: list[Step] = field(default_factory=list)
    acknowledged: int = 0
    is_on: bool = True

    def note(self, kind: str, name: str, offset: int = 0, data: bytes = b"") -> None:
        if self.is_on:
            self.steps.append(Step(kind, Path(name).name, offset, data, self.acknowledged))

    def syncs(self) -> int:
        return sum(step.kind == "sync" for step in self.steps)


def library() -> ctypes.CDLL | None:
    """The SQLite that Python uses; None where it is built in so that nobody else can speak to it."""
    try:
        found = ctypes.CDLL(_sqlite3.__file__)
        found.sqlite3_vfs_find.restype = POINTER(_Vfs)
    except (AttributeError, OSError):
        return None
    return found


_kept: list[object] = []  # SQLite holds pointers to all of it until the process ends


def watch(trace: Trace, name: str = "traced") -> None:
    """From now on every SQLite file of this process is traced, for the traced file system becomes the usual one."""
    sqlite = library()
    assert sqlite is not None
    base = sqlite.sqlite3_vfs_find(None)
    names: dict[int, str] = {}
    tables: dict[int, _IoMethods] = {}

    def traced_table(original: _IoMethods) -> _IoMethods:
        write, truncate, sync = (
            cast(original.write, _WRITE), cast(original.truncate, _TRUNCATE), cast(original.sync, _SYNC),
        )  # fmt: skip

        def on_write(file: int, data: int, amount: int, offset: int) -> int:
            code = write(file, data, amount, offset)
            if code == 0:
                trace.note("write", names[file], offset, string_at(data, amount))
            return code

        def on_truncate(file: int, size: int) -> int:
            code = truncate(file, size)
            if code == 0:
                trace.note("truncate", names[file], size)
            return code

        def on_sync(file: int, flags: int) -> int:
            code = sync(file, flags)
            if code == 0:
                trace.note("sync", names[file])
            return code

        calls = _WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync)
        table = _IoMethods.from_buffer_copy(original)
        table.write, table.truncate, table.sync = (cast(call, c_void_p).value for call in calls)
        _kept.extend([calls, table, write, truncate, sync])
        return table

    def on_open(_vfs: int, path: int, file: int, flags: int, out: int) -> int:
        # The path goes on as the very pointer that came: SQLite reads it for as long as the file is open.
        code = base.contents.open(cast(base, c_void_p).value, path, file, flags, out)
        if code == 0 and path:
            opened = cast(file, POINTER(_File)).contents
            original = ctypes.addressof(opened.methods.contents)
            names[file] = string_at(path).decode()
            table = tables.setdefault(original, traced_table(opened.methods.contents))
            opened.methods = ctypes.pointer(table)
        return code

    def on_delete(_vfs: int, path: bytes, sync_folder: int) -> int:
        code = base.contents.delete(cast(base, c_void_p).value, path, sync_folder)
        if code == 0:
            trace.note("delete", path.decode())
        return code

    ours = _Vfs.from_buffer_copy(base.contents)
    ours.name = name.encode()
    ours.open, ours.delete = _OPEN(on_open), _DELETE(on_delete)
    _kept.extend([ours, ours.open, ours.delete, ours.name, base, names, tables])
    sqlite.sqlite3_vfs_register(ctypes.byref(ours), 1)


def crashed(trace: Trace, at: int, chance: random.Random, survives: str) -> dict[str, bytes]:
    """The files after a cut before step `at`. `survives`: "nothing", "all" or "sectors" of what was not synced."""
    safe: dict[str, bytearray] = {}
    pending: dict[str, list[Step]] = {}
    for step in trace.steps[:at]:
        if step.kind == "delete":  # as every file's creation: taken to be on disk at once
            safe.pop(step.name, None)
            pending.pop(step.name, None)
        elif step.kind == "sync":
            for waiting in pending.pop(step.name, []):
                _apply(safe, waiting)
            safe.setdefault(step.name, bytearray())
        else:
            pending.setdefault(step.name, []).append(step)
    for waiting_steps in pending.values():
        for waiting in waiting_steps:
            if survives == "all":
                _apply(safe, waiting)
            elif survives == "sectors":
                for part in _sectors(waiting):
                    if chance.random() < 0.5:
                        _apply(safe, part)
    return {name: bytes(content) for name, content in safe.items()}


def _apply(files: dict[str, bytearray], step: Step) -> None:
    content = files.setdefault(step.name, bytearray())
    if step.kind == "truncate":
        del content[step.offset :]
        return
    if len(content) < step.offset:
        content.extend(bytes(step.offset - len(content)))
    content[step.offset : step.offset + len(step.data)] = step.data


def _sectors(step: Step) -> list[Step]:
    if step.kind == "truncate":
        return [step]
    edges = range(step.offset - step.offset % SECTOR, step.offset + len(step.data), SECTOR)
    parts = []
    for edge in edges:
        start, stop = max(edge, step.offset), min(edge + SECTOR, step.offset + len(step.data))
        data = step.data[start - step.offset : stop - step.offset]
        parts.append(Step("write", step.name, start, data, step.acknowledged))
    return parts


def count_after(folder: Path, files: dict[str, bytes], question: str) -> tuple[int, str]:
    """Put the files there, let SQLite recover, and ask; with SQLite's own word on their soundness."""
    folder.mkdir()
    for name, content in files.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    db = sqlite3.connect(f"file:{folder / 'journal.db'}?vfs=unix", uri=True)
    try:
        return int(db.execute(question).fetchone()[0]), str(db.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        db.close()
