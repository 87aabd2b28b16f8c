"""No GPX file is more than runs or a sentence."""

from harness import fuzz, instrumented

with instrumented("sensors", "gpxpy"):
    from checks import check_file

    from sensors.files import gpx

TOKENS = (
    *(b"<gpx>", b"</gpx>", b"<trk>", b"</trk>", b"<type>running</type>", b"<name>Running</name>", b"<trkseg>"),
    *(
        b"</trkseg>",
        b'<trkpt lat="48.1" lon="11.5">',
        b"</trkpt>",
        b"<time>2026-03-01T07:00:09Z</time>",
        b"<ele>1</ele>",
    ),
    *(b"<extensions>", b"</extensions>", b"<hr>140</hr>", b"<cad>84</cad>", b"<speed>3</speed>", b'version="1.0"'),
    *(
        b'lat="nan"',
        b'lon="1e999"',
        b'xmlns:a="b"',
        b"<rte>",
        b"<wpt>",
        b"2026-03-01T07:00:09.123456789+14:00",
        b"\xfe\xff",
    ),
)


def target(data: bytes) -> None:
    check_file(data if gpx.recognises(data) else b"<gpx>" + data)


if __name__ == "__main__":
    fuzz(target, TOKENS)
