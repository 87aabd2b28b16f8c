"""What must hold for every case, whatever its numbers: the invariants of the rules, tried on cases drawn at random."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from datetime import timedelta

import pytest
from cases import NOW, document, felt, run, volume_stage
from hypothesis import assume, given
from hypothesis import strategies as st
from random_cases import PLAN, good_values, random_cases, sessions, thoroughly
from session_cuts import crosses_an_edge, cut, with_parts

from rules.alerts import alerts
from rules.case import Case
from rules.decide import decide
from rules.dose import weigh
from rules.errors import BadCase, ProgrammeInvalid
from rules.feasibility import refusals
from rules.load import comparisons, history
from rules.next_distance import distance_limit
from rules.next_session import allowance
from rules.outings import group_by_outing
from rules.programme import load
from rules.speech.explain import explain
from rules.view import View
from rules.view import look as view_of
from rules.vocabulary import CheckIn, Decision, Flag, Response


def look(case: Case) -> View:
    """The view of a case; one whose programme or profile cannot be read shows nothing of a promise."""
    try:
        return view_of(case)
    except ProgrammeInvalid:
        assume(False)
        raise


PAINS = ("during", "after", "morning")
SCORES = (*PAINS, "stiff_min", "sitting")
WORSE = (*SCORES, "stopped", "sharp_sudden", "distal_spread", "cough", "painkillers", "character", "site")
MORE = (0.5, 1, 24, 300)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=5,
)


def rank(case: Case) -> Decision:
    return decide(case).decision


def changed_session(case: Case, index: int, **changes) -> Case:
    some = list(case.sessions)
    some[index] = replace(some[index], **changes)
    return replace(case, sessions=tuple(some))


def with_metric(case: Case, index: int, name: str, value: float | None) -> Case:
    return changed_session(case, index, metrics={**case.sessions[index].metrics, name: value})


def worse(check_in: CheckIn, what: str, by: float) -> CheckIn:
    value = getattr(check_in, what)
    if what in SCORES:
        return check_in if value is None else replace(check_in, **{what: value + by})
    if what == "character":
        return replace(check_in, character=(*value, "tingling"))
    if what == "site":
        return replace(check_in, site=value or "calf")
    return replace(check_in, **{what: True})


def is_alone(case: Case, id: str) -> bool:
    """Whether a session is an outing by itself."""
    return any([member.id for member in outing] == [id] for outing in group_by_outing(_in_order(case)))


def _in_order(case: Case) -> list:
    return sorted(case.sessions, key=lambda session: (session.start, session.id))


def class_of(case: Case, id: str) -> Response | None:
    return next((seen.response for seen in look(case).seen if seen.id == id), None)


@thoroughly
@given(case=random_cases(), by=st.sampled_from([0.5, 1, 3, 30]))
def test_1_more_pain_or_stiffness_a_sign_of_a_nerve_painkillers_or_a_flag_never_permit_more(case, by):
    before = rank(case)
    raised = replace(case, flags=(*case.flags, Flag(code="night_rest_pain", raised_at=NOW)))
    assert rank(raised) <= before
    for index, session in enumerate(case.sessions):
        for what in WORSE if session.check_in else ():
            said = worse(session.check_in, what, by)
            assert rank(changed_session(case, index, check_in=said)) <= before
    for place, day in enumerate(case.daily):
        others = (*case.daily[:place], *case.daily[place + 1 :])
        worse_day = day if day.morning is None else replace(day, morning=day.morning + by)
        assert rank(replace(case, daily=(*others, worse_day))) <= before


@thoroughly
@given(case=random_cases(terminal=False), data=st.data())
def test_2_leaving_out_a_session_that_is_not_red_and_an_outing_by_itself_never_makes_the_loading_sufficient(case, data):
    assume(case.sessions)
    gone = data.draw(st.sampled_from(case.sessions))
    assume(is_alone(case, gone.id) and class_of(case, gone.id) is not Response.RED)
    fewer = replace(case, sessions=tuple(session for session in case.sessions if session is not gone))
    assert decide(case).sufficient or not decide(fewer).sufficient


@thoroughly
@given(
    case=random_cases(terminal=False),
    added=sessions("added", good=True),
    unmeasured=st.sampled_from(["", *good_values]),
)
def test_3_another_tolerated_session_within_the_ceilings_never_makes_the_loading_insufficient(case, added, unmeasured):
    if unmeasured:
        added = replace(added, metrics={**added.metrics, unmeasured: None})
    more = replace(case, sessions=(*case.sessions, added))
    before = decide(case)
    assume(before.sufficient)
    counts = [seen.response == "GREEN" and not seen.breaches for seen in look(more).seen if seen.id == "added"]
    assume(counts == [True] and is_alone(more, "added"))
    assert decide(more).sufficient


@thoroughly
@given(case=random_cases(terminal=False))
def test_4_asking_for_more_never_permits_more(case):
    before, stage = rank(case), look(case).stage
    for patch in asking_for_more(stage):
        assert rank(replace(case, stage_override=patch)) <= before


def asking_for_more(stage):
    """Each number of a stage raised; `each` only where there is one, for it also says which run is long enough."""
    for more in MORE:
        yield {"window_days": max(0, (stage.window_days or 60) - more)}
        for what in ("n", "spacing_h", "min_days", "earliest_day"):
            yield {what: (getattr(stage, what) or 0) + more}
        for what in ("each", "total", "max"):
            amounts = getattr(stage, what)
            names = amounts or (["fat_s"] if what != "each" else [])
            yield from ({what: {name: amounts.get(name, 0) + more}} for name in names)


@thoroughly
@given(case=random_cases(), data=st.data())
def test_5_a_lower_ceiling_never_permits_more(case, data):
    stage = look(case).stage
    name = data.draw(st.sampled_from(sorted(stage.ceil) or ["peak3_pct"]))
    lower = stage.ceil.get(name, 100) * data.draw(st.sampled_from([0, 0.5, 0.9]))
    assert rank(replace(case, stage_override={"ceil": {name: lower}})) <= rank(case)
    assert rank(replace(case, stage_override={"ceil7": {"runs": data.draw(st.integers(0, 3))}})) <= rank(case)


@thoroughly
@given(case=random_cases(), data=st.data())
def test_6_the_order_of_arrival_and_what_arrives_twice_are_irrelevant(case, data):
    expected = decide(case).to_json()
    shuffled = replace(
        case,
        sessions=tuple(data.draw(st.permutations(case.sessions))),
        daily=tuple(data.draw(st.permutations(case.daily))),
    )
    assert decide(shuffled).to_json() == expected
    once = document(shuffled)
    twice = {**once, **{part: once[part] * 2 for part in ("sessions", "daily", "flags", "holds")}}
    if len({day["at"] for day in once["daily"]}) == len(once["daily"]):
        assert decide(Case.from_json(json.dumps(twice))).to_json() == expected


@thoroughly
@given(
    case=random_cases(), age=st.sampled_from([timedelta(days=60, seconds=1), timedelta(days=61), timedelta(days=400)])
)
def test_7_a_session_of_more_than_60_days_ago_has_no_effect(case, age):
    entered = replace(case, stage_entered_at=min(case.stage_entered_at, NOW - timedelta(days=70)))
    old = run("old", NOW - age, 9000, 30000, felt(9, 9, 9, stopped=True), peak3_pct=99.0, quality="POOR")
    assert decide(replace(entered, sessions=(*entered.sessions, old))) == decide(entered)


@thoroughly
@given(case=random_cases(), code=st.sampled_from(["saddle_numbness", "calf_swelling_warm", "a code of tomorrow"]))
def test_8_an_uncleared_flag_always_stops(case, code):
    flagged = replace(case, flags=(Flag(code=code, raised_at=NOW - timedelta(days=300)),))
    assert rank(flagged) is Decision.STOP_REFER
    assert rank(replace(flagged, programme="nothing known")) is Decision.STOP_REFER


@thoroughly
@given(case=random_cases())
def test_9_without_an_eligible_session_nobody_is_ready(case):
    if not weigh(look(case)).eligible:
        assert rank(case) is not Decision.PROGRESS_READY
    painless = tuple(replace(session, quality="POOR") for session in case.sessions)
    assert rank(replace(case, sessions=painless)) is not Decision.PROGRESS_READY
    assert not decide(replace(case, sessions=painless)).sufficient
    assert rank(replace(case, sessions=())) is not Decision.PROGRESS_READY


@thoroughly
@given(case=random_cases(), days=st.integers(-20000, 20000))
def test_10_the_calendar_is_irrelevant(case, days):
    assert decide(shifted(case, timedelta(days=days))) == decide(case)


@thoroughly
@given(random_cases())
def test_the_least_permissive_reason_decides_and_every_reason_stands_in_its_order(case):
    verdict = decide(case)
    ranks = [reason.verdict for reason in verdict.reasons]
    assert verdict.decision == min(ranks)
    assert ranks == sorted(ranks)
    assert len(set(verdict.reasons)) == len(verdict.reasons)
    assert {"DOSE", "TERMINAL"} & set(verdict.codes)
    assert (verdict.target_stage is not None) == (verdict.decision is Decision.REGRESS)


def shifted(case: Case, by: timedelta) -> Case:
    def moved(moment):
        return None if moment is None else moment + by

    return replace(
        case,
        now=moved(case.now),
        stage_entered_at=moved(case.stage_entered_at),
        onset_at=moved(case.onset_at),
        profile_since=moved(case.profile_since),
        nerve_checked_at=moved(case.nerve_checked_at),
        asked_since=moved(case.asked_since),
        references=replace(case.references, declared_at=moved(case.references.declared_at)),
        sessions=tuple(replace(s, start=moved(s.start), end=moved(s.end)) for s in case.sessions),
        daily=tuple(replace(day, at=moved(day.at)) for day in case.daily),
        flags=tuple(replace(f, raised_at=moved(f.raised_at), cleared_at=moved(f.cleared_at)) for f in case.flags),
        holds=tuple(replace(hold, from_=moved(hold.from_), until=moved(hold.until)) for hold in case.holds),
    )


@thoroughly
@given(case=random_cases(), notes=ANY_JSON, value=st.sampled_from([None, 0.0, 250.0]))
def test_11_what_only_informs_changes_no_decision(case, notes, value):
    informing = dict.fromkeys(
        (
            "decoupling_pct",
            "rolling_drift_pct",
            "hr_drift_pct",
            "cadence_decay_pct",
            "d_prime_min_m",
            "depleted_s",
            "trimp",
            "acwr",
        ),
        value,
    )
    told = tuple(replace(session, metrics={**session.metrics, **informing}) for session in case.sessions)
    hearts = replace(case.references, hr_max_bpm=value, hr_rest_bpm=value, d_prime_m=value)
    before, after = decide(case), decide(replace(case, sessions=told, notes=notes, references=hearts))
    assert (before.decision, before.sufficient, before.reasons, before.missing) == (
        after.decision,
        after.sufficient,
        after.reasons,
        after.missing,
    )


@thoroughly
@given(case=random_cases(terminal=False), data=st.data())
def test_12_not_measured_is_never_better_than_just_enough_and_never_worse_than_just_within(case, data):
    assume(case.sessions)
    stage = look(case).stage
    index = data.draw(st.integers(0, len(case.sessions) - 1))
    doses = {**stage.total, **stage.max, **stage.each}
    name = data.draw(st.sampled_from(sorted(doses)))
    enough = with_metric(case, index, name, doses[name])
    unknown = with_metric(case, index, name, None)
    if not _breaks(enough, index, name) and _could_last(case.sessions[index], name, doses[name]):
        assert rank(unknown) <= rank(enough)
    for limit in sorted(set(stage.ceil) - set(doses) - {"run_s"}):
        unknown = with_metric(case, index, limit, None)
        assert rank(unknown) >= rank(with_metric(case, index, limit, stage.ceil[limit]))


def _breaks(case: Case, index: int, name: str) -> bool:
    """Whether the outing of a session passes the ceiling of that metric."""
    view, id = look(case), case.sessions[index].id
    outing = view.outing_by_session.get(id)
    return outing is not None and any(b.metric == name for seen in outing.sessions for b in seen.breaches)


def _could_last(session, name: str, value: float) -> bool:
    """Whether a session can hold so many seconds: what is not known of a RED one counts as all of its duration."""
    return name != "run_s" or session.end - session.start >= timedelta(seconds=value)


@thoroughly
@given(case=random_cases(), data=st.data(), value=ANY_JSON)
def test_13_whatever_stands_in_the_document_it_is_judged_or_refused_in_a_sentence(case, data, value):
    form = document(case)
    place, key = data.draw(st.sampled_from(list(_places(form, ""))))
    if key == "programme" and isinstance(form["programme"], dict):
        form["programme"] = {**form["programme"], data.draw(st.sampled_from(sorted(PLAN))): value}
    else:
        place[key] = value
    try:
        decide(Case.from_json(form))
    except BadCase as problem:
        assert str(problem).endswith(".")
        assert "\n" not in str(problem)


def _places(part, key):
    if isinstance(part, dict):
        for name, value in part.items():
            yield part, name
            if name != "programme":
                yield from _places(value, name)
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield part, index
            yield from _places(value, index)


@thoroughly
@given(case=random_cases(), bad=st.sampled_from([math.nan, math.inf, -math.inf]), data=st.data())
def test_13_numbers_that_are_none_are_refused_at_the_border_and_never_permit_more_behind_it(case, bad, data):
    assume(case.sessions)
    index = data.draw(st.integers(0, len(case.sessions) - 1))
    name = data.draw(st.sampled_from(["run_s", "run_m", "fat_s", "peak3_pct", "eff90_n"]))
    spoilt = with_metric(case, index, name, bad)
    assert decide(spoilt) == decide(with_metric(case, index, name, None)), "behind the border it is not measured"
    with pytest.raises(BadCase, match="not a finite number"):
        Case.from_json(document(spoilt))
    said = felt(bad, bad, bad, stiff_min=bad)
    assert decide(changed_session(case, index, check_in=said)) == decide(
        changed_session(case, index, check_in=CheckIn())
    )
    assert rank(replace(case, baseline_morning=bad, baseline_stiff_min=bad)) == rank(
        replace(case, baseline_morning=None, baseline_stiff_min=None)
    )


def test_a_case_at_the_ends_of_the_calendar_is_judged():
    for year in (1, 9999):
        ends = {
            f"{name}": f"{year:04}-{'01-01' if year == 1 else '12-31'}T12:00:00Z"
            for name in ("now", "stage_entered_at")
        }
        assert decide(Case.from_json({**document(volume_stage()), **ends})).decision is not Decision.PROGRESS_READY


EXTREMES = st.sampled_from([5e-324, 1e-9, 1e9, 1e15, 1.7e308])


@thoroughly
@given(case=random_cases(), data=st.data())
def test_13_the_largest_and_the_smallest_numbers_are_judged_too(case, data):
    for index in range(len(case.sessions)):
        name = data.draw(st.sampled_from(["run_s", "run_m", "fat_s", "peak3_pct", "eff90_n", "inc4_s"]))
        case = with_metric(case, index, name, data.draw(EXTREMES))
    name = data.draw(st.sampled_from(["n", "spacing_h", "min_days", "window_days", "earliest_day"]))
    case = replace(case, stage_override={name: data.draw(EXTREMES)}, baseline_morning=data.draw(EXTREMES))
    verdict = decide(case)
    assert json.loads(json.dumps(verdict.to_json(), allow_nan=False)) == verdict.to_json()
    assert explain(verdict, case)
    assert allowance(case, verdict) is not None
    assert alerts("runner", case, verdict) is not None
    refusals(load(case.programme).stages[0].changed({name: data.draw(st.sampled_from([1e-9, 1e9]))}))


def is_run(case: Case, session) -> bool:
    """Whether a session is long enough to end a gap, read from the specification and not from the code."""
    asked = look(case).stage.each.get("run_s", 0)
    least = asked if 0 < asked < 600 else 600
    run_s, run_m = session.metrics.get("run_s"), session.metrics.get("run_m")
    return run_s >= least if run_s is not None else run_m is not None and run_m >= 1500


def last_restart(case: Case):
    """The start of the run that ended the last gap of 15 days since entry, `now` while one lasts, else None."""
    begin = max(case.stage_entered_at, case.now - timedelta(days=60))
    runs = [session.start for session in _in_order(case) if is_run(case, session)]
    moments = [begin, *(start for start in runs if begin <= start <= case.now), case.now]
    ended = [later for earlier, later in itertools.pairwise(moments) if later - earlier >= timedelta(days=15)]
    return ended[-1] if ended else None


@thoroughly
@given(case=random_cases(terminal=False))
def test_14_after_a_red_or_15_days_without_a_run_no_session_before_it_is_part_of_a_dose(case):
    view = look(case)
    eligible = weigh(view).eligible
    red = [
        outing for outing in view.outings if any(s.since_entry and s.response is Response.RED for s in outing.sessions)
    ]
    for outing in red:
        assert all(seen.start > outing.sessions[-1].start for seen in eligible)
    restart = last_restart(case)
    assert restart is None or all(seen.start >= restart for seen in eligible)
    if restart == case.now and case.stage_entered_at < case.now and not eligible:
        assert not decide(case).sufficient


@thoroughly
@given(
    case=random_cases(),
    data=st.data(),
    share=st.sampled_from([0.01, 0.25, 0.5, 0.9]),
    pause=st.sampled_from([timedelta(0), timedelta(minutes=10), timedelta(hours=4), timedelta(hours=11, minutes=59)]),
    check_in_of_both=st.booleans(),
)
def test_15_cutting_a_session_in_two_never_permits_more(case, data, share, pause, check_in_of_both):
    assume(case.sessions)
    session = data.draw(st.sampled_from(case.sessions))
    parts = cut(session, share, pause, check_in_of_both=check_in_of_both)
    assume(session.start < parts[1].start and not crosses_an_edge(case, session, parts))
    whole, both = decide(case), decide(with_parts(case, session, parts))
    assert both.decision <= whole.decision
    assert whole.sufficient or not both.sufficient


@thoroughly
@given(case=random_cases(), age=st.sampled_from([0, 1, 7, 29, 30]))
def test_16_no_poor_or_red_session_and_none_that_is_no_run_raises_the_longest_of_the_30_days(case, age):
    view = look(case)
    moment = case.now - timedelta(days=age)
    before = history(view).longest_before(moment)
    for seen in view.seen:
        gives_nothing = seen.poor or seen.response is Response.RED or not is_run(case, seen.session)
        if gives_nothing and is_alone(case, seen.id):
            fewer = tuple(session for session in case.sessions if session.id != seen.id)
            assert history(look(replace(case, sessions=fewer))).longest_before(moment) == before


@thoroughly
@given(random_cases())
def test_16_no_outing_of_the_last_30_days_gives_more_than_1_3_times_its_own_longest(case):
    given_m = history(look(case))
    for start, run_m in zip(given_m.starts, given_m.contributions_m, strict=True):
        if start >= case.now - timedelta(days=30):
            assert run_m <= 1.3 * given_m.longest_before(start) + 1e-6


def most_by_the_page(case: Case, verdict) -> float:
    """The most metres of a new outing now, read from the specification; `history` gives L30."""
    view = look(case)
    longest_m = history(view).longest_before(case.now)
    tolerated = [seen for seen in view.seen if seen.response is Response.GREEN and not seen.poor]
    limits = [max(1.1 * longest_m, longest_m + 500)]
    at_floor = "REGRESS_AT_FLOOR" in verdict.codes
    if verdict.decision in (Decision.HOLD, Decision.INSUFFICIENT_DATA):
        known = [seen.session.metrics["run_m"] for seen in tolerated if seen.session.metrics["run_m"] is not None]
        jumps = [reason.session_id for reason in verdict.reasons if reason.code.startswith("SPIKE")]
        limits += [longest_m, *(max(2500, run_m) for run_m in known[-1:])]
        limits += [comparisons(view)[id].longest_m for id in jumps]
    if verdict.decision is Decision.REGRESS or at_floor:
        month = [seen for seen in tolerated if seen.age_days <= 30 and is_run(case, seen.session)]
        known = [seen.session.metrics["run_m"] for seen in month if seen.session.metrics["run_m"] is not None]
        limits += [longest_m, max(2500, 0.7 * max(known, default=longest_m))]
    return min(limits)


@thoroughly
@given(random_cases())
def test_17_no_allowance_exceeds_what_the_rules_give(case):
    verdict = decide(case)
    next_run = allowance(case, verdict)
    assert next_run.may_run is (verdict.decision is not Decision.STOP_REFER)
    if verdict.decision is Decision.STOP_REFER:
        assert next_run.distance_m == next_run.shown_distance_m == 0
        return
    assert next_run.shown_distance_m <= 0.97 * next_run.distance_m + 1e-6
    view = look(case)
    outing = view.outings[-1] if view.outings else None
    if outing is None or not _joins(outing, case):
        most = most_by_the_page(case, verdict)
        assert next_run.distance_m <= most + 1e-5
        assert abs(distance_limit(view, verdict, case.now) - most) <= 1e-5


def _joins(outing, case: Case) -> bool:
    ended, first = outing.sessions[-1].session.end, outing.start
    return case.now - ended < timedelta(hours=12) and case.now - first < timedelta(hours=20)


@thoroughly
@given(case=random_cases(), check_in=st.sampled_from([None, felt(0, 0, 0)]))
def test_17_a_run_of_exactly_the_allowance_is_no_jump_and_breaks_no_ceiling(case, check_in):
    verdict = decide(case)
    next_run = allowance(case, verdict)
    assume(next_run.may_run)
    known = replace(case, sessions=tuple(s for s in case.sessions if s.start <= case.now), stage=next_run.stage)
    done = {limit.metric: limit.most for limit in next_run.limits}
    metrics = {**done, "run_m": next_run.distance_m}
    tried = replace(run("tried", case.now, 600, 0, check_in), metrics=metrics)
    after = look(replace(known, sessions=(*known.sessions, tried)))
    seen = next(seen for seen in after.seen if seen.id == "tried")
    earlier = {breach.metric for other in after.outing_of(seen).sessions[:-1] for breach in other.breaches}
    assert {breach.metric for breach in seen.breaches} <= earlier, "what was passed before stays passed"
    if next_run.distance_m > 0:
        assert comparisons(after)["tried"].jump is None
