"""No CSV file is more than a run or a sentence."""

from harness import fuzz, instrumented

with instrumented("sensors"):
    from checks import check_file

    from sensors.files import csv_columns

TOKENS = (
    *(
        b"t_s",
        b",speed_mps",
        b",cadence_spm",
        b",grade",
        b",altitude_m",
        b";",
        b"\n",
        b"\r\n",
        b"# start: ",
        b"# pause: ",
    ),
    *(b"# hold_s: ", b"# cadence_unit: strides", b"# source altitude_m: barometer", b"# sport: ", b"# note: partial: "),
    *(
        b"# unreadable_packets: ",
        b"2026-03-01T07:00:00Z",
        b"nan",
        b"inf",
        b"1e308",
        b"-0",
        b"1_0",
        b'"',
        b"\x00",
        b"\xc2\x85",
    ),
)


def target(data: bytes) -> None:
    check_file(data if csv_columns.recognises(data) else b"t_s,speed_mps\n" + data)


if __name__ == "__main__":
    fuzz(target, TOKENS)
