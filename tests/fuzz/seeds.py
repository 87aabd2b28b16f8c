"""Makes the corpus that fuzzing starts from: small whole inputs of every kind, written by our own code alone."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
sys.path.insert(0, str(HERE.parent / "helpers"))

import cases  # noqa: E402
import fit_writer  # noqa: E402
import notifications  # noqa: E402

from rules.case import Case  # noqa: E402
from sensors import ble, store  # noqa: E402
from sensors.files.csv_columns import to_csv  # noqa: E402
from sensors.recording import Recording  # noqa: E402

START = datetime(2026, 3, 1, 7, tzinfo=UTC)
PAYLOADS = {
    "2A19": "57",
    "2A29": "45786d706c65",
    "2A37": "1690900100",
    "2A53": "0f000355aa00e8030000",
    "2A54": "1f00",
    "2A55": "100401",
    "2A5D": "02",
    "2A63": "2400c800341205001027",
    "2ACD": "8c050a00e803000a0000000000640a000a05",
}


def seeds() -> Iterator[tuple[str, str, bytes]]:
    """The target, the name of the file, and what is in it."""
    for number, characteristic in enumerate(sorted(ble.characteristics())):
        payload = bytes.fromhex(PAYLOADS.get(characteristic, "537472696465"))
        yield "ble", f"{characteristic}.bin", bytes([number]) + payload
    yield "packet_line", "pod.json", LINES[0]
    yield from _files()
    yield "store", "short.bin", store.pack(RECORDING)[: -store.DIGEST_BYTES]
    yield "store", "odd.bin", store.pack(Recording.of([0.0, 0.1], grade=[None, 1 / 3]))[: -store.DIGEST_BYTES]
    for name, case in (("volume", cases.volume_stage()), ("sprint", cases.sprint_stage())):
        yield "case", f"{name}.json", json.dumps(_document(case), separators=(",", ":")).encode()
    for number in range(3):
        yield "case", f"changes{number}.bin", bytes((number * 7 + at * at) % 256 | 1 for at in range(40))
        yield "merge", f"packets{number}.bin", bytes((number * 11 + at * at * 3) % 256 for at in range(600))
        yield "measure", f"columns{number}.bin", bytes((number * 5 + at * at * 7) % 256 for at in range(300))


RECORDING = Recording.of(
    [float(second) for second in range(12)],
    speed_mps=[3.0, 3.25, None, *[5.5] * 9],
    cadence_spm=[85.0] * 12,
    altitude_m=[500.0 + second / 5 for second in range(12)],
    start=START,
    sources={"speed_mps": "foot pod", "altitude_m": "barometer"},
    cadence_unit="strides",
    pauses_s=((3.0, 5.0),),
    notes=("a note",),
)
LINES = [
    packet.to_line()
    for second in range(6)
    for packet in (
        notifications.pod_says(second, 3.0),
        notifications.belt_says(second, 10.8, 4.0),
        notifications.strap_says(second, 140),
    )
]


def _files() -> Iterator[tuple[str, str, bytes]]:
    yield "fit", "run.fit", fit_writer.a_run(8, heart_rate=140, cadence=84, distance=lambda second: 3 * second)
    yield "fit", "pod.fit", _pod_fit()
    yield "tcx", "run.tcx", _tcx()
    yield "gpx", "run.gpx", _gpx()
    yield "csv", "run.csv", to_csv(RECORDING)
    yield "csv", "semicolons.csv", b"t_s;speed_mps;other\n0;3,5;x\n1;nan;\n\n3;4;\n"
    yield "stream", "run.json", _stream()
    completion = {"sensors": [{"address": notifications.POD, "name": "Stryd"}], "dropped": 1, "packets": 19}
    yield "capture", "run.jsonl", b"".join(LINES) + json.dumps(completion).encode()
    csv = b"t_s,speed_mps\n0,3\n1,3\n"
    yield "archive", "zip.bin", b"\0" + _zip(csv)
    yield "archive", "gzip.bin", b"\0" + gzip.compress(csv, mtime=0)
    yield "archive", "packed.bin", bytes([1, 0]) + csv
    yield "archive", "zipped.bin", bytes([2, 0, 0, len(csv), 0, 1]) + csv


def _pod_fit() -> bytes:
    writer = fit_writer.FitWriter().message("file_id", type=fit_writer.ACTIVITY)
    writer.message("device_info", **fit_writer.LOCAL_BAROMETER).developer_field("Cadence", "SPM")
    writer.message("event", timestamp=fit_writer.START_S, event=0, event_type=0)
    for second in range(4):
        at_s = fit_writer.START_S + second
        writer.message("record", {"Cadence": 170}, timestamp=at_s, enhanced_speed=3, enhanced_altitude=500)
    writer.compressed(5, speed=3).message("event", timestamp=fit_writer.START_S + 5, event=0, event_type=4)
    return writer.message("session", timestamp=fit_writer.START_S + 6, start_time=fit_writer.START_S, sport=1).bytes()


def _tcx() -> bytes:
    points = "".join(
        f"<Trackpoint><Time>2026-03-01T07:00:0{second}Z</Time><AltitudeMeters>500</AltitudeMeters><DistanceMeters>"
        f"{3 * second}</DistanceMeters><HeartRateBpm><Value>140</Value></HeartRateBpm><Cadence>84</Cadence><Extensions>"
        f"<TPX><Speed>3</Speed></TPX></Extensions></Trackpoint>"
        for second in range(5)
    )
    return (
        f'<?xml version="1.0"?><TrainingCenterDatabase xmlns="urn:t"><Activities><Activity Sport="Running"><Lap>'
        f"<TotalTimeSeconds>5</TotalTimeSeconds><DistanceMeters>12</DistanceMeters><Track>{points}</Track>"
        f"<Track></Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def _gpx() -> bytes:
    points = "".join(
        f'<trkpt lat="48.0000{second}" lon="11.5"><ele>500</ele><time>2026-03-01T07:00:0{second}Z</time><extensions>'
        f"<g:TrackPointExtension><g:hr>140</g:hr><g:cad>84</g:cad></g:TrackPointExtension></extensions></trkpt>"
        for second in range(5)
    )
    return (
        f'<?xml version="1.0"?><gpx version="1.1" xmlns="urn:g" xmlns:g="urn:x"><trk><name>Running</name>'
        f"<type>running</type><trkseg>{points}</trkseg></trk></gpx>"
    ).encode()


def _stream() -> bytes:
    segments = [{"for_s": 5, "speed_mps": 3, "cadence_spm": 170}, {"for_s": 2, "hz": 4, "speed_mps": 8, "grade": 0.04}]
    return json.dumps({"segments": segments, "drop_samples": [1, 2], "source": {"cadence_unit": "steps"}}).encode()


def _zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("run.csv"), content)
    return out.getvalue()


def _document(case: Case) -> dict[str, object]:
    """A case in the form in which it is read."""
    said = {name: value for name, value in asdict(case).items() if value not in (None, (), {})}
    for session in said["sessions"]:
        session.pop("attested")
        session["check_in"] = {name: value for name, value in session["check_in"].items() if value not in (None, ())}
    references = {name: value for name, value in said.pop("references").items() if value is not None}
    whole = {**said, "references": references, "daily": [{"at": case.now, "morning": 1}]}
    whole["flags"] = [
        {"code": "fever_unwell", "raised_at": case.now, "cleared_at": case.now, "cleared_by": "Nadia Vek"}
    ]
    whole["holds"] = [{"from": "2026-03-20T08:00:00Z", "until": "2026-03-21T08:00:00Z", "by": "Nadia Vek"}]
    return json.loads(json.dumps(whole, default=lambda moment: moment.isoformat().replace("+00:00", "Z")))


def main() -> None:
    shutil.rmtree(CORPUS, ignore_errors=True)
    for target, name, body in seeds():
        path = CORPUS / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


if __name__ == "__main__":
    main()
