"""A run that was split and joined again: no answer about a part passes for one about the rest of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import clinic_kit as kit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.files.csv_columns import to_csv
from sensors.recording import Recording
from server.keys import REVIEWER
from server.runs.answers import by_session, parts_of
from server.runs.sessions import compose, home
from server.storage.runs import Answer, Part, Run, Said

RUNNERS = "/api/v1/runners/r-1"
BEGAN = kit.NOON - timedelta(hours=5)
LAST_FIFTH = BEGAN + timedelta(minutes=40)
MINUTES = 50
MORNING = datetime(2026, 3, 30, 7, tzinfo=UTC)
ALL_NINE = {"during": 9, "after": 9, "morning": 9}
ALL_ZERO = dict.fromkeys(ALL_NINE, 0)


@pytest.fixture
async def clinic(database_url):
    async with kit.clinic(database_url) as clinic:
        clinic.now += timedelta(hours=20)
        seconds = MINUTES * 60
        body = to_csv(Recording.of(range(seconds), speed_mps=[2.5] * seconds, start=BEGAN))
        async with clinic.gateway() as http:
            assert (await http.post(f"{RUNNERS}/files?name=run.csv", data=body)).status == 201
        await clinic.app[REVIEWER].review_due()
        yield clinic


async def post(clinic, path, body, status=200):
    async with clinic.as_(kit.RUNNER) as http:
        answer = await http.post(f"{RUNNERS}/{path}", json=body)
        assert answer.status == status, await answer.text()


async def get(clinic, path):
    async with clinic.as_(kit.RUNNER) as http:
        return await (await http.get(f"{RUNNERS}/{path}")).json()


async def ids(clinic):
    """The parts in order of time."""
    return [one["id"] for one in (await get(clinic, "sessions"))["sessions"]][::-1]


async def answered(clinic):
    return [one["check_in"] for one in (await get(clinic, "sessions"))["sessions"]][::-1]


async def red(clinic):
    return "RED_RESPONSE" in {reason["code"] for reason in (await get(clinic, "verdict"))["verdict"]["reasons"]}


async def say(clinic, session, **answers):
    await post(clinic, "check-ins", {"session": session, **answers}, 201)


async def split(clinic, session, at=LAST_FIFTH):
    await post(clinic, f"sessions/{session}/split", {"at": at.isoformat()})
    return await ids(clinic)


async def join(clinic, one, other):
    await post(clinic, f"sessions/{one}/join", {"session": other})
    (whole,) = await ids(clinic)
    return whole


async def test_nothing_said_of_the_last_fifth_takes_back_what_was_said_of_the_whole_run(clinic):
    (whole,) = await ids(clinic)
    await say(clinic, whole, **ALL_NINE)
    assert await red(clinic)
    early, late = await split(clinic, whole)
    assert await answered(clinic) == [ALL_NINE, ALL_NINE] and await red(clinic)
    await say(clinic, late, **ALL_ZERO)
    assert await answered(clinic) == [ALL_NINE, ALL_NINE] and await red(clinic)
    whole = await join(clinic, early, late)
    assert await answered(clinic) == [ALL_NINE] and await red(clinic)
    await say(clinic, whole, during=1, after=2, morning=0)
    assert await answered(clinic) == [{"during": 1, "after": 2, "morning": 0}] and not await red(clinic)


async def test_of_two_parts_the_worst_of_each_question_counts_and_each_part_can_be_corrected(clinic):
    early, late = await split(clinic, (await ids(clinic))[0])
    await say(clinic, early, during=1, after=5, stopped=False, character=["ache"])
    await say(clinic, late, during=4, after=2, stopped=True, character=["sharp", "ache"])
    whole = await join(clinic, early, late)
    worst = {"during": 4, "after": 5, "stopped": True, "character": ["ache", "sharp"]}
    assert await answered(clinic) == [worst]
    early, late = await split(clinic, whole)
    await say(clinic, late, during=2)
    assert [one["during"] for one in await answered(clinic)] == [1, 2]
    await join(clinic, early, late)
    assert await answered(clinic) == [worst | {"during": 2}]


async def test_a_low_answer_about_a_part_is_none_about_a_run_of_which_nothing_else_was_answered(clinic):
    early, late = await split(clinic, (await ids(clinic))[0])
    await say(clinic, late, **ALL_ZERO)
    await join(clinic, early, late)
    assert await answered(clinic) == [ALL_ZERO | {"during": None}]
    missing = {part["item"]: part["measured"] for part in (await get(clinic, "verdict"))["verdict"]["missing"]}
    assert missing["latest_24h"] == "UNKNOWN"


async def test_a_high_answer_about_a_part_stays_one_about_the_run(clinic):
    early, late = await split(clinic, (await ids(clinic))[0])
    await say(clinic, late, **ALL_NINE)
    await join(clinic, early, late)
    assert await answered(clinic) == [ALL_NINE] and await red(clinic)


async def test_an_answer_for_a_part_that_was_joined_meanwhile_takes_nothing_back(clinic):
    early, late = await split(clinic, (await ids(clinic))[0])
    whole = await join(clinic, early, late)
    await say(clinic, whole, **ALL_NINE)
    await say(clinic, late, **ALL_ZERO)
    assert await answered(clinic) == [ALL_NINE] and await red(clinic)
    assert len((await get(clinic, f"sessions/{whole}"))["answers"]) == 2


def at(minutes):
    return MORNING + timedelta(minutes=minutes)


def run(name, begins, ends):
    facts = {"kind": "capture", "quality": "OK", "run_s": 60.0, "rules_version": "2", "decoder_version": "1"}
    return Run(runner_id="r-1", id=name, source_id=name, start=at(begins), end=at(ends), **facts)


@dataclass
class Diary:
    """What was stored of some runs, one after the other."""

    runs: list[Run]
    words: list[Said] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    seq: int = 0

    def composed(self):
        return compose(self.runs, self.words)

    def cut(self, minutes):
        self._word("split", at=at(minutes).isoformat())

    def join(self, since, until):
        self._word("join", **{"from": at(since).isoformat(), "until": at(until).isoformat()})

    def disown(self, name, since, until):
        body = {"runs": [name], "mine": False, "from": at(since).isoformat(), "until": at(until).isoformat()}
        self._word("not_mine", **body)

    def _word(self, kind, **body):
        self.seq += 1
        self.words.append(Said(seq=self.seq, id=f"w-{self.seq}", kind=kind, said_at=MORNING, by="r-1", body=body))

    def say(self, session_id, **body):
        self.seq += 1
        parts = parts_of(home(self.composed(), session_id), session_id)
        facts = {"run_id": session_id, "parts": parts, "at": MORNING, "by": "r-1", "body": body}
        self.answers.append(Answer(seq=self.seq, **facts))

    def values(self):
        return by_session(self.answers, self.composed())


def test_answers_that_were_given_before_a_run_between_them_arrived_stay_apart():
    diary = Diary([run("a", 0, 20), run("c", 70, 90)])
    diary.say("a", during=9)
    diary.say("c", during=0)
    assert diary.values() == {"a": {"during": 9}, "c": {"during": 0}}
    diary.runs.append(run("b", 25, 65))
    assert diary.values() == {"a": {"during": 9}}
    diary.say("a", during=2)
    assert diary.values() == {"a": {"during": 2}}


def test_an_answer_about_the_whole_is_replaced_once_every_part_was_answered_again():
    diary = Diary([run("a", 0, 60)])
    diary.say("a", during=9)
    diary.cut(30)
    first, second = (session.id for session in diary.composed())
    diary.say(first, during=1)
    assert [one["during"] for one in diary.values().values()] == [9, 9]
    diary.say(second, during=2)
    assert [one["during"] for one in diary.values().values()] == [1, 2]


def test_of_a_part_that_is_not_this_runners_nothing_has_to_be_answered_again():
    diary = Diary([run("a", 0, 60)])
    diary.say("a", during=9)
    diary.cut(30)
    diary.disown("a", 30, 60)
    diary.say("a", during=1)
    assert diary.values()["a"] == {"during": 1}


def test_a_recording_from_a_second_source_changes_nothing_about_the_answers():
    diary = Diary([run("a", 0, 60)])
    diary.say("a", during=9)
    diary.runs.append(run("b", -1, 61))  # the longer one counts from now on
    (session,) = diary.composed()
    assert (session.id, diary.values()) == ("b", {"b": {"during": 9}})
    diary.say("b", during=1)
    diary.say("a", after=3)
    assert diary.values() == {"b": {"during": 1, "after": 3}}


def test_a_value_is_taken_back_by_a_later_null_about_the_same_part_alone():
    diary = Diary([run("a", 0, 60)])
    diary.cut(30)
    first, second = (session.id for session in diary.composed())
    diary.say(first, after=5)
    diary.say(second, after=None)
    diary.join(29, 31)
    assert diary.values() == {"a": {"after": 5}}
    diary.say("a", after=None)
    assert diary.values() == {"a": {"after": None}}


def test_of_two_places_the_last_one_told_stands():
    diary = Diary([run("a", 0, 60)])
    diary.cut(30)
    first, second = (session.id for session in diary.composed())
    diary.say(second, site="lower_leg")
    diary.say(first, site="ischial")
    diary.join(29, 31)
    assert diary.values() == {"a": {"site": "ischial"}}


STEPS = st.one_of(
    st.tuples(st.just("cut"), st.integers(1, 29)),
    st.tuples(st.just("join"), st.integers(0, 3)),
    st.tuples(st.just("say"), st.integers(0, 3), st.integers(0, 10)),
)


def painted(diary):
    """The worst of the answers of which a minute of the run is left that no later one is about; minute by minute."""
    minutes, worst = range(30), {}
    for session in diary.composed():
        own = {minute for minute in minutes if session.start <= at(minute) < session.end}
        left = []
        for place, answer in enumerate(diary.answers):
            later = [minute for other in diary.answers[place + 1 :] for minute in minutes_of(other)]
            if set(minutes_of(answer)) - set(later) and own & set(minutes_of(answer)):
                left.append(answer.body["after"])
        if left:
            worst[session.id] = {"after": max(left)}
    return worst


def minutes_of(answer):
    return [
        minute
        for part in answer.parts
        for minute in range(30)
        if (part.since or at(0)) <= at(minute) < (part.until or at(30))
    ]


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=14))
def test_however_a_run_is_cut_joined_and_answered_an_answer_counts_until_all_of_it_is_answered_again(steps):
    diary = Diary([run("a", 0, 30)])
    for verb, place, *pain in steps:
        sessions = diary.composed()
        if verb == "cut":
            diary.cut(place)
        elif verb == "say":
            diary.say(sessions[place % len(sessions)].id, after=pain[0])
        elif len(sessions) > 1:
            cut = sessions[place % (len(sessions) - 1)].end
            diary._word("join", **{"from": cut.isoformat(), "until": cut.isoformat()})
    assert diary.values() == painted(diary)


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=8), st.integers(1, 29), st.integers(0, 10))
def test_an_answer_about_a_part_never_lowers_that_about_the_run_when_both_are_joined(steps, minutes, pain):
    diary = Diary([run("a", 0, 30)])
    for verb, place, *told in steps:
        if verb == "say":
            diary.say("a", after=told[0])
        elif verb == "cut" and place != minutes:
            diary.cut(place)
            diary.join(0, 30)
    before = diary.values().get("a", {}).get("after", 0)
    diary.cut(minutes)
    diary.say(diary.composed()[1].id, after=pain)
    diary.join(0, 30)
    assert diary.values()["a"]["after"] == max(before, pain)


def test_a_part_that_is_no_more_is_known_by_its_first_moment():
    diary = Diary([run("a", 0, 60)])
    (session,) = diary.composed()
    begin = at(30)
    (part,) = parts_of(session, "a@20260330T073000Z")
    assert part == Part(run_id="a", since=begin, until=begin + timedelta(microseconds=1))
