"""Which morning score speaks of a session of an outing."""

from __future__ import annotations

from cases import at, felt, run

from rules.morning_scores import score_after


def test_a_session_without_an_answer_takes_the_highest_later_one_of_its_outing():
    first = run("a", at("03-29 07:00"), 600, 2000, None)
    later = [
        run(f"b{hour}", at(f"03-29 {hour}:00"), 600, 2000, felt(morning=said)) for hour, said in ((12, None), (15, 3))
    ]
    assert score_after(first, [first, *later], ()) == 3
    assert score_after(later[1], [first, *later], ()) == 3
    assert score_after(first, [first], ()) is None
