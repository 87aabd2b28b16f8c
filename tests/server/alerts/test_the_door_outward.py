"""Addresses that people type lead out of the house only, whatever a name resolves to, and when."""

import asyncio
import os
import socket

import alert_kit
import pytest
from aiohttp import resolver
from alert_kit import NOON, PHYSIO
from receivers import broker, http_receiver, https_receiver, mail_server, self_signed

from server.letters.channel import BadChannel, Message
from server.letters.channels import CHANNELS
from server.letters.outward import NotDelivered, Outward, vapid_from
from server.mistake import Mistake
from server.net.addresses import is_local, is_public
from server.people.keyring import Keyring
from server.settings import Settings

OUT = Outward(clock=lambda: NOON)
HERE = Outward(clock=lambda: NOON, lan=True, loopback=True)

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "192.0.2.1",
    "64:ff9b:1::1", "fec0::1", "::127.0.0.1", "::10.0.0.1", "100::1", "3fff::1", "5f00::1", "192.88.99.1", "198.18.0.1",
    "2001::", "2001:2::1", "2001:0:7f00:1:0:0:80ff:fffe", "ff0e::1", "240.0.0.1", "4000::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_a_house_is_private(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "8.8.8.8",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "192.0.0.9",
        "2001:20::1",
        "64:ff9b::808:808",
    ],
)
def test_an_address_out_in_the_world_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
async def test_a_webhook_into_the_house_is_refused_before_a_byte_is_sent(host):
    with http_receiver() as receiver:
        with pytest.raises(NotDelivered):
            await OUT.post(f"http://{host}:{receiver.port}/hook", body=b"{}", headers={})
        assert receiver.got == []


async def test_a_name_that_turns_into_a_private_address_between_two_questions_is_refused(monkeypatch):
    """The server of that name answers the first question with a public address and the next with a private one."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])

    async def resolve(_self, host, port=0, family=socket.AF_INET):
        return [{"hostname": host, "host": next(answers), "port": port, "family": family, "proto": 0, "flags": 0}]

    monkeypatch.setattr(resolver.ThreadedResolver, "resolve", resolve)
    monkeypatch.setattr(resolver.DefaultResolver, "resolve", resolve)
    with http_receiver() as receiver:
        url = f"http://rebinding.example:{receiver.port}/hook"
        next(answers)  # whoever looked at the name beforehand saw a public address
        with pytest.raises(NotDelivered, match="private"):
            await OUT.post(url, body=b"{}", headers={})
        assert receiver.got == []
        await HERE.post(url, body=b"{}", headers={})
        assert len(receiver.got) == 1, "unless the operator allows the local network"


async def test_a_redirect_is_not_followed():
    with http_receiver() as receiver:
        receiver.ways = {"/hook": 307}
        with pytest.raises(NotDelivered, match="307"):
            await HERE.post(f"{receiver.url}/hook", body=b"{}", headers={})


def test_a_broker_inside_the_house_is_refused_unless_it_is_allowed():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        with pytest.raises(OSError, match="private"):
            OUT.connect("127.0.0.1", port)
        HERE.connect("127.0.0.1", port).close()


REFUSED = [
    ("webhook", {"url": "http://example.org/hook"}, "begin with https://"),
    ("webhook", {"url": "file:///etc/passwd"}, "begin with https://"),
    ("webhook", {"url": "https://user:word@example.org/"}, "without a password"),
    ("webhook", {"url": "https://example.org/", "secret": "whsec_c2hvcnQ="}, "at least 16 bytes"),
    ("ntfy", {"topic": "a topic"}, "letters, digits"),
    ("ntfy", {"topic": "../x"}, "letters, digits"),
    ("ntfy", {"topic": "x", "server": "http://ntfy.example", "token": "tk_secret"}, "only with encryption"),
    ("email", {"address": "a@b.example\r\nBcc: c@d.example"}, "cannot be kept"),
    ("email", {"address": "a@b.example, c@d.example"}, "not an e-mail address"),
    ("email", {"address": "a@b.example"}, "STRIDEGATE_SMTP_URL"),
    ("mqtt", {"host": "mqtt://home.example"}, "without mqtt://"),
    ("mqtt", {"host": "home.example", "port": "99999"}, "up to 65535"),
    ("mqtt", {"host": "home.example", "prefix": "#"}, "letters, digits"),
    ("mqtt", {"host": "home.example", "user": "ada", "password": "secret"}, "only with encryption"),
    ("mqtt", {"prefix": "home"}, "STRIDEGATE_MQTT_URL"),
    ("telegram", {"token": "none", "chat": "1234"}, "token of a bot"),
    ("pushover", {"user": "none", "token": "none"}, "30 letters"),
    ("other", {"url": "syslog://"}, "cannot be used here"),
    ("other", {"url": "file:///etc/passwd"}, "cannot be used here"),
    ("web_push", {"endpoint": "https://push.example/x", "p256dh": "k", "auth": "a"}, "no key for web push"),
]


@pytest.mark.parametrize(("kind", "typed", "sentence"), REFUSED, ids=[f"{row[0]}: {row[2]}" for row in REFUSED])
def test_what_cannot_be_a_channel_is_refused_in_a_sentence(kind, typed, sentence):
    with pytest.raises(BadChannel, match=sentence):
        CHANNELS[kind].check(typed, OUT)


def test_every_channel_has_what_the_page_needs():
    assert set(CHANNELS) == {"email", "mqtt", "ntfy", "other", "pushover", "telegram", "web_push", "webhook"}
    for channel in CHANNELS.values():
        assert channel.LABEL and channel.FIELDS and channel.__doc__.endswith(".")


MESSAGE = Message(key="abcdef0123456789", title="Stridegate", text="Please open it.", urgency=3)


async def test_pushover_and_telegram_carry_the_reference_by_which_two_are_seen_to_be_one(monkeypatch):
    with http_receiver() as receiver:
        monkeypatch.setattr(CHANNELS["pushover"], "API_URL", f"{receiver.url}/pushover")
        monkeypatch.setattr(CHANNELS["telegram"], "API_URL", receiver.url)
        await CHANNELS["pushover"].send({"user": "u" * 30, "token": "t" * 30}, MESSAGE, HERE)
        telegram = {"token": "123456789:" + "a" * 35, "chat": "12345"}
        await CHANNELS["telegram"].send(telegram, MESSAGE, HERE)
        receiver.ways = {"/pushover": 500}
        with pytest.raises(NotDelivered):
            await CHANNELS["pushover"].send({"user": "u" * 30, "token": "t" * 30}, MESSAGE, HERE)
    bodies = {one.path.split("/")[1][:8]: one.body.decode() for one in receiver.got}
    assert "abcdef01" in bodies["pushover"] and "priority=1" in bodies["pushover"]
    assert "abcdef01" in bodies["bot12345"] and '"chat_id": "12345"' in bodies["bot12345"]


DISCORD = "discord://1234567890/abcdefghij"
NOT_OFFERED = [
    "zulip://bot@127.0.0.1:1/?x=y.zulipchat.com/abcdefghijklmnopqrstuvwxyz012345",
    f"{DISCORD}?verify=no",
    "json://127.0.0.1/x",
    "mailto://user:password@example.org",
    "ntfy://example.org/topic",
]


@pytest.mark.parametrize("url", NOT_OFFERED)
def test_a_service_whose_machine_a_person_could_choose_is_not_offered(url):
    with pytest.raises(BadChannel, match="cannot be used here"):
        CHANNELS["other"].check({"url": url}, HERE)


async def test_apprise_reaches_no_address_that_the_check_refuses(monkeypatch):
    """The name of the service resolves to this machine, as it would in a network with a hostile name server."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_n: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 443))])
    connected = []
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, address: connected.append(address))
    assert CHANNELS["other"].check({"url": DISCORD}, OUT)
    with pytest.raises(NotDelivered):
        await CHANNELS["other"].send({"url": DISCORD}, MESSAGE, OUT)
    assert connected == []


async def test_apprise_follows_no_redirect_and_checks_certificates(tmp_path, monkeypatch):
    """A receiver with a certificate that only this test trusts, in the place of the service."""
    certificate, key = self_signed(tmp_path, "discord.com")
    with https_receiver(certificate, key) as receiver:
        real = socket.getaddrinfo
        here = lambda host, port, *rest, **named: real("127.0.0.1", receiver.port, *rest, **named)  # noqa: E731
        monkeypatch.setattr(socket, "getaddrinfo", here)
        with pytest.raises(NotDelivered):
            await CHANNELS["other"].send({"url": DISCORD}, MESSAGE, HERE)
        assert receiver.got == []
        monkeypatch.setattr("certifi.where", lambda: str(certificate))
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))
        await CHANNELS["other"].send({"url": DISCORD}, MESSAGE, HERE)
        assert "abcdef01" in receiver.got[0].body.decode()
        receiver.ways = {receiver.got[0].path: 307}
        with pytest.raises(NotDelivered):
            await CHANNELS["other"].send({"url": DISCORD}, MESSAGE, HERE)
        assert len(receiver.got) == 2, "the answer 307 was not followed"


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:127.0.0.1", "0.0.0.0"])
def test_the_setting_for_private_networks_opens_neither_this_machine_nor_its_link(address):
    assert is_local(address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(OSError, match="private"):
        Outward(clock=lambda: NOON, lan=True)._socket((family, socket.SOCK_STREAM, 6, "", (address, 80)))


async def test_mail_goes_only_to_a_server_whose_certificate_is_trusted(tmp_path):
    certificate, key = self_signed(tmp_path, "127.0.0.1")
    with mail_server(tls=(certificate, key)) as (inbox, url):
        stranger = Outward(clock=lambda: NOON, smtp_url=url)
        with pytest.raises(NotDelivered, match="certificate"):
            await CHANNELS["email"].send({"address": "ada@clinic.example"}, MESSAGE, stranger)
        assert inbox.got == []
        trusted = Outward(clock=lambda: NOON, smtp_url=url, smtp_ca_file=certificate)
        await CHANNELS["email"].send({"address": "ada@clinic.example"}, MESSAGE, trusted)
        assert len(inbox.got) == 1


async def test_a_password_never_goes_to_a_mail_server_elsewhere_without_encryption():
    clear = Outward(clock=lambda: NOON, smtp_url="smtp://user:secret@mail.example:25")
    with pytest.raises(NotDelivered, match="without encryption"):
        await CHANNELS["email"].send({"address": "ada@clinic.example"}, MESSAGE, clear)
    refused = Settings(smtp_url="smtp://user:secret@mail.example:25").problems()
    assert any("without encryption" in problem for problem in refused)
    assert Settings(smtp_url="smtp://user:secret@127.0.0.1:25").problems() == []


async def test_the_broker_of_the_settings_may_be_on_this_machine_and_one_that_is_typed_may_not(tmp_path):
    certificate, key = self_signed(tmp_path, "127.0.0.1")
    with broker((certificate, key)) as port:
        url = f"mqtts://clinic:secret@127.0.0.1:{port}"
        of_settings = Outward(clock=lambda: NOON, mqtt_url=url, mqtt_ca_file=certificate)
        kept = CHANNELS["mqtt"].check({"prefix": "clinic"}, of_settings)
        assert "secret" not in str(kept) and "127.0.0.1" not in str(kept)
        await CHANNELS["mqtt"].send(kept, MESSAGE, of_settings)
        with pytest.raises(NotDelivered):
            await CHANNELS["mqtt"].send(kept, MESSAGE, Outward(clock=lambda: NOON, mqtt_url=url))
        typed = CHANNELS["mqtt"].check({"host": "127.0.0.1", "port": str(port), "tls": "yes"}, of_settings)
        with pytest.raises(NotDelivered, match="private"):
            await CHANNELS["mqtt"].send(typed, MESSAGE, of_settings)


async def test_a_password_never_goes_to_a_broker_without_encryption():
    stored = {"host": "127.0.0.1", "port": "1883", "tls": "no", "user": "a", "password": "secret", "prefix": "x"}
    with pytest.raises(NotDelivered, match="without encryption"):
        await CHANNELS["mqtt"].send(stored, MESSAGE, HERE)
    (refused,) = Settings(mqtt_url="mqtt://user:secret@broker.example").problems()
    assert "without encryption" in refused
    assert Settings(mqtt_url="mqtt://user:secret@127.0.0.1").problems() == []
    assert Settings(mqtt_url="mqtts://user:secret@broker.example").problems() == []
    for wrong in ("broker.example", "mqtt://", "mqtt://broker:port"):
        assert "not an address such as" in Settings(mqtt_url=wrong).problems()[0]


async def test_a_browser_gets_its_push_encrypted_signed_and_under_one_topic(tmp_path):
    import base64

    import http_ece
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from server.letters.channel import Message

    browser = ec.generate_private_key(ec.SECP256R1())
    point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = os.urandom(16)
    outward = Outward(clock=lambda: NOON, lan=True, loopback=True, vapid=vapid_from(tmp_path / "web-push.pem"))
    assert (tmp_path / "web-push.pem").stat().st_mode & 0o777 == 0o600
    with http_receiver() as receiver:
        receiver.ways = {"/gone": 410}
        typed = {
            "endpoint": f"{receiver.url}/push",
            "p256dh": base64.urlsafe_b64encode(point).decode().rstrip("="),
            "auth": base64.urlsafe_b64encode(secret).decode().rstrip("="),
        }
        config = CHANNELS["web_push"].check(typed, outward)
        message = Message(key="f" * 32, title="Stridegate", text="Please open it.", urgency=1)
        await CHANNELS["web_push"].send(config, message, outward)
        with pytest.raises(NotDelivered) as gone:
            await CHANNELS["web_push"].send(config | {"endpoint": f"{receiver.url}/gone"}, message, outward)
        with pytest.raises(NotDelivered, match="private"):
            await CHANNELS["web_push"].send(config, message, Outward(clock=lambda: NOON, vapid=outward.vapid))
    assert gone.value.for_good
    sent = receiver.got[0]
    assert sent.headers["topic"] == "f" * 32 and sent.headers["authorization"].startswith("vapid ")
    assert b"open it" not in sent.body
    text = http_ece.decrypt(sent.body, private_key=browser, auth_secret=secret, version="aes128gcm")
    assert b"Please open it." in text


def test_a_key_file_is_made_once_for_its_owner_alone_and_old_keys_still_open(tmp_path):
    path = tmp_path / "secrets.key"
    sealed = Keyring.from_file(path).seal("a secret")
    assert path.stat().st_mode & 0o777 == 0o600
    first = path.read_bytes()
    assert Keyring.from_file(path).open(sealed) == "a secret"
    path.write_bytes(
        alert_kit.Keyring and __import__("cryptography.fernet").fernet.Fernet.generate_key() + b"\n" + first
    )
    turned = Keyring.from_file(path)
    assert turned.open(sealed) == "a secret" and Keyring.for_this_process().open(sealed) is None
    path.chmod(0o644)
    with pytest.raises(Mistake, match="chmod 600"):
        Keyring.from_file(path)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(Mistake, match="backup"):
        Keyring.from_file(path)


async def test_a_mail_server_that_never_speaks_is_left_after_the_time_for_one_try(tmp_path, monkeypatch):
    monkeypatch.setattr("server.letters.postman.TRY_S", 0.2)
    silent = await asyncio.start_server(lambda _r, _w: asyncio.sleep(30), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    with alert_kit.kit(f"sqlite:///{tmp_path / 'clinic.db'}", smtp_url=f"smtp://127.0.0.1:{port}") as kit:
        way = await kit.add_way(PHYSIO, "email", address="cy@clinic.example")
        from server.letters import ways

        await kit.desk.write(ways.test, PHYSIO, way.id, "new", kit.now)
        await kit.send()
        assert "did not answer" in str(await kit.rows("select trouble from channels"))
    silent.close()
