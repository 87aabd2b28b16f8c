"""The drawing shows what the numbers say: its stretches add up to the metrics, and a gap stays a gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.exposure import measure
from rules.trace import trace
from rules.vocabulary import References
from sensors.recording import Recording

KNOWN = References(v_max_mps=8.0, v_max_kind="measured", v_thr_mps=4.0)


def run(*segments):
    """(seconds, speed, grade) after one another, one sample a second."""
    speed = np.concatenate([np.full(s, v, dtype=float) for s, v, _ in segments])
    grade = np.concatenate([np.full(s, g, dtype=float) for s, _, g in segments])
    return Recording.of(
        np.arange(len(speed)), speed_mps=speed, grade=grade, sources={"grade": "treadmill", "speed_mps": "treadmill"}
    )


def seconds(traced, kind):
    return sum(stretch.end_s - stretch.start_s for stretch in traced.stretches if stretch.kind == kind)


def test_a_tired_hill_with_one_stride_is_marked_where_it_was():
    recording = run((600, 3.0, 0.0), (120, 3.0, 0.04), (180, 3.0, 0.0), (10, 6.5, 0.0), (90, 3.0, 0.0))
    traced = trace(recording, KNOWN, fatigue_onset_s=700)
    uphill, tired = (next(s for s in traced.stretches if s.kind == kind) for kind in ("uphill", "fatigued"))
    assert (uphill.start_s, uphill.end_s) == (600, 720)
    assert (tired.start_s, tired.end_s) == (700, 1000)
    assert [(e.start_s, e.percent) for e in traced.efforts if e.percent == 80] == [
        (901, 80)
    ]  # its first second is half a jog


def test_a_gap_divides_a_stretch():
    whole = run((200, 3.0, 0.04))
    keep = np.r_[0:80, 120:200]
    recording = Recording.of(
        whole.t_s[keep], speed_mps=whole.speed_mps[keep], grade=whole.grade[keep], sources={"grade": "treadmill"}
    )
    hills = [(s.start_s, s.end_s) for s in trace(recording).stretches if s.kind == "uphill"]
    assert hills == [(0, 82), (120, 200)]


def test_nothing_is_drawn_of_nothing():
    traced = trace(Recording.of([]), KNOWN)
    assert (len(traced.t_s), traced.stretches, traced.efforts) == (0, (), ())


SEGMENTS = st.lists(
    st.tuples(
        st.integers(1, 300), st.sampled_from([0.0, 1.4, 2.6, 3.4, 7.0]), st.sampled_from([0.0, 0.019, 0.02, 0.08])
    ),
    min_size=1,
    max_size=6,
)


@given(SEGMENTS, st.integers(0, 900))
def test_the_stretches_add_up_to_the_metrics(segments, onset):
    recording = run(*segments)
    exposure, traced = (f(recording, KNOWN, fatigue_onset_s=onset) for f in (measure, trace))
    for kind, name in (("fatigued", "fat_s"), ("uphill", "inc2_s")):
        told = exposure.metrics[name]
        if told is not None:
            assert seconds(traced, kind) == pytest.approx(told, abs=0.001)
