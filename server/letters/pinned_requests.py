"""The part of `requests` that apprise uses, over connections that the address check has approved."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPSConnection

Connect = Callable[[str, int], socket.socket]


class PinnedRequests:
    """Stands in for the module `requests` in a plugin: resolves once, checks, and connects to the checked address.

    HTTPS only, with certificate checks, without redirects, proxies of the environment or .netrc.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def __getattr__(self, name: str) -> Any:
        """Exceptions and status codes are those of the library."""
        return getattr(requests, name)

    def get(self, url: str, **arguments: Any) -> requests.Response:
        return self.request("GET", url, **arguments)

    def post(self, url: str, data: Any = None, **arguments: Any) -> requests.Response:
        return self.request("POST", url, data=data, **arguments)

    def put(self, url: str, data: Any = None, **arguments: Any) -> requests.Response:
        return self.request("PUT", url, data=data, **arguments)

    def delete(self, url: str, **arguments: Any) -> requests.Response:
        return self.request("DELETE", url, **arguments)

    def request(self, method: str, url: str, **arguments: Any) -> requests.Response:
        """One request. Raises requests.RequestException, also for an address that may not be reached."""
        checked = {**arguments, "allow_redirects": False, "verify": True}
        with requests.Session() as session:
            session.trust_env = False
            session.adapters.clear()
            session.mount("https://", _Adapter(self._connect))
            return session.request(method, url, **checked)


class _Adapter(HTTPAdapter):
    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager: PoolManager = self.poolmanager
        self.poolmanager.pool_classes_by_scheme = {"https": _pool_class(self._connect)}


def _pool_class(connect: Connect) -> type[HTTPSConnectionPool]:
    class Connection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port or 443)

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool
