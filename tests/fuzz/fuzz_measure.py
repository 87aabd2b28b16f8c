"""Any recording can be measured: what cannot be told is None, and nothing is ever raised."""

from datetime import UTC, datetime

import numpy as np
from harness import Feed, fuzz, instrumented

with instrumented("rules"):
    from checks import check_exposure

    from rules.exposure import Previous, measure
    from rules.vocabulary import References
    from sensors.recording import CHANNELS, Recording

SOURCES = ("watch", "gps", "barometer", "treadmill", "foot pod", "runner", "")


def target(data: bytes) -> None:
    feed = Feed(data)
    asked = {
        "references": References(
            v_max_mps=_or_none(feed),
            v_max_kind=feed.one_of((None, "measured", "estimated")),
            v_thr_mps=_or_none(feed),
            hr_max_bpm=_or_none(feed),
            hr_rest_bpm=_or_none(feed),
            d_prime_m=_or_none(feed),
            sex=feed.one_of((None, "m", "f")),
        ),
        "fatigue_onset_s": feed.number(),
        "previous": feed.one_of((None, Previous(ended_h_before=feed.number(), run_s=feed.number()))),
    }
    with np.errstate(all="ignore"):
        check_exposure(measure(_recording(feed), **asked))


def _or_none(feed: Feed) -> float | None:
    return feed.one_of((None, feed.number()))


def _recording(feed: Feed) -> Recording:
    facts = {
        "start": feed.one_of((None, datetime(2026, 3, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC))),
        "cadence_unit": feed.one_of((None, "steps", "strides")),
        "hold_s": feed.one_of((3.0, 8.0, feed.number())),
        "pauses_s": tuple((feed.number(), feed.number()) for _ in range(feed.byte() % 3)),
        "unreadable_packets": feed.byte(),
        "sources": {name: feed.one_of(SOURCES) for name in CHANNELS},
        "notes": feed.one_of(((), ("partial: the end is missing",))),
    }
    facts["from_packets"] = facts["unreadable_packets"] % 2 == 1
    rows = feed.whole("H") % 600
    columns = {name: _column(feed, rows) for name in ("t_s", *CHANNELS)}
    return Recording.of(columns.pop("t_s"), **columns, **facts)


def _column(feed: Feed, rows: int):
    """All one, evenly growing, as the bytes say, or bits as they come."""
    way = feed.byte()
    if way % 4 == 0:
        return np.full(rows, feed.number())
    if way % 4 == 1:
        with np.errstate(all="ignore"):
            return feed.number() + feed.number() * np.arange(rows)
    if way % 4 == 2:
        return np.resize([feed.number() for _ in range(1 + feed.byte() % 40)], rows)
    return np.resize(np.frombuffer(feed.take(8 * (1 + feed.byte() % 20)).ljust(160, b"\0"), dtype="<f8"), rows)


if __name__ == "__main__":
    fuzz(target)
