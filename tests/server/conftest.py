"""What the server's tests share: each test of storage runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from postgres import cluster, drop, fresh_url
from ready_made import postgres_url, sqlite_url


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    with cluster() as socket:
        yield socket


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path) -> Iterator[str]:
    """Of a database with this release's schema and nothing in it."""
    if request.param == "sqlite":
        yield sqlite_url(f"sqlite:///{tmp_path / 'clinic.db'}")
        return
    socket = request.getfixturevalue("postgres_socket")
    url = postgres_url(socket)
    yield url
    drop(socket, url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'clinic.db'}"
        return
    socket = request.getfixturevalue("postgres_socket")
    url = fresh_url(socket)
    yield url
    drop(socket, url)
