"""No capture is more than a run or a sentence."""

from harness import fuzz, instrumented

with instrumented("sensors"):
    from checks import check_file

    from sensors.files import capture

START = b'{"boot":"a","mono_ns":0,"wall_ns":0,"adapter":"hci0","sensor":"C0","char":"2A53","hex":"00000300"}\n'
TOKENS = (
    *(b'{"boot":"a","mono_ns":', b',"wall_ns":', b',"adapter":"hci0","sensor":"C0","char":"', b'","hex":"', b'"}\n'),
    *(b'{"sensors":[{"address":"C0","name":"Stryd"}]', b',"clock":[{"boot":"a","offset_ns":1,"trusted":true}]', b"}\n"),
    *(b',"dropped":3', b',"packets":9', b"2A53", b"2ACD", b"2A37", b"18446744073709551616", b"-9223372036854775808"),
)


def target(data: bytes) -> None:
    check_file(data if capture.recognises(data) else START + data)


if __name__ == "__main__":
    fuzz(target, TOKENS)
