"""Receivers that tests start for themselves: an HTTP server, a mail server and a real MQTT broker, all on loopback."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """Takes every POST. `ways` says by path how it behaves: a status, "hang" or "half" (a broken answer)."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    ways: dict[str, Any] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def keys(self, path: str = "") -> list[str]:
        return [one.headers["idempotency-key"] for one in self.got if one.path.startswith(path)]


@contextmanager
def https_receiver(certificate: Path, key: Path) -> Iterator[HttpReceiver]:
    """The same behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with http_receiver(context) as receiver:
        yield receiver


def self_signed(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate for a host name or address, signed by itself, and its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    is_address = host.replace(".", "").isdigit()
    alternative = x509.IPAddress(ip_address(host)) if is_address else x509.DNSName(host)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@contextmanager
def http_receiver(tls: ssl.SSLContext | None = None) -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            way = receiver.ways.get(self.path, 200)
            if way == "hang":
                receiver.released.wait(60)
                return
            if way == "half":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                self.close_connection = True
                return
            self.send_response(way)
            if 300 <= way < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()


class Inbox:
    """A mail server that keeps what it gets; `refusal` is said to every recipient."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.refusal: str | None = None

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, _server, _session, envelope, address, _options
    ) -> str:
        if self.refusal is not None:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server, _session, envelope
    ) -> str:
        self.got.append(BytesParser(policy=default).parsebytes(envelope.content))
        return "250 taken"


@contextmanager
def mail_server(tls: tuple[Path, Path] | None = None) -> Iterator[tuple[Inbox, str]]:
    """A mail server and its URL; with a certificate and its key it speaks TLS from the first byte."""
    inbox, context = Inbox(), None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), ssl_context=context)
    controller.start()
    try:
        yield inbox, f"{'smtps' if tls else 'smtp'}://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def broker(tls: tuple[Path, Path] | None = None) -> Iterator[int]:
    """Mosquitto, with TLS if a certificate and its key are given; if it is missing a test skips, and fails in CI."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        missing = "Mosquitto is not installed (on Debian: apt-get install mosquitto)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="stridegate-mqtt-") as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        Path(folder).chmod(0o755)
        for option, file in zip(("certfile", "keyfile"), tls or (), strict=False):
            copy = Path(shutil.copy(file, folder))  # the broker gives up root and must still read it
            copy.chmod(0o644)
            config.write_text(f"{config.read_text()}{option} {copy}\n")
        process = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        try:
            _until_it_listens(port)
            yield port
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition, patience_s: float = 60) -> None:
    """Return when the condition holds; a test that waits for what never comes fails by its own timeout."""
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.02)


def _until_it_listens(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise AssertionError("the broker does not listen")
