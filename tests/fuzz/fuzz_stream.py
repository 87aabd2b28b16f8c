"""No stream of segments is more than a run or a sentence."""

from harness import fuzz, instrumented

with instrumented("sensors"):
    from checks import check_file

    from sensors.files import stream

TOKENS = (
    *(
        b'{"segments":[',
        b'{"for_s":60',
        b',"hz":20',
        b',"speed_mps":3',
        b',"cadence_spm":170',
        b',"grade":0.04',
        b"}]}",
    ),
    *(b',"drop_samples":[1,9]', b',"drop_samples":[[1,9]]', b',"source":{"cadence_unit":"strides","altitude":"baro"}'),
    *(
        b',"references":{}',
        b',"fatigue_onset_s":1e308',
        b"null",
        b"1e308",
        b"-0.0",
        b"9999999999999999999",
        b'"',
        b"[[[[",
    ),
)


def target(data: bytes) -> None:
    check_file(data if stream.recognises(data) else b'{"segments":[{"for_s":9' + data)


if __name__ == "__main__":
    fuzz(target, TOKENS)
