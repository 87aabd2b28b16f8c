"""A real runner who came back too fast after 43 days off, replayed day by day: who is called, and when nobody is.

What is expected was written down by hand before the first replay; one line was corrected after it (the second week jump
ends on the 25th: a look follows the walk of that noon), and the jumps were worked out anew for version 2 of the rules.
Distances as they are measured (kilometres, and the starts in UTC, November 2025; walks hold less than a minute of
running and are no sessions):

    a 9th 11:08 20.607    e 15th 12:32  3.550    i 22nd 20:50  6.539    m 29th 11:56 21.924
    b 12th 10:44 11.185   f 18th 10:36  9.955    j 23rd 12:31 17.465    n 30th 11:09 17.272
    c 13th 10:49  6.894   g 19th 10:46 11.422    k 26th 10:44 11.350
    d 14th 10:44 11.241   h 20th 10:34  8.450    l 28th 12:06 17.630

One run against the longest of the 30 days before (from above 1.10 it is a jump, from above 1.30 a moderate one, from
above 2 a large one). Before a nothing was run for 43 days, so that the floor of 2.5 km stands for the base. Run a holds
a speed that no runner reaches (SPEED_IMPLAUSIBLE): it is POOR, is no base for later runs, and its speeds are not new;
its 1373 s uphill after none are new. A jump raises the base by at most 30 %:

    a 20.607 / 2.500 = 8.24 large         f  9.955 / 5.493 = 1.81 moderate, base 7.140
    b 11.185 / 2.500 = 4.47 large, 3.250  g 11.422 / 7.140 = 1.60 moderate, base 9.282
    c  6.894 / 3.250 = 2.12 large, 4.225  j 17.465 / 9.282 = 1.88 moderate, base 12.067
    d 11.241 / 4.225 = 2.66 large, 5.493  l 17.630 / 12.067 = 1.46 moderate, base 15.687
    e, h, i and k are shorter than that   m 21.924 / 15.687 = 1.40 moderate, base 20.393; n is shorter

Seven days against the seven before (from above 1.5, and 5 km more), looked at after each file and at 06:00:

    17th 06:00  b-e 32.870 after a    20.607   1.60   raised; on the 18th 2.08
    19th after g  c-g 43.062 after a-b 31.792  1.35   over
    20th-22nd  d-h 44.618 after a-c 38.686, then e-h after a-d, f-i after a-e: below 1.2
    23rd after j  f-j 53.831 after b-e 32.870  1.64   raised, for a is more than 14 days ago
    25th after a walk at noon, g-j 43.876 after b-f 42.825   1.02   over, for f began on the 18th at 10:36
    26th-28th  h-k 43.804 after c-g 43.062, then i-k 35.354 after d-h 44.618: below 1.1
    28th after l  i-l 52.984 after e-h 33.377  1.59   raised; on the 29th 2.51, on the 30th at 06:00 1.88
    30th after n  k-n 68.176 after f-j 53.831  1.27   over
"""

import hashlib
from datetime import UTC, datetime, timedelta

import alert_kit
import pytest
from alert_kit import PHYSIO, RUNNER, answer, plan
from real_files import folder, real_files

from sensors.recording import DECODER_VERSION
from server.reading.readers import Readers
from server.reviewer import Reviewer
from server.storage import captures, runs
from server.storage.captures import ReviewRequest

pytestmark = pytest.mark.thorough

JUMPS = ("SPIKE_SMALL", "SPIKE_MODERATE", "SPIKE_LARGE", "WEEK_JUMP", "NOVEL_SPEED", "NOVEL_INCLINE")
EXPECTED = [
    ("2025-11-09", "NOVEL_INCLINE"),
    *((f"2025-11-{day:02}", "SPIKE_LARGE") for day in (9, 12, 13, 14)),
    ("2025-11-17", "WEEK_JUMP"),
    *((f"2025-11-{day}", "SPIKE_MODERATE") for day in (18, 19, 23)),
    ("2025-11-23", "WEEK_JUMP"),
    ("2025-11-28", "SPIKE_MODERATE"),
    ("2025-11-28", "WEEK_JUMP"),
    ("2025-11-29", "SPIKE_MODERATE"),
]
OVER = ["2025-11-19", "2025-11-25", "2025-11-30"]
BEGIN, END = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)
FREE = plan(stage="P10", stage_entered_at="2025-07-01T00:00:00Z")


@pytest.mark.real
@pytest.mark.timeout(900)
@pytest.mark.skipif(folder() is None, reason="STRIDEGATE_REAL_DATA names no folder with real files")
async def test_a_too_fast_return_is_told_on_the_days_of_its_jumps_and_on_no_other(tmp_path):
    with alert_kit.kit(f"sqlite:///{tmp_path / 'clinic.db'}", now=BEGIN) as kit:
        await kit.desk.write(runs.save_plan, second())
        readers = Readers()
        reviewer = Reviewer(kit.desk, lambda: kit.now, readers)
        for at, work in sorted(moments(), key=lambda one: one[0]):
            kit.now = at
            if work is None:
                await kit.jobs.deadlines(at)
            else:
                await arrive(kit, reviewer, work)
        readers.close()
        raised = await kit.rows(f"select raised_at, code, closed_at from alerts where code in {JUMPS} order by 1, 2")
        told = await kit.rows(
            f"select count(*) from outbox o join alerts a using (episode) where a.code in {JUMPS} "
            "and o.person_id = 'p-1'"
        )
    assert [(at[:10], code) for at, code, _ in raised] == EXPECTED
    assert [over[:10] for _, code, over in raised if code == "WEEK_JUMP"] == OVER
    assert told == [(len(EXPECTED),)], "the physio hears each once"


def second():
    return runs.Plan(runner_id=RUNNER.id, version=2, valid_from=BEGIN, by=PHYSIO.id, body=FREE.body)


def moments():
    """Each file half an hour after its run ended, and a look every morning at six."""
    day = BEGIN
    while day < END:
        yield day + timedelta(hours=6), None
        day += timedelta(days=1)
    for one in real_files(longitudinal=True):
        text = one.said.get("start_utc") or ""
        begun = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
        if begun is not None and one.path.parent.name == "longitudinal" and BEGIN <= begun < END:
            yield begun + timedelta(seconds=(one.number("elapsed_s") or 0) + 1800), one.path


async def arrive(kit, reviewer, path):
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()

    def keep(db):
        captures.add_file(db, RUNNER.id, digest, path.name, body, kit.now)
        captures.request_review(db, ReviewRequest(RUNNER.id, "file", digest), kit.now)

    def forget_other_sports(db):
        """What holds no run stands in the way until the clinic has looked: here it looks at once."""
        for request in captures.unreviewed(db, RUNNER.id, DECODER_VERSION):
            if "There is no run in this file" in (request.trouble or ""):
                captures.bury(db, request, PHYSIO.id, "no run", kit.now)
                captures.remove(db, request)

    def felt(db):
        for run in runs.runs_of(db, RUNNER.id):
            if run.source_id == digest:
                answer(db, run.id, kit.now)
        db.flush()
        alert_kit.say(db, RUNNER.id, kit.now)

    await kit.desk.write(keep)
    await reviewer.review_due()
    await kit.desk.write(forget_other_sports)
    await kit.desk.write(felt)
