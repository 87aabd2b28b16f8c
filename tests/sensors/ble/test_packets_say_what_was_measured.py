"""One table of literal packets, most of them from real devices, and what each of them says."""

import pytest

from sensors import ble

# hex, what must be said, bytes that are missing, bytes that are too many, where it was seen
RUNNING_SPEED_CADENCE = [
    ("009101bb", {"speed_mps": 401 / 256, "cadence_per_min": 187, "running": False}, 0, 0, "NPE Runn"),
    (
        "035c03a18200f6090000",
        {
            "speed_mps": 860 / 256,
            "cadence_per_min": 161,
            "running": False,
            "stride_length_m": 1.3,
            "total_distance_m": 255.0,
        },
        0,
        0,
        "Technogym Run at 12.1 km/h, its running bit unset",
    ),
    (
        "03b901855e000d0c0000",
        {"speed_mps": 441 / 256, "cadence_per_min": 133, "stride_length_m": 0.94, "total_distance_m": 308.5},
        0,
        0,
        "Technogym Run",
    ),
    (
        "02b900338a020000",
        {"speed_mps": 185 / 256, "cadence_per_min": 51, "total_distance_m": 65.0},
        0,
        0,
        "Technogym MyRun",
    ),
    ("02000550ffff0001", {"speed_mps": 5.0, "cadence_per_min": 80, "total_distance_m": 1684275.1}, 0, 0, "OpenTracks"),
    ("0400035a", {"speed_mps": 3.0, "cadence_per_min": 90, "running": True}, 0, 0, "specification"),
    (
        "0780025a08ff",
        {"speed_mps": 2.5, "running": True, "stride_length_m": 652.88, "total_distance_m": None},
        4,
        0,
        "specification, cut",
    ),
    (
        "000003aa0102",
        {"speed_mps": 3.0, "cadence_per_min": 170, "stride_length_m": None},
        0,
        2,
        "two bytes nobody promised",
    ),
    ("03000355011012", {"stride_length_m": 40.97, "total_distance_m": None}, 3, 0, "cut within the distance"),
]
TREADMILL = [
    (
        "9e04730233022500003c00ff7f0000ff7f0200ffffff1f00",
        {
            "speed_mps": 627 / 360,
            "average_speed_mps": 563 / 360,
            "total_distance_m": 37,
            "incline_percent": 6.0,
            "ramp_angle_deg": None,
            "elevation_gain_m": 0.0,
            "elevation_loss_m": None,
            "energy_kcal": 2,
            "energy_per_hour_kcal": None,
            "energy_per_minute_kcal": None,
            "elapsed_s": 31,
            "more_data": False,
        },
        0,
        0,
        "Life Fitness: 0x7FFF in an unsigned field",
    ),
    (
        "9e0492014d027a00008200ff7fab00ff7f1000ffffff4d00",
        {"speed_mps": 402 / 360, "incline_percent": 13.0},
        0,
        0,
        "same",
    ),
    (
        "9f0061003600000000ff7f0000ffff05006e0002",
        {
            "more_data": True,
            "speed_mps": None,
            "total_distance_m": 54,
            "incline_percent": 0.0,
            "energy_per_hour_kcal": 110,
        },
        0,
        0,
        "Matrix TouchXL, the first of two parts: no speed in it",
    ),
    (
        "001f71000002cc003c06ff7f1a00",
        {
            "speed_mps": 113 / 360,
            "heart_rate_bpm": None,
            "metabolic_equivalent": 0.2,
            "remaining_s": 1596,
            "force_n": None,
            "power_w": 26,
        },
        0,
        0,
        "Matrix TouchXL, the second part, with an idle heart rate",
    ),
    (
        "9e1b000000000000000000ff7f0000ffff000000",
        {"speed_mps": 0.0, "elevation_loss_m": None, "energy_kcal": 0, "energy_per_hour_kcal": None, "power_w": None},
        10,
        0,
        "Matrix, cut at 20 bytes",
    ),
    (
        "9e1fc60394023e01005a00ff7f3200ffff2500f4",
        {
            "speed_mps": 966 / 360,
            "incline_percent": 9.0,
            "energy_kcal": 37,
            "energy_per_minute_kcal": None,
            "elapsed_s": None,
            "power_w": None,
        },
        12,
        0,
        "Matrix at 9.66 km/h, cut at 20 bytes",
    ),
    (
        "80064e020200ffffff372700",
        {"speed_mps": 590 / 360, "metabolic_equivalent": 5.5, "elapsed_s": 39},
        0,
        0,
        "MyRun, 2nd",
    ),
    (
        "1f0084012a00000000000001000000",
        {"more_data": True, "speed_mps": None, "ramp_angle_deg": 0.0},
        0,
        0,
        "MyRun, 1st",
    ),
    (
        "8c056400140000000000000500e70003005b00",
        {"speed_mps": 100 / 360, "heart_rate_bpm": None},
        0,
        0,
        "Kettler Alpha Run",
    ),
    ("8404000000000000000000000000", {"speed_mps": 0.0, "total_distance_m": 0, "elapsed_s": 0}, 0, 0, "Horizon, idle"),
    ("9c25" + "00" * 24, {"speed_mps": 0.0, "step_count": 0, "elapsed_s": 0}, 0, 0, "bit 13: steps, three bytes more"),
    ("0100", {"more_data": True, "speed_mps": None}, 0, 0, "bluetooth-sig-python: nothing promised, nothing missing"),
    ("0000e803", {"speed_mps": 1000 / 360}, 0, 0, "bluetooth-sig-python"),
    ("0201e204b0049b", {"average_speed_mps": 1200 / 360, "heart_rate_bpm": 155}, 0, 0, "bluetooth-sig-python"),
    ("09001900f1ff", {"incline_percent": 2.5, "ramp_angle_deg": -1.5}, 0, 0, "bluetooth-sig-python"),
    ("011038ff5e01", {"force_n": -200, "power_w": 350}, 0, 0, "bluetooth-sig-python"),
    ("0800e803ceff0000", {"incline_percent": -5.0}, 0, 0, "specification: downhill"),
    ("0800e80334030000", {"incline_percent": None, "incline_as_sent_percent": 82.0}, 0, 0, "Trinfit T15 Pro"),
    ("0800e8036aff0000", {"incline_percent": -15.0}, 0, 0, "the steepest downhill that is believed"),
    ("0800e80369ff0000", {"incline_percent": None}, 0, 0, "steeper downhill than any treadmill"),
    ("0800e80390010000", {"incline_percent": 40.0}, 0, 0, "the steepest uphill that is believed"),
    ("0800e80391010000", {"incline_percent": None}, 0, 0, "steeper uphill than any treadmill"),
    (
        "0800e803ff7fff7f",
        {"incline_percent": None, "incline_as_sent_percent": None, "ramp_angle_deg": None},
        0,
        0,
        "no value",
    ),
    ("0000ffff", {"speed_mps": None}, 0, 0, "no value"),
    ("2000e80314", {"speed_mps": 1000 / 360, "pace_mps": 20 / 0.6}, 0, 0, "pace as a byte of 0.1 km/min"),
    ("2000e803b400", {"speed_mps": 1000 / 360, "pace_mps": 500 / 180}, 0, 0, "pace as seconds for 500 m"),
    (
        "6004e803b4000000b400",
        {"pace_mps": 500 / 180, "average_pace_mps": None, "elapsed_s": 180},
        0,
        0,
        "both, no average",
    ),
    ("6004e80314150a00", {"pace_mps": 20 / 0.6, "average_pace_mps": 21 / 0.6, "elapsed_s": 10}, 0, 0, "both as bytes"),
    (
        "6004e80314150a0001",
        {"speed_mps": 1000 / 360, "pace_mps": None, "elapsed_s": None},
        0,
        5,
        "no width fits: left unread",
    ),
    (
        "6004e80314",
        {"speed_mps": 1000 / 360, "pace_mps": None, "elapsed_s": None},
        3,
        1,
        "cut where the width is unknown",
    ),
    (
        "fe173201360132000032000000",
        {
            "speed_mps": 306 / 360,
            "average_speed_mps": 310 / 360,
            "total_distance_m": 50,
            "incline_percent": 5.0,
            "pace_mps": None,
        },
        19,
        0,
        "True treadmill, which sets both pace bits, cut",
    ),
    ("0000e80301020304", {"speed_mps": 1000 / 360}, 0, 4, "four bytes nobody promised"),
    ("00c0e8030102", {"speed_mps": 1000 / 360}, 0, 2, "reserved bits promise nothing known"),
]
HEART_RATE = [
    (
        "0454",
        {"heart_rate_bpm": 84, "contact": "not detected", "rr_intervals_s": None},
        0,
        0,
        "a strap, no contact, good rate",
    ),
    ("1659a202", {"heart_rate_bpm": 89, "contact": "detected", "rr_intervals_s": [674 / 1024]}, 0, 0, "a strap"),
    ("167310020d02", {"heart_rate_bpm": 115, "rr_intervals_s": [528 / 1024, 525 / 1024]}, 0, 0, "Polar H7"),
    ("0050", {"heart_rate_bpm": 80, "contact": "unsupported"}, 0, 0, "bluetooth-sig-python"),
    ("01c800", {"heart_rate_bpm": 200, "contact": "unsupported"}, 0, 0, "bluetooth-sig-python"),
    ("0e4b8000", {"heart_rate_bpm": 75, "contact": "detected", "energy_kj": 128}, 0, 0, "bluetooth-sig-python"),
    ("105a00080010", {"heart_rate_bpm": 90, "rr_intervals_s": [2.0, 4.0]}, 0, 0, "bluetooth-sig-python"),
    ("0000", {"heart_rate_bpm": None}, 0, 0, "idle"),
    ("010000", {"heart_rate_bpm": None}, 0, 0, "idle"),
    ("1050", {"heart_rate_bpm": 80, "rr_intervals_s": None}, 2, 0, "an interval promised and not sent"),
    ("105000", {"heart_rate_bpm": 80, "rr_intervals_s": None}, 1, 0, "half an interval"),
    ("10500004ff", {"heart_rate_bpm": 80, "rr_intervals_s": [1.0]}, 1, 0, "one interval and a half"),
    ("0850aa", {"heart_rate_bpm": 80, "energy_kj": None}, 1, 0, "half an energy"),
    ("1850aa", {"heart_rate_bpm": 80, "energy_kj": None, "rr_intervals_s": None}, 3, 0, "half an energy, no interval"),
    ("00500102", {"heart_rate_bpm": 80}, 0, 2, "two bytes nobody promised"),
]
CYCLING_POWER = [
    ("00002800", {"power_w": 40}, 0, 0, "OpenTracks"),
    ("2c0000009f000c00e542", {"power_w": 0, "accumulated_torque_nm": 4.96875, "crank_revolutions": 12}, 0, 0, "4iiii"),
    ("2c000000df002b0039f6", {"power_w": 0, "crank_revolutions": 43, "crank_event_s": 63033 / 1024}, 0, 0, "4iiii"),
    (
        "2000700190010004",
        {"power_w": 368, "crank_revolutions": 400, "crank_event_s": 1.0},
        0,
        0,
        "bluetooth-sig-python",
    ),
    ("01002c0164", {"power_w": 300, "balance_percent": 50.0}, 0, 0, "bluetooth-sig-python"),
    ("0000ff7f", {"power_w": None}, 0, 0, "no value"),
    ("0000f6ff", {"power_w": -10}, 0, 0, "specification: a signed number"),
    ("20002c019001", {"power_w": 300, "crank_revolutions": 400, "crank_event_s": None}, 2, 0, "cut"),
    ("00012c01123456", {"power_w": 300, "extreme_angles_packed": 0x563412}, 0, 0, "specification: two angles, packed"),
]
CONTROL_POINT = [
    ("0100000000", {"op": "set_cumulative", "value_m": 0.0}, 0, 0, "bluetooth-sig-python"),
    ("0110270000", {"op": "set_cumulative", "value_m": 1000.0}, 0, 0, "specification"),
    ("01102700", {"op": "set_cumulative", "value_m": None}, 1, 0, "cut"),
    ("02", {"op": "start_calibration"}, 0, 0, "bluetooth-sig-python"),
    ("0302", {"op": "update_location", "location": "in_shoe"}, 0, 0, "bluetooth-sig-python"),
    ("03", {"op": "update_location", "location": None}, 1, 0, "cut"),
    ("04", {"op": "list_locations"}, 0, 0, "specification"),
    ("100101", {"op": None, "response_to": 1, "result": "success"}, 0, 0, "specification"),
    ("100202", {"response_to": 2, "result": "op_not_supported"}, 0, 0, "specification"),
    ("100103", {"response_to": 1, "result": "invalid_parameter"}, 0, 0, "specification"),
    ("100204", {"response_to": 2, "result": "operation_failed"}, 0, 0, "specification"),
    ("1001", {"response_to": 1, "result": None}, 1, 0, "cut"),
    (
        "1004010102",
        {"response_to": 4, "result": "success", "locations": ["top_of_shoe", "in_shoe"]},
        0,
        0,
        "specification",
    ),
]
FEATURE = [
    (
        "0700",
        {"stride_length": True, "total_distance": True, "walk_run_status": True, "calibration": False},
        0,
        0,
        "all three",
    ),
    ("0100", {"stride_length": True, "total_distance": False, "multi_location": False}, 0, 0, "bluetooth-sig-python"),
    ("1800", {"stride_length": False, "calibration": True, "multi_location": True}, 0, 0, "specification"),
]
LOCATION = [
    ("01", {"location": "top_of_shoe"}, 0, 0, "specification"),
    ("0e", {"location": "chest"}, 0, 0, "specification"),
    ("10", {"location": "chain_ring"}, 0, 0, "specification"),
    ("11", {"location": None, "location_code": 17}, 0, 0, "FITSHOW treadmills send what has no meaning"),
]
BATTERY = [
    ("64", {"battery_percent": 100}, 0, 0, "specification"),
    ("00", {"battery_percent": 0}, 0, 0, "specification"),
    ("65", {"battery_percent": None}, 0, 0, "more than full"),
    ("ff", {"battery_percent": None}, 0, 0, "no value"),
]
TEXT = [
    ("5374727964", {"manufacturer": "Stryd"}, 0, 0, "text"),
    ("537472796400", {"manufacturer": "Stryd"}, 0, 0, "padded with a zero byte"),
    ("0000", {"manufacturer": None}, 0, 0, "nothing in it"),
    ("ff41", {"manufacturer": "\ufffdA"}, 0, 0, "not UTF-8"),
]
TABLES = {
    "2A53": RUNNING_SPEED_CADENCE,
    "2ACD": TREADMILL,
    "2A37": HEART_RATE,
    "2A63": CYCLING_POWER,
    "2A55": CONTROL_POINT,
    "2A54": FEATURE,
    "2A5D": LOCATION,
    "2A19": BATTERY,
    "2A29": TEXT,
}
ROWS = [(characteristic, *row) for characteristic, table in TABLES.items() for row in table]


@pytest.mark.parametrize(("characteristic", "hex_", "said", "short", "extra", "_seen"), ROWS)
def test_a_packet_says_what_was_measured(characteristic, hex_, said, short, extra, _seen):
    read = ble.to_json(ble.decode(characteristic, bytes.fromhex(hex_)))
    assert {name: read[name] for name in said} == said
    assert (read["short_bytes"], read["extra_bytes"]) == (short, extra)


UNREADABLE = [
    ("2A53", "", "within its flags"),
    ("2A53", "00", "speed_mps"),
    ("2A53", "0000", "speed_mps"),
    ("2A53", "000003", "cadence_per_min"),  # no packet of the specification is shorter than four bytes
    ("2ACD", "", "within its flags"),
    ("2ACD", "00", "within its flags"),
    ("2ACD", "0000e8", "speed_mps"),
    ("2ACD", "2100", "pace"),
    ("2A37", "00", "heart_rate_bpm"),
    ("2A37", "01c8", "heart_rate_bpm"),
    ("2A63", "000028", "power_w"),
    ("2A54", "07", "within its flags"),
    ("2A55", "", "neither"),
    ("2A55", "05", "neither"),
    ("2A55", "10", "neither"),
    ("2A5D", "", "no byte"),
    ("2A19", "", "no byte"),
    ("2A24", "", "no byte"),
]


@pytest.mark.parametrize(("characteristic", "hex_", "why"), UNREADABLE)
def test_a_packet_without_one_whole_number_is_refused_with_its_facts(characteristic, hex_, why):
    payload = bytes.fromhex(hex_)
    with pytest.raises(ble.UnreadablePacket) as refused:
        ble.decode(characteristic, payload)
    assert why in refused.value.reason
    assert (refused.value.characteristic, refused.value.payload) == (characteristic, payload)
