"""`serve --lan`: encrypted by a small authority of the server's own, which can vouch for private machines alone."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import aiohttp
import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from server import lan
from server.app import Door, make_app, open_desk, running, system_clock
from server.mistake import Mistake

HOME = (IPv4Address("192.168.7.5"),)
NOW = datetime.now(UTC)


def opened(folder, now=NOW, addresses=HOME, name="clinic.local"):
    return lan.open_lan(folder, 8443, now, addresses, name)


def leaf(folder):
    return x509.load_pem_x509_certificate((folder / "lan.crt").read_bytes())


def names(folder):
    said = leaf(folder).extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    return {str(name.value) for name in said}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def test_whoever_trusts_the_authority_reads_the_pages_encrypted(tmp_path):
    desk = open_desk(f"sqlite:///{tmp_path / 'clinic.db'}")
    app = make_app(desk)
    phones = app[lan.LAN] = opened(tmp_path)
    port = free_port()
    address = f"https://127.0.0.1:{port}"
    try:
        async with running(app, "127.0.0.1", 0, Door(host="127.0.0.1", port=port, tls=phones.tls)):
            async with aiohttp.ClientSession() as http:
                with pytest.raises(aiohttp.ClientConnectorCertificateError):
                    await http.get(f"{address}/healthz")
                page = await http.get(f"{address}/authority", ssl=False)  # as a phone that goes on once
                assert page.status == 200 and phones.fingerprint in await page.text()
                given = await (await http.get(f"{address}/authority.crt", ssl=False)).read()
            trusting = ssl.create_default_context(cadata=given.decode())
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting)) as http:
                assert (await http.get(f"{address}/healthz")).status == 200
    finally:
        desk.close()


def test_the_keys_belong_to_their_owner_alone(tmp_path):
    opened(tmp_path)
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == {"authority.key": 0o600, "authority.crt": 0o644, "lan.key": 0o600, "lan.crt": 0o644}


def test_the_authority_stays_the_same_and_so_does_a_certificate_that_is_good(tmp_path):
    first, serial = opened(tmp_path), leaf(tmp_path).serial_number
    again = opened(tmp_path, NOW + timedelta(days=50))
    assert again.fingerprint == first.fingerprint and leaf(tmp_path).serial_number == serial


def test_a_certificate_that_ends_soon_is_made_again_by_the_same_authority(tmp_path):
    phones, serial = opened(tmp_path), leaf(tmp_path).serial_number
    assert not lan.renew(tmp_path, phones, NOW + timedelta(days=50))
    assert lan.renew(tmp_path, phones, NOW + timedelta(days=70))
    assert leaf(tmp_path).serial_number != serial
    assert opened(tmp_path, NOW + timedelta(days=71)).fingerprint == phones.fingerprint


def test_another_address_gets_another_certificate(tmp_path):
    opened(tmp_path)
    assert names(tmp_path) == {"192.168.7.5", "127.0.0.1", "clinic.local", "localhost"}
    opened(tmp_path, addresses=(IPv4Address("10.0.0.9"),))
    assert "10.0.0.9" in names(tmp_path) and "192.168.7.5" not in names(tmp_path)


def test_a_phone_s_limits_are_kept(tmp_path):
    """Apple takes no certificate of more than 825 days from an authority that a person installed."""
    opened(tmp_path)
    assert leaf(tmp_path).not_valid_after_utc - leaf(tmp_path).not_valid_before_utc < timedelta(days=398)


@pytest.mark.parametrize("name", ["bank.example", "local.example"])
def test_a_stolen_authority_cannot_imitate_the_internet(tmp_path, name):
    phones = opened(tmp_path, name=name)  # signed by the authority, for a name that is none of a local network
    client = ssl.create_default_context(cadata=phones.authority_pem.decode())
    with pytest.raises(ssl.SSLCertVerificationError, match="subtree"):
        handshake(phones.tls, client, name)
    ours = opened(tmp_path, name="clinic.local")
    handshake(ours.tls, client, "clinic.local")


def handshake(server_tls, client_tls, name):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_tls.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_tls.wrap_bio(to_server, to_client, server_side=True)
    waiting = {client, server}
    while waiting:
        for side in tuple(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.discard(side)


def test_without_a_network_there_is_a_sentence(tmp_path):
    with pytest.raises(Mistake, match="no address on a local network"):
        opened(tmp_path, addresses=())


def test_a_key_that_is_broken_is_named(tmp_path):
    opened(tmp_path)
    (tmp_path / "authority.key").write_text("nonsense")
    with pytest.raises(Mistake, match=r"authority\.crt and authority\.key cannot be read"):
        opened(tmp_path)


def test_the_invitation_shows_a_code_the_address_and_how_to_know_it_is_right(tmp_path):
    phones = opened(tmp_path)
    said = lan.invitation(phones)
    assert "https://192.168.7.5:8443/authority" in said and phones.fingerprint[:47] in said
    assert said.count("\n") > 12 and "clinic.local" in said


def test_only_private_addresses_of_this_machine_are_offered():
    assert all(address.is_private and not address.is_loopback for address in lan.own_addresses())
    assert lan.own_name().endswith(".local") and system_clock().tzinfo is UTC
