"""CSV with the column names of a Recording: the plain form that anybody can write, and that we give away."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import numpy as np

from sensors.errors import UnreadableFile
from sensors.files.columns import hold_for
from sensors.files.run import FileRun
from sensors.files.sport import sport_named
from sensors.recording import CHANNELS, CadenceUnit, Recording

COLUMNS = ("t_s", *CHANNELS)
YES = "yes"
MOST = 1_000_000_000  # seconds that a sample stands for, packets that could not be read: no run comes near


def recognises(head: bytes) -> bool:
    """The first line that is no remark names the column t_s."""
    lines = (line for line in head.decode("utf-8-sig", errors="replace").splitlines() if line.strip())
    header = next((line for line in lines if not line.startswith("#")), "")
    return "t_s" in [name.strip().strip('"') for name in header.replace(";", ",").split(",")]


def read(data: bytes) -> tuple[FileRun, ...]:
    """The one run of the file.

    A cell that is empty or "nan" was not said. Lines before the header that begin with # may say more, one fact a
    line: `# start: 2026-03-01T07:00:00Z`, `# cadence_unit: strides`, `# source altitude_m: barometer`,
    `# pause: 600 660` (seconds), `# hold_s: 3`, `# from_packets: yes`, `# sport: running`,
    `# unreadable_packets: 2`, `# note: …`.
    Raise UnreadableFile naming line and column of what is no number, and for infinity.
    """
    lines = data.decode("utf-8-sig", errors="replace").splitlines()
    remarks = [line for line in lines if line.startswith("#")]
    table = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    columns, left_out = _table(table)
    facts = _Facts(remarks)
    hold_s = facts.number("hold_s", hold_for(np.array(columns["t_s"])))
    recording = Recording.of(
        columns.pop("t_s"),
        **columns,
        start=facts.start(),
        sources=facts.sources(),
        cadence_unit=facts.cadence_unit(),
        hold_s=hold_s,
        from_packets=facts.from_packets(),
        pauses_s=facts.pauses(),
        unreadable_packets=int(facts.number("unreadable_packets", 0)),
        notes=(*facts.all("note"), *left_out),
    )
    return (FileRun(recording=recording, sport=sport_named(facts.one("sport") or "running")),)


def to_csv(recording: Recording, *, sport: str = "running") -> bytes:
    """The recording as this form; reading it gives every value back to the last bit."""
    out = io.StringIO()
    for name, value in _remarks(recording, sport):
        out.write(f"# {name}: {' '.join(value.split())}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    columns = [getattr(recording, name).tolist() for name in COLUMNS]
    writer.writerows(["" if math.isnan(value) else repr(value) for value in row] for row in zip(*columns, strict=True))
    return out.getvalue().encode()


def _remarks(recording: Recording, sport: str) -> Iterator[tuple[str, str]]:
    if recording.start is not None:
        yield "start", recording.start.isoformat()
    yield "sport", sport
    if recording.cadence_unit is not None:
        yield "cadence_unit", recording.cadence_unit
    yield "hold_s", repr(recording.hold_s)
    if recording.from_packets:
        yield "from_packets", YES
    for channel, source in recording.sources.items():
        yield f"source {channel}", source
    for begin_s, end_s in recording.pauses_s:
        yield "pause", f"{begin_s!r} {end_s!r}"
    if recording.unreadable_packets:
        yield "unreadable_packets", str(recording.unreadable_packets)
    for note in recording.notes:
        yield "note", note


def _table(lines: list[tuple[int, str]]) -> tuple[dict[str, list[float]], tuple[str, ...]]:
    """The columns by name, every one of the same length, and a note for those that nobody knows."""
    header_line = lines[0][1]
    mark = ";" if ";" in header_line and "," not in header_line else ","  # how spreadsheets of half of Europe write
    header = [name.strip() for name in _cells(header_line, mark)]
    if len(set(header)) < len(header):
        raise UnreadableFile("This CSV file names a column twice.")
    columns: dict[str, list[float]] = {name: [] for name in COLUMNS}
    for number, line in lines[1:]:
        cells = dict(zip(header, _cells(line, mark), strict=False))
        for name, column in columns.items():
            column.append(_value(cells.get(name, ""), mark, f"line {number}, column {name}"))
        if math.isnan(columns["t_s"][-1]):
            raise UnreadableFile(f"This CSV file gives no time in line {number}.")
    if not columns["t_s"]:
        raise UnreadableFile("There is no run in this file, only a header.")
    unknown = [name for name in header if name and name not in COLUMNS]
    return columns, (f"columns not known here were left out: {', '.join(unknown)}",) if unknown else ()


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark))
    except csv.Error as why:
        raise UnreadableFile(f"This CSV file is damaged: {why}.") from why


def _value(cell: str, mark: str, where: str) -> float:
    text = cell.strip() or "nan"
    try:
        value = float(text.replace(",", ".") if mark == ";" else text)
    except ValueError:
        raise UnreadableFile(f"This CSV file says {text[:40]!r} in {where}, which is no number.") from None
    if math.isinf(value):
        raise UnreadableFile(f"This CSV file says {text[:40]!r} in {where}, which nobody can run.")
    return value


class _Facts:
    """What the remarks before the header say."""

    def __init__(self, remarks: list[str]) -> None:
        pairs = (remark.lstrip("# ").partition(":") for remark in remarks)
        self._said = [(name.strip(), value.strip()) for name, colon, value in pairs if colon]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for said, value in self._said if said == name)

    def one(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def start(self) -> datetime | None:
        text = self.one("start")
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise UnreadableFile(f"This CSV file says that it starts at {text[:40]!r}, which is no time.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def sources(self) -> dict[str, str]:
        words = ((name.split(), value) for name, value in self._said)
        return {name[1]: value for name, value in words if len(name) == 2 and name[0] == "source"}

    def cadence_unit(self) -> CadenceUnit | None:
        unit = self.one("cadence_unit")
        if unit not in (None, "steps", "strides"):
            raise UnreadableFile(f"This CSV file counts cadence in {unit[:40]!r}; it can be steps or strides.")
        return cast(CadenceUnit | None, unit)

    def from_packets(self) -> bool:
        answer = self.one("from_packets")
        if answer not in (None, YES):
            raise UnreadableFile(f"This CSV file has from_packets {answer[:40]!r}; leave the line out, or write {YES}.")
        return answer == YES

    def pauses(self) -> tuple[tuple[float, float], ...]:
        pauses = [tuple(_finite(word, "pause") for word in value.split()) for value in self.all("pause")]
        if any(len(pause) != 2 for pause in pauses):
            raise UnreadableFile("This CSV file holds a pause that is not two numbers of seconds.")
        return cast(tuple[tuple[float, float], ...], tuple(pauses))

    def number(self, name: str, otherwise: float) -> float:
        text = self.one(name)
        value = otherwise if text is None else _finite(text, name)
        if not 0 <= value <= MOST:
            raise UnreadableFile(f"This CSV file says {value:g} for {name}, which cannot be.")
        return value


def _finite(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UnreadableFile(f"This CSV file says {text[:40]!r} for {name}, which is no number.")
    return value
