"""A document of segments, one sample a second from t = 0, as rows for the second reading of measuring."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

CHANNELS = {"speed_mps": "v", "cadence_spm": "cad", "grade": "grade"}


def hold_of_a_file(moments):
    """5.3: a sample holds 8 s in a file whose median interval is above 1.5 s."""
    intervals = [after - before for before, after in pairwise(sorted(set(moments)))]
    return 8 if intervals and median(intervals) > 1.5 else 3


def rows_of(document):
    rows = []
    for segment in document["segments"]:
        values = {short: segment.get(name) for name, short in CHANNELS.items()}
        rows += [values] * segment["for_s"]
    dropped = document.get("drop_samples") or []
    pairs = [dropped] if dropped and isinstance(dropped[0], int) else dropped
    kept = [{"t": float(i), **values} for i, values in enumerate(rows)]
    return [row for i, row in enumerate(kept) if not any(begin <= i < end for begin, end in pairs)]


def arguments_of(document):
    """The keyword arguments of `slow_measure` that the document states."""
    references, source = document.get("references") or {}, document.get("source") or {}
    previous = document.get("previous")
    is_smart = source.get("recording") == "smart"
    return {
        "v_max": references.get("v_max_mps"),
        "v_max_kind": references.get("v_max_kind"),
        "v_thr": references.get("v_thr_mps"),
        "onset_s": document.get("fatigue_onset_s", 1800),
        "previous": (previous["ended_h_before"], previous["run_s"]) if previous else None,
        "packets": not is_smart,
        "hold_s": 3 if not is_smart else hold_of_a_file([row["t"] for row in rows_of(document)]),
        "cadence_unit": source.get("cadence_unit"),
    }
