"""Who asked: a proxy that is trusted is believed, nobody else, and nobody comes by it without encryption."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from server.around import proxy
from server.settings import Settings

CADDY = Settings(trusted_proxies="172.30.0.0/24, 127.0.0.1").proxies()


class _Transport:
    def __init__(self, peer):
        self._peer = peer

    def get_extra_info(self, name, default=None):
        return (self._peer, 1234) if name == "peername" else default


async def asked(peer, proxies, headers=()):
    seen = []

    async def handler(request):
        seen.append(request)
        return web.Response()

    request = make_mocked_request("GET", "/", headers=dict(headers), transport=_Transport(peer))
    await proxy.trusting(proxies)(request, handler)
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "asker"),
    [
        ("172.30.0.2", "203.0.113.9", "203.0.113.9"),
        ("172.30.0.2", "10.9.9.9, 203.0.113.9", "203.0.113.9"),  # what stands before it the asker wrote
        ("172.30.0.2", "203.0.113.9, 172.30.0.3", "203.0.113.9"),  # two proxies of ours
        ("172.30.0.2", "nonsense", "172.30.0.2"),
        ("172.30.0.2", "", "172.30.0.2"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
    ],
)
async def test_the_last_address_that_no_proxy_of_ours_has_is_the_asker(peer, forwarded, asker):
    request = await asked(peer, CADDY, {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"})
    assert (request.remote, request.secure) == (asker, True)


async def test_without_a_trusted_proxy_nobody_is_believed():
    said = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    request = await asked("203.0.113.9", (), said)
    assert (request.remote, request.secure, request.host) == (
        "203.0.113.9",
        False,
        request.headers.get("Host", request.host),
    )
    assert "evil" not in request.host


async def test_nobody_comes_by_the_proxy_without_encryption():
    with pytest.raises(IndexError):  # nothing behind the proxy ever saw it
        await asked("203.0.113.9", CADDY)
    assert (await asked("127.0.0.1", Settings(trusted_proxies="172.30.0.2").proxies())).remote == "127.0.0.1"
