"""What the server's tests share: each test of storage runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from postgres import cluster, fresh_url
from ready_made import postgres_url, sqlite_url


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    with cluster() as socket:
        yield socket


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path) -> str:
    """Of a database with this release's schema and nothing in it."""
    if request.param == "sqlite":
        return sqlite_url(f"sqlite:///{tmp_path / 'clinic.db'}")
    return postgres_url(request.getfixturevalue("postgres_socket"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clinic.db'}"
    return fresh_url(request.getfixturevalue("postgres_socket"))
