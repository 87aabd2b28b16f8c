"""LAN: encryption for phones on the same network, by a small authority of this server's own."""

from __future__ import annotations

import fcntl
import io
import os
import socket
import ssl
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_network
from pathlib import Path
from typing import Any

import segno
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.mistake import Mistake
from server.pages import frame
from server.problem import not_found

AUTHORITY_LASTS = timedelta(days=3650)
LEAF_LASTS = timedelta(days=90)
RENEWED_BEFORE_END = timedelta(days=30)
CLOCKS_DIFFER = timedelta(days=1)  # a Pi without a clock of its own, and a phone that is right
SIOCGIFADDR = 0x8915
# Whoever steals the authority's key can imitate nobody but machines on a network of this kind.
PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lan:
    """What phones need: the addresses, the certificate to trust, and how to know it is the right one."""

    addresses: tuple[IPv4Address, ...]
    name: str  # of this machine, ending in .local
    port: int
    authority_pem: bytes
    fingerprint: str
    tls: ssl.SSLContext

    def url(self) -> str:
        return f"https://{self.addresses[0]}:{self.port}"


LAN: web.AppKey[Lan] = web.AppKey("lan", Lan)


def open_lan(folder: Path, port: int, now: datetime, addresses: tuple[IPv4Address, ...], name: str) -> Lan:
    """The authority, kept in the folder, and a certificate of it for these addresses. Raises Mistake."""
    if not addresses:
        raise Mistake("This machine has no address on a local network: connect it to one, or serve without --lan.")
    authority, key = _authority(folder, now)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    lan = Lan(
        addresses=addresses,
        name=name,
        port=port,
        authority_pem=authority.public_bytes(serialization.Encoding.PEM),
        fingerprint=authority.fingerprint(hashes.SHA256()).hex(":").upper(),
        tls=tls,
    )
    _renew(folder, lan, authority, key, now)
    return lan


def renew(folder: Path, lan: Lan, now: datetime) -> bool:
    """Make a new certificate where the old one ends soon; who connects from now on gets it. True where it did."""
    return _renew(folder, lan, *_authority(folder, now), now)


def invitation(lan: Lan) -> str:
    """For the terminal: a code to scan and three lines on how to trust it."""
    code = io.StringIO()
    segno.make(f"{lan.url()}/authority").terminal(out=code, compact=True)
    return (
        f"{code.getvalue()}\n"
        f"1. Scan it with a phone on this network, or open {lan.url()}/authority (also https://{lan.name}:{lan.port}).\n"
        "2. The phone warns once, for it does not know this server yet: go on, and download the certificate there.\n"
        f"3. Trust it only if the page shows this fingerprint: {lan.fingerprint[:47]}…"
    )


async def show(request: web.Request) -> web.Response:
    """GET authority: how a phone learns to trust this server. Raises Problem 404 where it is not served to a LAN."""
    lan = _of(request)
    return frame.page(request, "authority.html", fingerprint=lan.fingerprint, url=lan.url())


async def certificate(request: web.Request) -> web.Response:
    """GET authority.crt: the certificate alone. Raises Problem 404 where it is not served to a LAN."""
    return web.Response(
        body=_of(request).authority_pem,
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="stridegate-authority.crt"'},
    )


def own_name() -> str:
    return f"{socket.gethostname().split('.')[0].lower() or 'stridegate'}.local"


def own_addresses() -> tuple[IPv4Address, ...]:
    """The private addresses of this machine, the one that leads outside first."""
    found = dict.fromkeys([*_outward(), *_of_interfaces()])
    return tuple(address for address in found if _is_private(address) and not address.is_loopback)


def _of(request: web.Request) -> Lan:
    lan = request.app.get(LAN)
    if lan is None:
        raise not_found()
    return lan


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    crt, key = folder / "authority.crt", folder / "authority.key"
    if crt.exists() and key.exists():
        authority, private = _read(crt, key)
        if authority.not_valid_after_utc > now:
            return authority, private
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Stridegate on {socket.gethostname()}"[:64])])
    allowed: list[x509.GeneralName] = [x509.DNSName("local"), x509.DNSName("localhost")]
    allowed += [x509.IPAddress(network) for network in PRIVATE]
    authority = (
        _certificate(name, name, private.public_key(), now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    _write(folder, "authority", authority, private)
    return authority, private


def _renew(folder: Path, lan: Lan, authority: x509.Certificate, key: ec.EllipticCurvePrivateKey, now: datetime) -> bool:
    is_fresh = _is_fresh(folder, lan, authority, now)
    if not is_fresh:
        _write(folder, "lan", *_leaf(lan, authority, key, now))
    lan.tls.load_cert_chain(folder / "lan.crt", folder / "lan.key")
    return not is_fresh


def _is_fresh(folder: Path, lan: Lan, authority: x509.Certificate, now: datetime) -> bool:
    crt, key = folder / "lan.crt", folder / "lan.key"
    if not (crt.exists() and key.exists()):
        return False
    leaf, _ = _read(crt, key)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc - RENEWED_BEFORE_END
        and leaf.issuer == authority.subject
        and _is_signed_by(leaf, authority)
        and set(names) == set(_names(lan))
    )


def _is_signed_by(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001  # each kind of key has errors of its own for the same answer
        return False
    return True


def _leaf(
    lan: Lan, authority: x509.Certificate, key: ec.EllipticCurvePrivateKey, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, lan.name[:64])])
    leaf = (
        _certificate(subject, authority.subject, private.public_key(), now, LEAF_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_names(lan)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return leaf, private


def _names(lan: Lan) -> list[x509.GeneralName]:
    addresses = dict.fromkeys([*lan.addresses, IPv4Address("127.0.0.1")])
    return [x509.DNSName(lan.name), x509.DNSName("localhost"), *map(x509.IPAddress, addresses)]


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now + lasts)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(crt: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        private: Any = serialization.load_pem_private_key(key.read_bytes(), None)
        return x509.load_pem_x509_certificate(crt.read_bytes()), private
    except (OSError, ValueError, TypeError) as why:
        raise Mistake(f"{crt} and {key.name} cannot be read: move both away, and new ones are made.") from why


def _write(folder: Path, name: str, crt: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    """The key first and for its owner alone; a certificate without its key is made again."""
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for path, content, mode in (
        (folder / f"{name}.key", secret, 0o600),
        (folder / f"{name}.crt", crt.public_bytes(pem), 0o644),
    ):
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def _outward() -> Iterator[IPv4Address]:
    """The address that a packet to somebody outside would carry; none is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return
        yield IPv4Address(probe.getsockname()[0])


def _of_interfaces() -> Iterator[IPv4Address]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                said = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # an interface without an address, or a system that is asked otherwise
                continue
            yield IPv4Address(said[20:24])


def _is_private(address: IPv4Address) -> bool:
    return any(address in network for network in PRIVATE if isinstance(network, IPv4Network))
