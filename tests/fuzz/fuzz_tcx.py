"""No TCX file is more than runs or a sentence."""

from harness import fuzz, instrumented

with instrumented("sensors", "defusedxml"):
    from checks import check_file

    from sensors.files import tcx

TOKENS = (
    *(b"<TrainingCenterDatabase>", b"<Activities>", b'<Activity Sport="Running">', b"</Activity>", b"<Lap>", b"</Lap>"),
    *(b"<Track>", b"</Track>", b"<Trackpoint>", b"</Trackpoint>", b"<Time>2026-03-01T07:00:09Z</Time>", b"<Time>"),
    *(b"<DistanceMeters>1e308</DistanceMeters>", b"<Value>140</Value>", b"<Speed>3</Speed>", b"<Cadence>84</Cadence>"),
    *(b"<TotalTimeSeconds>9</TotalTimeSeconds>", b"<AltitudeMeters>", b"&amp;", b"<!--", b"-->", b"\xff\xfe", b"nan"),
    *(b"<!DOCTYPE x [<!ENTITY e 'e'>]>", b"9999-12-31T23:59:59-23:59", b"0001-01-01", b"-1e-999", b"<![CDATA[", b"]]>"),
)


def target(data: bytes) -> None:
    check_file(data if tcx.recognises(data) else b"<TrainingCenterDatabase>" + data)


if __name__ == "__main__":
    fuzz(target, TOKENS)
