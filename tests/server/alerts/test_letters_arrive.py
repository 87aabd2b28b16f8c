"""From the outbox to the person: by real receivers, once for the reader, in the right hours and the right number."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import alert_kit
import pytest
from alert_kit import ADMIN, NOON, PHYSIO, RUNNER, SECOND
from receivers import broker, http_receiver, mail_server, until

from rules.signs.alert_kinds import Urgency
from server import alerts
from server.alerts import Found
from server.letters import delivery, house, ways
from server.letters.channels import mqtt
from server.letters.postman import AT_ONCE
from server.pacing import Wishes
from server.storage import alerts as kept
from server.storage import channels, people


@pytest.fixture
def receiver():
    with http_receiver() as made:
        yield made


@pytest.fixture
def mail():
    with mail_server() as made:
        yield made


@pytest.fixture
def kit(tmp_path, mail):
    with alert_kit.kit(f"sqlite:///{tmp_path / 'clinic.db'}", smtp_url=mail[1]) as made:
        yield made


def stands(db, number=1, urgency=Urgency.NORMAL, hearers=((PHYSIO.id, "physio"),), now=NOON, runner=RUNNER.id):
    """So many episodes, each with a sentence that names health."""
    found = [
        Found(
            code="RED_FLAG" if urgency is Urgency.PAGE else "SPIKE_MODERATE",
            urgency=urgency,
            episode=f"{runner}/{urgency.name}/session:{now:%d%H%M}-{place}",
            words={"runner": "A jump in load, with pain.", "physio": "A jump in load, with pain."},
            hearers=hearers,
        )
        for place in range(number)
    ]
    alerts.stand(db, runner, found, (), now)


async def test_each_channel_carries_the_message_and_its_stable_key(kit, receiver, mail):
    await kit.add_way(PHYSIO, "ntfy", topic="a-long-topic", server=receiver.url)
    await kit.add_way(RUNNER, "webhook", url=f"{receiver.url}/hook", secret="whsec_" + "QUJD" * 8)
    await kit.add_way(ADMIN, "email", address="ed@clinic.example")
    await kit.desk.write(stands, hearers=((PHYSIO.id, "physio"), (RUNNER.id, "runner")))
    await kit.desk.write(stands, hearers=((ADMIN.id, "admin"),), runner=kept.SERVER)
    await kit.send()
    keys = dict(await kit.rows("select person_id, key from outbox"))
    by_path = {one.path: one for one in receiver.got}
    assert by_path["/a-long-topic"].headers["x-sequence-id"] == keys[PHYSIO.id]
    assert by_path["/a-long-topic"].headers["click"] == "https://clinic.example/alerts"
    assert mail[0].got[0]["Message-ID"] == f"<{keys[ADMIN.id]}@clinic.example>"
    hook = by_path["/hook"]
    assert hook.headers["webhook-id"] == hook.headers["idempotency-key"] == keys[RUNNER.id]
    signed = f"{keys[RUNNER.id]}.{int(NOON.timestamp())}.".encode() + hook.body
    mac = hmac.new(base64.b64decode("QUJD" * 8), signed, hashlib.sha256).digest()
    assert hook.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert {row[0] is None for row in await kit.rows("select sent_at from outbox")} == {False}


async def test_nothing_of_health_and_no_name_leaves_the_house_unless_the_person_chose_so(kit, receiver, mail):
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    await kit.add_way(RUNNER, "email", address="ada@clinic.example")
    await kit.desk.write(stands, hearers=((PHYSIO.id, "physio"), (RUNNER.id, "runner")))
    await kit.send()
    said = json.dumps(json.loads(receiver.got[0].body)) + str(mail[0].got[0])
    assert not any(word in said for word in ("jump", "pain", "Ada Example", "SPIKE"))
    chosen = Wishes(quiet_from_min=0, quiet_until_min=0, detail=True)
    await kit.wish(PHYSIO, chosen)
    kit.now = NOON + timedelta(minutes=1)
    await kit.desk.write(stands, now=kit.now)
    await kit.send()
    assert json.loads(receiver.got[1].body)["detail"] == "Ada Example: A jump in load, with pain."


async def test_what_a_physio_who_lost_access_was_to_hear_is_not_sent(kit, receiver):
    await kit.add_way(PHYSIO, "ntfy", topic="t", server=receiver.url)
    await kit.desk.write(stands)
    await kit.desk.write(people.withdraw_consent, RUNNER.id, PHYSIO.id, NOON)
    await kit.send()
    assert receiver.got == []
    assert (await kit.rows("select trouble from outbox"))[0][0] == "This person may no longer hear of this runner."


async def test_a_letter_that_one_process_has_in_hand_is_taken_by_no_other_until_its_lease_has_run_out(kit, receiver):
    await kit.add_way(PHYSIO, "ntfy", topic="t", server=receiver.url)
    await kit.desk.write(stands)

    async def taken(owner, now):
        return len((await kit.desk.write(delivery.take, owner, now, 10, delivery.NOTHING_CLOSED)).parcels)

    assert await taken("first", NOON) == 1
    assert await taken("second", NOON + timedelta(seconds=59)) == 0
    assert await taken("second", NOON + timedelta(seconds=60)) == 1


async def test_at_night_only_a_red_flag_comes_and_the_rest_at_seven(kit, receiver):
    await kit.wish(PHYSIO, Wishes(zone="Europe/Berlin"))
    await kit.add_way(PHYSIO, "ntfy", topic="t", server=receiver.url)
    kit.now = NOON.replace(hour=22)  # midnight in Berlin
    await kit.desk.write(stands, now=kit.now)
    await kit.desk.write(stands, urgency=Urgency.PAGE, now=kit.now)
    await kit.send()
    assert [one.headers["priority"] for one in receiver.got] == ["urgent"]
    kit.now = NOON.replace(day=31, hour=4, minute=59)
    await kit.send()
    assert len(receiver.got) == 1
    kit.now += timedelta(minutes=1)
    await kit.send()
    assert [one.headers["priority"] for one in receiver.got] == ["urgent", "default"]


async def test_of_many_alerts_five_come_by_themselves_the_rest_as_one_and_red_flags_all(kit, receiver):
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    await kit.desk.write(stands, number=30)
    await kit.desk.write(stands, number=8, urgency=Urgency.PAGE)
    await kit.send()
    urgencies = [json.loads(one.body)["urgency"] for one in receiver.got]
    # The red flags go first and fill the hour of their reader; what may wait is gathered.
    assert (urgencies.count("PAGE"), urgencies.count("NORMAL")) == (8, 0)
    for minutes in range(0, 240, 10):
        kit.now = NOON + timedelta(minutes=minutes)
        await kit.send()
    texts = [json.loads(one.body)["text"] for one in receiver.got[8:]]
    assert texts == ["There are 30 new things for you in Stridegate. Please open it."]
    left = await kit.rows("select count(*) from outbox where sent_at is null")
    assert left == [(0,)]


async def test_no_hour_holds_more_than_six_letters_whatever_comes_in_it(kit, receiver):
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    when = []
    for minutes in range(0, 600, 5):
        kit.now = NOON + timedelta(minutes=minutes)
        if minutes < 300:
            await kit.desk.write(stands, number=2, now=kit.now)
        before = len(receiver.got)
        await kit.send()
        when += [minutes] * (len(receiver.got) - before)
    assert max(sum(1 for other in when if moment <= other < moment + 60) for moment in when) <= 6
    assert await kit.rows("select count(*) from outbox where sent_at is null") == [(0,)]
    assert len(set(receiver.keys())) == len(receiver.got)


async def test_a_provider_that_hangs_breaks_off_or_is_down_holds_up_nobody_else(kit, receiver):
    receiver.ways = {"/hang": "hang", "/half": "half", "/down": 503}
    waits = {}
    for place, path in enumerate(("hang", "half", "down", "well")):
        person = people.Person(id=f"x-{place}", name=f"X{place} Example", role="physio")

        def arrive(db, person=person, path=path):
            people.add_person(db, person, NOON)
            channels.save_wishes(db, person.id, alert_kit.NEVER_QUIET)
            people.give_consent(db, RUNNER.id, person.id, NOON)
            alert_kit.give_way(db, kit.postman, person.id, "webhook", url=f"http://127.0.0.1:{receiver.port}/{path}")
            db.flush()
            # One provider each: the path stands for a host of its own.
            db.connection().exec_driver_sql(f"update channels set provider = '{path}' where person_id = '{person.id}'")

        await kit.desk.write(arrive)
        waits[person.id] = path
    for place in range(4):
        await kit.desk.write(stands, number=5, hearers=((f"x-{place}", "physio"),), now=NOON + timedelta(minutes=place))
    kit.now = NOON + timedelta(minutes=5)
    await kit.send()
    sent = dict(await kit.rows("select person_id, count(*) from outbox where sent_at is not null group by person_id"))
    assert {waits[person]: count for person, count in sent.items()} == {"well": 5}
    receiver.ways, kit.now = {}, NOON + timedelta(hours=2)
    for _ in range(3):
        await kit.send()
        kit.now += timedelta(hours=1)
    assert await kit.rows("select count(*) from outbox where sent_at is null") == [(0,)]


async def test_fifty_red_flags_of_one_minute_all_go_in_that_minute(kit, receiver):
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    await kit.desk.write(stands, number=50, urgency=Urgency.PAGE)
    await kit.send()
    assert len(set(receiver.keys())) == len(receiver.got) == 50, "more than one batch and more than go at once"


async def test_a_red_flag_passes_the_queue_of_what_can_wait_at_the_same_provider(kit, receiver):
    receiver.ways = {"/slow": "hang"}
    colleagues = [f"x-{number}" for number in range(2 * AT_ONCE)]

    def arrive(db):
        for person_id in colleagues:
            people.add_person(db, people.Person(id=person_id, name="X Example", role="physio"), NOON)
            channels.save_wishes(db, person_id, alert_kit.NEVER_QUIET)
            people.give_consent(db, RUNNER.id, person_id, NOON)
            alert_kit.give_way(db, kit.postman, person_id, "webhook", url=f"{receiver.url}/slow")

    await kit.desk.write(arrive)
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/well")
    await kit.desk.write(stands, hearers=[(person_id, "physio") for person_id in colleagues])
    await kit.postman.drain(kit.now)
    await until(lambda: len(receiver.keys("/slow")) == AT_ONCE)
    await kit.desk.write(stands, urgency=Urgency.PAGE)
    await kit.postman.drain(kit.now)
    await until(lambda: receiver.keys("/well"), patience_s=5)  # those before it take ten seconds each
    assert len(receiver.keys("/slow")) == AT_ONCE
    receiver.released.set()
    await kit.postman.settle()


async def test_after_a_day_the_second_channel_is_used_and_a_banner_says_why(kit, receiver, mail):
    receiver.ways = {"/hook": 500}
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    await kit.add_way(PHYSIO, "email", address="cy@clinic.example")
    await kit.desk.write(stands)
    hours = 0.0
    while not mail[0].got and hours < 30:
        kit.now = NOON + timedelta(hours=hours)
        await kit.send()
        hours += 0.25
    assert 24 <= hours - 0.25 < 25.25
    assert len(set(receiver.keys())) == 1 and 20 < len(receiver.got) < 40  # tried all the day, ever more rarely
    (trouble,) = await kit.desk.read(delivery.troubles, PHYSIO.id)
    assert "has not worked since 2026-03-30 12:00 UTC: It answered 500." in trouble


async def test_a_red_flag_does_not_wait_for_a_provider_longer_than_minutes(kit, receiver, mail):
    receiver.ways = {"/hook": 500}
    await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    await kit.add_way(PHYSIO, "email", address="cy@clinic.example")
    await kit.desk.write(stands, urgency=Urgency.PAGE)
    seconds = 0
    while not mail[0].got and seconds < 3600:
        kit.now = NOON + timedelta(seconds=seconds)
        await kit.send()
        seconds += 20
    assert seconds <= 11 * 60
    assert mail[0].got[0]["Message-ID"].startswith(f"<{receiver.keys()[0]}@")


async def test_one_address_that_is_refused_says_nothing_of_the_mail_server(kit, mail):
    await kit.add_way(PHYSIO, "email", address="nobody@clinic.example")
    await kit.add_way(ADMIN, "email", address="ed@clinic.example")
    mail[0].refusal = "550 no such person"
    await kit.desk.write(stands)
    await kit.send()
    mail[0].refusal = None
    await kit.desk.write(stands, hearers=((ADMIN.id, "admin"),), runner=kept.SERVER)
    await kit.send()
    assert [letter["To"] for letter in mail[0].got] == ["ed@clinic.example"]


async def test_an_urgent_alert_that_nobody_read_reaches_a_second_person_once_and_names_no_runner(kit, receiver):
    await kit.add_way(ADMIN, "webhook", url=f"{receiver.url}/admin")
    await kit.add_way(SECOND, "webhook", url=f"{receiver.url}/second")
    await kit.desk.write(stands, urgency=Urgency.PAGE)
    for minutes in (14, 15, 16, 60):
        kit.now = NOON + timedelta(minutes=minutes)
        await kit.jobs.escalation(kit.now)
        await kit.send()
    (told,) = receiver.got
    assert told.path == "/admin"
    assert json.loads(told.body)["text"].startswith("An urgent alert for Cy Example in Stridegate has not been read")
    assert b"Ada" not in told.body
    await kit.wish(PHYSIO, Wishes(quiet_from_min=0, quiet_until_min=0, deputy_id=SECOND.id))
    await kit.desk.write(stands, urgency=Urgency.PAGE, now=kit.now)
    kit.now += timedelta(minutes=15)
    await kit.jobs.escalation(kit.now)
    await kit.send()
    assert [one.path for one in receiver.got] == ["/admin", "/second"]


async def test_an_urgent_alert_that_was_seen_goes_to_nobody_else(kit):
    await kit.desk.write(stands, urgency=Urgency.PAGE)

    def see(db):
        (heard,) = kept.hearings_of(db, PHYSIO.id, 5)
        kept.mark(db, heard, seen_at=NOON)

    await kit.desk.write(see)
    assert await kit.desk.write(house.escalate, NOON + timedelta(hours=1)) == 0


async def test_a_test_goes_by_the_channel_that_was_asked_for_even_at_night(kit, receiver, mail):
    await kit.wish(PHYSIO, Wishes())
    await kit.add_way(PHYSIO, "email", address="cy@clinic.example")
    way = await kit.add_way(PHYSIO, "webhook", url=f"{receiver.url}/hook")
    kit.now = NOON.replace(hour=23)
    await kit.desk.write(ways.test, PHYSIO, way.id, "new", kit.now)
    await kit.send()
    assert json.loads(receiver.got[0].body)["text"].startswith("This is a test")
    assert mail[0].got == []


async def test_a_channel_whose_key_is_lost_says_so_and_its_secret_lies_nowhere_in_the_clear(kit, receiver, tmp_path):
    await kit.add_way(PHYSIO, "ntfy", topic="a-topic-nobody-guesses", server=receiver.url, token="tk_canary_secret")
    raw = b"".join(one.read_bytes() for one in tmp_path.iterdir() if one.is_file())
    assert b"canary" not in raw and b"nobody-guesses" not in raw
    await kit.desk.write(stands)
    kit.postman.keyring = alert_kit.Keyring.for_this_process()
    await kit.send()
    (trouble,) = await kit.desk.read(delivery.troubles, PHYSIO.id)
    assert "cannot be read any more; add it once more" in trouble


async def test_a_broker_gets_alerts_and_a_home_sees_the_state_as_sensors(kit, tmp_path):
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    with broker() as port:
        await kit.add_way(RUNNER, "mqtt", host="127.0.0.1", port=str(port))
        await kit.desk.write(alert_kit.keep_run, "run-1", NOON - timedelta(hours=20), 4000.0)
        await kit.desk.write(stands, hearers=((RUNNER.id, "runner"),))
        heard = {}
        ready = []
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_message = lambda _c, _u, message: heard.__setitem__(message.topic, json.loads(message.payload))
        client.on_subscribe = lambda *_: ready.append(True)
        client.connect("127.0.0.1", port)
        client.subscribe("#")
        client.loop_start()
        await until(lambda: ready)
        await kit.send()
        assert await kit.jobs.homes(NOON) == 1
        assert await kit.jobs.homes(NOON + timedelta(minutes=1)) == 0, "once in ten minutes, by all processes together"
        await until(lambda: "stridegate/r-1/state" in heard and "stridegate/alert" in heard)
        client.loop_stop()
    state = heard["stridegate/r-1/state"]
    assert (state["verdict"], state["last_run_km"], state["gateway"]) == ("regress", 4.0, "none")
    assert state["limits"] and state["ceilings"] == len(state["limits"])
    shown = heard["homeassistant/sensor/stridegate_r_1/verdict/config"]
    assert (shown["state_topic"], shown["expire_after"]) == ("stridegate/r-1/state", 10800)
    assert heard["stridegate/alert"]["text"].startswith("There is something new")


async def test_a_broker_that_is_away_says_so_and_raises_no_alarm(kit):
    from receivers import free_port

    await kit.add_way(RUNNER, "mqtt", host="127.0.0.1", port=str(free_port()))
    assert await kit.jobs.homes(NOON) == 0
    assert mqtt.KIND == "mqtt"
