"""No ZIP and no gzip is more than the runs inside or a sentence, and none unpacks to more than is allowed."""

import gzip
import io
import zipfile

from harness import Feed, fuzz, instrumented

with instrumented("sensors", "zipfile"):
    from checks import check_file

    from sensors.files import archive

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def target(data: bytes) -> None:
    """The first byte says: taken as it is, or packed, and then with some bytes changed."""
    feed = Feed(data)
    way = feed.byte()
    if way % 4 == 0:
        check_file(feed.rest() if archive.is_archive(data[1:5]) else b"PK\x03\x04" + feed.rest())
        return
    changes = [(feed.whole("H"), feed.byte()) for _ in range(feed.byte() % 8)]
    packed = bytearray(gzip.compress(feed.rest(), mtime=0) if way % 4 == 1 else _zip(feed))
    for at, byte in changes:
        packed[at % len(packed)] = byte
    check_file(bytes(packed))


def _zip(feed: Feed) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(1 + feed.byte() % 3):
            name = zipfile.ZipInfo(f"{number}.csv")
            made.writestr(name, feed.take(feed.whole("H") % 4096), compress_type=feed.one_of(METHODS))
    return out.getvalue()


if __name__ == "__main__":
    fuzz(target)
