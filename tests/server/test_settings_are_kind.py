"""Settings: one plain sentence for each mistake, before anything starts; secrets only from files of their owner."""

import os

import pytest

from server.mistake import Mistake
from server.operation import service
from server.settings import Settings


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.startswith("STRIDEGATE_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("STRIDEGATE_HOST", "0.0.0.0", "without encryption"),
        ("STRIDEGATE_HOST", "192.168.1.7", "STRIDEGATE_TRUSTED_PROXIES"),
        ("STRIDEGATE_PORT", "80000", "STRIDEGATE_PORT"),
        ("STRIDEGATE_PORT", "http", "STRIDEGATE_PORT"),
        ("STRIDEGATE_DATABSE_URL", "postgresql://x", "did you mean STRIDEGATE_DATABASE_URL?"),
        ("STRIDEGATE_COLOUR", "green", "STRIDEGATE_COLOUR is no setting"),
        ("STRIDEGATE_DATABASE_URL", "nonsense", "is not an address"),
        ("STRIDEGATE_DATABASE_URL", "mysql://host/clinic", "must begin with postgresql://"),
        ("STRIDEGATE_DATABASE_URL", "postgresql://u:change-me@host/clinic", "placeholder"),
        ("STRIDEGATE_METRICS_TOKEN", "change-me-please-change-me", "placeholder"),
        ("STRIDEGATE_METRICS_TOKEN", "short", "shorter than"),
        ("STRIDEGATE_ZONE", "Berlin", "like Europe/Berlin"),
        ("STRIDEGATE_LOG_LEVEL", "loud", "STRIDEGATE_LOG_LEVEL"),
        ("STRIDEGATE_TRUSTED_PROXIES", "my-proxy", "STRIDEGATE_TRUSTED_PROXIES"),
        ("STRIDEGATE_TRUSTED_PROXIES", "0.0.0.0/0", "everybody cannot be trusted"),
        ("STRIDEGATE_METRICS_TOKEN_FILE", "/nowhere/at/all", "cannot be read"),
    ],
)
def test_each_mistake_is_one_sentence_that_names_its_setting(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(Mistake, match=r"^[^\n]+$") as said:
        service.settings()
    assert words in str(said.value)


@pytest.mark.parametrize("secret", ["correct horse battery", "hunter22hunter22"])
def test_no_complaint_repeats_what_a_secret_was(monkeypatch, secret):
    monkeypatch.setenv("STRIDEGATE_METRICS_TOKEN", secret)
    monkeypatch.setenv("STRIDEGATE_PORT", "no")
    with pytest.raises(Mistake) as said:
        service.settings()
    assert secret not in str(said.value)
    monkeypatch.delenv("STRIDEGATE_PORT")
    assert secret not in repr(service.settings())


def test_a_secret_comes_from_a_file_of_its_owner(monkeypatch, tmp_path):
    file = tmp_path / "url"
    file.write_text("postgresql://clinic:long-and-random@db/clinic\n")
    file.chmod(0o600)
    monkeypatch.setenv("STRIDEGATE_DATABASE_URL_FILE", str(file))
    assert service.settings().url() == "postgresql://clinic:long-and-random@db/clinic"
    file.chmod(0o640)
    with pytest.raises(Mistake, match="chmod 600"):
        service.settings()


def test_a_secret_that_is_given_twice_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("STRIDEGATE_DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("STRIDEGATE_DATABASE_URL", "postgresql://db/clinic")
    with pytest.raises(Mistake, match="keep one of them"):
        service.settings()


def test_the_words_of_the_gateway_and_of_the_tests_are_not_complained_of(monkeypatch):
    monkeypatch.setenv("STRIDEGATE_GATEWAY_SERVER", "https://clinic.example")
    monkeypatch.setenv("STRIDEGATE_REAL_DATA", "/data")
    assert service.settings().port == 8080


def test_behind_a_proxy_that_is_named_it_may_listen_elsewhere(monkeypatch):
    monkeypatch.setenv("STRIDEGATE_HOST", "0.0.0.0")
    monkeypatch.setenv("STRIDEGATE_TRUSTED_PROXIES", "172.30.0.0/24, 10.0.0.2")
    assert len(service.settings().proxies()) == 2


def test_what_is_empty_is_not_set(monkeypatch):
    monkeypatch.setenv("STRIDEGATE_DATABASE_URL", "")
    assert service.settings().url().startswith("sqlite:///")


def test_the_file_of_sqlite_is_known_and_postgresql_has_none(tmp_path):
    assert Settings(data=tmp_path).sqlite_file() == tmp_path / "stridegate.db"
    assert Settings(database_url="postgresql://db/clinic").sqlite_file() is None
