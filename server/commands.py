"""Commands that read and print: a packet, a run file, a case. None of them needs a server."""

from __future__ import annotations

import json as json_module
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.case import Case, read_references
from rules.decide import decide as judge
from rules.errors import RulesError
from rules.exposure import Exposure, Previous
from rules.exposure import measure as measure_recording
from rules.metric_facts import unit
from rules.next_session import allowance
from rules.speech.explain import explain as in_words
from rules.speech.screen import HEIGHT
from rules.vocabulary import References
from sensors import ble, files
from sensors.errors import SensorError
from sensors.files.run import FileRun
from server.mistake import Mistake

DEFAULT_ONSET_S = 1800.0
LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is to be measured against; what is None the file itself may say (a stream does)."""

    references: Mapping[str, Any] | None = None
    fatigue_onset_s: float | None = None
    previous: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, references: str | None, fatigue_onset_s: float | None, previous: str | None) -> Asked:
        """From the command line: a JSON object, or the path of a file that holds one. Raises Mistake."""
        said = _object(references, "references")
        return cls(
            references=said.get("references", said) if said is not None else None,
            fatigue_onset_s=fatigue_onset_s,
            previous=_object(previous, "previous"),
        )


def decode(characteristic: str, payload_hex: str, *, json: bool) -> list[str]:
    """One packet, field by field. Raises Mistake where nothing can be read."""
    try:
        payload = bytes.fromhex(payload_hex.removeprefix("0x").replace(":", " "))
    except ValueError as why:
        raise Mistake(f"{payload_hex[:60]!r} is not a row of hex digits.") from why
    try:
        fields = ble.to_json(ble.decode(characteristic, payload))
    except SensorError as why:
        raise Mistake(f"{why}.") from why
    return [_line(fields)] if json else _table(fields)


def measure(path: Path, asked: Asked, *, json: bool) -> list[str]:
    """The exposure of each run in a file. Raises Mistake where there is none."""
    try:
        found = files.read(_bytes(path))
        return [line for run in found for line in _measured(run, asked, json=json)]
    except (SensorError, RulesError) as why:
        raise Mistake(f"{path.name}: {_sentence(why)}") from why
    except MemoryError as why:
        raise Mistake(f"{path.name}: This file takes more memory to read than there is.") from why


def explain(path: Path, *, json: bool, whole: bool = False) -> list[str]:
    """The verdict on one case, on one screen unless the whole is asked for. Raises Mistake where it cannot be read."""
    try:
        case = Case.from_json(_bytes(path))
    except RulesError as why:
        raise Mistake(f"{path.name}: {_sentence(why)}") from why
    verdict = judge(case)
    if json:
        return [_line(verdict.to_json())]
    height = None if whole else HEIGHT
    return in_words(verdict, case, allowed=allowance(case, verdict), height=height).splitlines()


def _measured(run: FileRun, asked: Asked, *, json: bool) -> list[str]:
    said = asked.references if asked.references is not None else run.asked.get("references")
    onset_s = asked.fatigue_onset_s if asked.fatigue_onset_s is not None else run.asked.get("fatigue_onset_s")
    before = asked.previous if asked.previous is not None else run.asked.get("previous")
    exposure = measure_recording(
        run.recording,
        _references(said),
        fatigue_onset_s=DEFAULT_ONSET_S if onset_s is None else _number(onset_s, "fatigue_onset_s"),
        previous=_previous(before),
    )
    return [_line(exposure.to_json())] if json else _exposure_in_words(run, exposure)


def _exposure_in_words(run: FileRun, exposure: Exposure) -> list[str]:
    facts = {name: value for name, value in exposure.to_json().items() if not isinstance(value, dict | list)}
    told = {name: value for name, value in facts.items() if value is not None}
    untold = [name for name, value in facts.items() if value is None]
    sources = [f"  {channel} from {source}" for channel, source in exposure.sources.items()]
    notes = [f"  note: {note}" for note in exposure.notes]
    missing = [f"  not measured: {', '.join(untold)}"] if untold else []
    return [f"{run.sport}:", *_table(told), *sources, *notes, *missing]


def _table(fields: Mapping[str, Any]) -> list[str]:
    width = max((len(name) for name in fields), default=0)
    told = {name: "not said" if value is None else value for name, value in fields.items()}
    return [f"  {name:<{width}}  {value} {unit(name) or ''}".rstrip() for name, value in told.items()]


def _references(said: object) -> References:
    if said is not None and not isinstance(said, Mapping):
        raise Mistake("The references must be a JSON object.")
    return read_references(said or {})


def _previous(said: object) -> Previous | None:
    """The run before, for running back to back: when it ended, and how long it was."""
    if said is None:
        return None
    if not isinstance(said, Mapping):
        raise Mistake("The run before (previous) must be an object with ended_h_before and run_s.")
    return Previous(
        ended_h_before=_number(said.get("ended_h_before"), "previous.ended_h_before"),
        run_s=_number(said.get("run_s"), "previous.run_s"),
    )


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise Mistake(f"{name} must be a number that is not below 0.")
    return float(value)


def _object(text: str | None, name: str) -> dict[str, Any] | None:
    if text is None:
        return None
    raw = text.encode() if text.lstrip().startswith("{") else _bytes(Path(text))
    try:
        said = json_module.loads(raw)
    except ValueError as why:
        raise Mistake(f"The {name} are not JSON: {why}.") from why
    if not isinstance(said, dict):
        raise Mistake(f"The {name} must be a JSON object.")
    return said


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)  # what a device or a pipe would give has no size beforehand
    except OSError as why:
        raise Mistake(f"{path} cannot be read: {why.strerror}.") from why
    if len(data) > LARGEST_FILE:
        raise Mistake(f"{path} is larger than {LARGEST_FILE // 2**20} MiB.")
    return data


def _line(document: Mapping[str, Any]) -> str:
    return json_module.dumps(document, allow_nan=False, ensure_ascii=False)


def _sentence(why: Exception) -> str:
    text = str(why).strip()
    return text if text.endswith(".") else f"{text}."
