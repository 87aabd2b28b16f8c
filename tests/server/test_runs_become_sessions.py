"""How runs are read as sessions: a pure reading of what was recorded and what people said, whatever came first."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.runs.sessions import compose, home
from server.storage.runs import Run, Said

MORNING = datetime(2026, 3, 30, 7, tzinfo=UTC)


def at(minutes):
    return MORNING + timedelta(minutes=minutes)


def run(name, begins, ends, quality="OK", kind="capture"):
    return Run(
        runner_id="r-1",
        id=name,
        kind=kind,
        source_id=name,
        start=at(begins),
        end=at(ends),
        quality=quality,
        run_s=60.0 * (ends - begins),
        rules_version="1",
        decoder_version="1",
    )


def word(kind, number, **body):
    at = MORNING + timedelta(hours=5)
    return Said(seq=number, id=f"w-{number}", kind=kind, said_at=at, by="p-1", body=body)


def split(number, minutes):
    return word("split", number, at=at(minutes).isoformat())


def joined(number, since, until):
    return word("join", number, **{"from": at(since).isoformat(), "until": at(until).isoformat()})


def not_mine(number, names, since, until, mine=False):
    return word(
        "not_mine", number, runs=names, mine=mine, **{"from": at(since).isoformat(), "until": at(until).isoformat()}
    )


def read(runs, words=()):
    """Each session as (its id, its pieces, its copies); one that is not this runner's stands with a minus."""
    return [
        ("" if one.mine else "-") + one.id + ":" + "+".join(piece.id for piece in one.pieces)
        + "".join(f" ({piece.id})" for piece in one.copies)
        for one in compose(runs, words)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("runs", "sessions"),
    [
        ([run("a", 0, 10), run("b", 39, 60)], ["a:a+b"]),
        ([run("a", 0, 10), run("b", 40, 60)], ["a:a", "b:b"]),
        ([run("a", 0, 10), run("b", 20, 50), run("c", 70, 80)], ["a:a+b+c"]),
        ([run("pod", 0, 60), run("watch", 1, 59)], ["pod:pod (watch)"]),
        ([run("pod", 0, 60, "POOR"), run("watch", 1, 59)], ["watch:watch (pod)"]),
        ([run("a", 0, 60), run("b", 0, 60)], ["a:a (b)"]),
        ([run("typed", 0, 60, "POOR", "hand"), run("watch", 1, 59, "POOR")], ["watch:watch (typed)"]),
        ([run("watch", 0, 40), run("typed", 45, 60, "POOR", "hand")], ["watch:watch", "typed:typed"]),
        ([run("a", 0, 60), run("b", 30, 90)], ["a:a (b)"]),
        ([run("a", 0, 60), run("b", 31, 90)], ["a:a+b"]),
        ([run("long", 0, 60), run("first", 0, 20), run("last", 25, 60)], ["long:long (first) (last)"]),
    ],
    ids=[
        "warm-up and main part, 29 min apart",
        "30 min apart are two",
        "a chain is one",
        "of two sources the longer counts",
        "quality comes before length",
        "then the smaller id",
        "a recorded run comes before a typed one",
        "a typed run is never joined",
        "half of the shorter one is enough",
        "less than half of it is not",
        "one long recording and its two halves",
    ],
)
def test_recordings_become_sessions(runs, sessions):
    assert read(runs) == sessions


def test_the_physio_chooses_which_of_two_recordings_counts():
    both = [run("pod", 0, 60), run("watch", 1, 59)]
    chosen = word("prefer", 1, run="watch")
    assert read(both, [chosen]) == ["watch:watch (pod)"]
    assert read(both, [chosen, word("prefer", 2, run="pod")]) == ["pod:pod (watch)"]


def test_a_choice_of_one_half_gives_the_other_half_back_its_own_recording():
    three = [run("long", 0, 60), run("first", 0, 20), run("last", 25, 60)]
    assert read(three, [word("prefer", 1, run="first")]) == ["first:first+last (long)"]


def test_a_split_within_a_recording_makes_two_parts_and_a_join_makes_them_one_again():
    one = [run("a", 0, 60)]
    assert read(one, [split(1, 20)]) == ["a:a", "a@20260330T072000Z:a@20260330T072000Z"]
    assert read(one, [split(1, 20), joined(2, 20, 20)]) == ["a:a"]
    assert read(one, [joined(1, 20, 20), split(2, 20)]) == ["a:a", "a@20260330T072000Z:a@20260330T072000Z"]


def test_a_split_in_a_pause_keeps_two_recordings_apart():
    both = [run("a", 0, 10), run("b", 20, 50)]
    assert read(both, [split(1, 15)]) == ["a:a", "b:b"]
    assert read(both, [split(1, 15), joined(2, 10, 20)]) == ["a:a+b"]


def test_a_split_divides_both_recordings_of_one_run():
    both = [run("pod", 0, 60), run("watch", 0, 58)]
    assert read(both, [split(1, 20)]) == [
        "pod:pod (watch)",
        "pod@20260330T072000Z:pod@20260330T072000Z (watch@20260330T072000Z)",
    ]


def test_runs_further_apart_are_joined_where_somebody_says_so_and_what_comes_later_between_them_belongs_to_them():
    both = [run("a", 0, 10), run("c", 120, 150)]
    words = [joined(1, 10, 120)]
    assert read(both, words) == ["a:a+c"]
    assert read([*both, run("b", 60, 70)], words) == ["a:a+b+c"]


def test_not_my_run_takes_it_out_and_the_later_word_brings_it_back():
    both = [run("a", 0, 30), run("b", 90, 120)]
    assert read(both, [not_mine(1, ["a"], 0, 30)]) == ["-a:a", "b:b"]
    assert read(both, [not_mine(1, ["a"], 0, 30), not_mine(2, ["a"], 0, 30, mine=True)]) == ["a:a", "b:b"]


def test_a_part_of_a_recording_may_be_somebody_elses():
    assert read([run("a", 0, 60)], [split(1, 40), not_mine(2, ["a"], 40, 60)]) == [
        "a:a",
        "-a@20260330T074000Z:a@20260330T074000Z",
    ]


def test_what_is_not_mine_is_no_copy_that_hides_my_own():
    both = [run("pod", 0, 60), run("watch", 1, 59)]
    assert read(both, [not_mine(1, ["pod"], 0, 60)]) == ["-pod:pod", "watch:watch"]


def test_an_answer_finds_its_session_whatever_became_of_it():
    one = [run("a", 0, 60)]
    parted, whole = compose(one, [split(1, 20)]), compose(one, [])
    assert [home(parted, name).id for name in ("a", "a@20260330T072000Z")] == ["a", "a@20260330T072000Z"]
    assert home(whole, "a@20260330T072000Z").id == "a"
    assert home(compose([*one, run("b", -10, -1)], []), "a").id == "b"
    assert home(whole, "nothing") is None


MOMENTS = st.integers(0, 300)
RUNS = st.lists(
    st.tuples(
        MOMENTS, st.integers(1, 90), st.sampled_from(("OK", "POOR")), st.sampled_from(("capture", "file", "hand"))
    ),
    max_size=7,
).map(lambda rows: [run(f"n{place}", begin, begin + long, *more) for place, (begin, long, *more) in enumerate(rows)])


@st.composite
def words_on(draw, runs):
    names = [one.id for one in runs] or ["n0"]
    words = []
    for number in range(draw(st.integers(0, 6))):
        low, high = sorted((draw(MOMENTS), draw(MOMENTS)))
        some = [draw(st.sampled_from(names))]
        words.append(
            draw(
                st.sampled_from(
                    [
                        split(number, low),
                        joined(number, low, high),
                        not_mine(number, some, low, high, draw(st.booleans())),
                        word("prefer", number, run=some[0]),
                    ]
                )
            )
        )
    return words


@given(st.data(), st.integers(0, 10**6))
@settings(max_examples=300, deadline=None)
def test_the_order_of_arrival_changes_nothing_and_nothing_is_ever_lost(data, seed):
    runs = data.draw(RUNS)
    words = data.draw(words_on(runs))
    sessions = compose(runs, words)
    chance = random.Random(seed)
    assert compose(chance.sample(runs, len(runs)), chance.sample(words, len(words))) == sessions
    pieces = [piece for session in sessions for piece in session.every]
    assert len({piece.id for piece in pieces}) == len(pieces)
    for one in runs:
        parts = sorted((piece for piece in pieces if piece.run == one), key=lambda piece: piece.start)
        assert [parts[0].start, *(part.end for part in parts)] == [*(part.start for part in parts), parts[-1].end]
        assert (parts[0].start, parts[-1].end) == (one.start, one.end)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_time_counts_twice(data):
    """Two pieces that count never record the same run, so no distance enters a load twice."""
    runs = data.draw(RUNS)
    counted = [piece for one in compose(runs, data.draw(words_on(runs))) if one.mine for piece in one.pieces]
    for place, one in enumerate(counted):
        for other in counted[place + 1 :]:
            overlap = min(one.end, other.end) - max(one.start, other.start)
            shorter = min(one.end - one.start, other.end - other.start)
            assert overlap <= timedelta(0) or overlap < 0.5 * shorter
