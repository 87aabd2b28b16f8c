"""Twenty seconds of one run in every form of text that is read."""

from __future__ import annotations

import json

from sensors.packet import Packet

SECONDS = range(20)
_TIME = "2026-03-01T07:00:{:02}Z"

GPX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="test" '
    'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running</type><trkseg>\n'
    + "".join(
        f'<trkpt lat="{50 + 0.00002 * second:.7f}" lon="14.0"><time>{_TIME.format(second)}</time></trkpt>\n'
        for second in SECONDS
    )
    + "</trkseg></trk></gpx>\n"
)

TCX = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
    '<Activities><Activity Sport="Running"><Lap><TotalTimeSeconds>20</TotalTimeSeconds><Track>\n'
    + "".join(
        f"<Trackpoint><Time>{_TIME.format(second)}</Time><DistanceMeters>{3 * second}</DistanceMeters></Trackpoint>\n"
        for second in SECONDS
    )
    + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>\n"
)

TABLE = (
    "# start: 2026-03-01T07:00:00Z\n# cadence_unit: steps\n# source altitude_m: barometer\n# pause: 5 6\n# hold_s: 3\n"
    "t_s,speed_mps,cadence_spm,altitude_m\n" + "".join(f"{second},3.0,170,{100 + second}\n" for second in SECONDS)
)

STREAM = json.dumps(
    {
        "segments": [{"for_s": 10, "speed_mps": 3.0, "grade": 0.02}, {"for_s": 10, "hz": 2, "cadence_spm": 85}],
        "drop_samples": [[2, 4]],
        "references": {"v_max_mps": 8.0},
        "fatigue_onset_s": 1800,
        "source": {"cadence_unit": "strides", "altitude": None},
    }
)

_SENSOR = "C0:FF:EE:00:00:01"
_WALL_NS = 1_772_348_400_000_000_000
CAPTURE = (
    "".join(
        Packet(
            boot="b1",
            mono_ns=second * 10**9,
            wall_ns=_WALL_NS + second * 10**9,
            adapter="hci0",
            sensor=_SENSOR,
            characteristic="2A53",
            payload=bytes.fromhex("0400035a"),
        )
        .to_line()
        .decode()
        for second in SECONDS
    )
    + json.dumps({"sensors": [{"address": _SENSOR, "cadence_unit": "strides"}], "clock": []})
    + "\n"
)
