"""Runners whose gateways come back after a week, all at once: six calls an hour for each physio, and nothing lost."""

from collections import Counter
from datetime import timedelta

import alert_kit
import pytest
from alert_kit import NEVER_QUIET, NOON, PHYSIO
from receivers import http_receiver
from soaking import SOAK

from rules.signs.alert_kinds import Urgency
from server import alerts
from server.alerts import Found
from server.storage import channels, people

pytestmark = pytest.mark.thorough

RUNNERS, PHYSIOS, DAYS = min(500, 40 * SOAK), 5, 7  # five hundred in `make soak`


@pytest.mark.timeout(600)
async def test_a_week_of_many_runners_that_comes_again_and_again_calls_each_reader_once_for_each_thing(tmp_path):
    """A jump for each runner on each of 7 days, three times over; one in a hundred is a flag."""
    with http_receiver() as receiver, alert_kit.kit(f"sqlite:///{tmp_path / 'clinic.db'}") as kit:

        def arrive(db):
            for number in range(1, PHYSIOS):
                person = people.Person(id=f"z-{number}", name=f"Z{number} Example", role="physio")
                people.add_person(db, person, NOON)
                channels.save_wishes(db, person.id, NEVER_QUIET)
            for person_id in readers:
                alert_kit.give_way(db, kit.postman, person_id, "webhook", url=f"{receiver.url}/{person_id}")

        def resync(db, batch):
            for runner in batch:
                found = [episode(runner, day, readers[runner % PHYSIOS]) for day in range(DAYS)]
                alerts.stand(db, alerts.SERVER, found, (), kit.now)

        readers = [PHYSIO.id, *(f"z-{number}" for number in range(1, PHYSIOS))]
        await kit.desk.write(arrive)
        sent = []
        for minutes in range(0, 8 * 60, 10):
            kit.now = NOON + timedelta(minutes=minutes)
            if minutes < 30:
                for start in range(0, RUNNERS, 20):
                    await kit.desk.write(resync, range(start, start + 20))
            before = len(receiver.got)
            await kit.send()
            sent += [(minutes, one.path, one.body) for one in receiver.got[before:]]
        left = await kit.rows("select count(*) from outbox where sent_at is null")
        kinds = dict(await kit.rows("select kind, count(*) from outbox group by kind"))
    assert left == [(0,)] and kinds["alert"] == RUNNERS * DAYS, "each thing is written once, and all of it went"
    assert set(Counter(receiver.keys()).values()) == {1}
    flags = [one for one in sent if b'"PAGE"' in one[2]]
    assert len(flags) == len(range(0, RUNNERS * DAYS, 100)) and {minutes for minutes, _, _ in flags} == {0}, (
        "none was held back"
    )
    others = Counter((path, minutes // 60) for minutes, path, body in sent if b'"PAGE"' not in body)
    assert max(others.values()) <= 6


def episode(runner, day, reader):
    is_flag = (runner * DAYS + day) % 100 == 0
    return Found(
        code="RED_FLAG" if is_flag else "SPIKE_MODERATE",
        urgency=Urgency.PAGE if is_flag else Urgency.NORMAL,
        episode=f"s-{runner}/SPIKE_MODERATE/session:{day}",
        words={"physio": "words"},
        hearers=[(reader, "physio")],
    )
