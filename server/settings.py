"""Settings of the server: read once from the environment and secret files, checked before anything starts."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "STRIDEGATE_"
LEAST_DAYS = 90
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Words of other programs of this project, which share the prefix.
OF_OTHERS = ("STRIDEGATE_GATEWAY_", "STRIDEGATE_REAL_DATA", "STRIDEGATE_EXAMPLES", "STRIDEGATE_SOAK")
PLACEHOLDERS = ("change", "placeholder", "secret", "password", "example", "<", "xxx", "todo", "stridegate")
SHORTEST_SECRET = 16


class Settings(BaseSettings):
    """Each as STRIDEGATE_NAME; a secret better as STRIDEGATE_NAME_FILE, a file that its owner alone may read."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    data: Path = Field(default=Path.home() / ".local" / "share" / "stridegate", description="the folder of all data")
    database_url: str | None = Field(default=None, description="postgresql://…; SQLite in the data folder without it")
    host: str = Field(default="127.0.0.1", description="another one only behind a proxy that is trusted")
    port: int = Field(default=8080, ge=0, le=65535)
    lan_port: int = Field(default=8443, ge=0, le=65535, description="of serve --lan")
    trusted_proxies: str = Field(default="", description="addresses whose X-Forwarded-* are believed, with commas")
    secret_key_file: Path | None = Field(
        default=None, description="the key of what is locked, the same for every process that shares a database"
    )
    second_factor: Literal["required", "relaxed"] = Field(
        default="required", description="of physios and administrators; relaxed only within a clinic's own network"
    )
    metrics_token: SecretStr | None = Field(default=None, description="lets a program on another machine read /metrics")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "text"] = "auto"
    zone: str = Field(default="UTC", description="the clinic's time zone, for whoever chose none: Europe/Berlin")
    free_mib: int = Field(default=200, ge=1, description="with less free disk the server says that it is not ready")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, said: str) -> str:
        if any(network.prefixlen == 0 for network in _networks(said)):
            raise ValueError("everybody cannot be trusted; name the proxy's own address")
        return said

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as why:
            raise ValueError("a time zone is called like Europe/Berlin") from why
        return name

    public_url: str | None = Field(default=None, description="where people reach this server; messages lead there")
    smtp_url: SecretStr | None = Field(
        default=None, description="smtp://, smtp+starttls:// or smtps://user:password@host:port"
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="certificates that sign the mail server's own; the system's unless set"
    )
    mqtt_url: SecretStr | None = Field(
        default=None, description="the clinic's broker: mqtt:// or mqtts://user:password@host:port"
    )
    mqtt_ca_file: Path | None = Field(
        default=None, description="certificates that sign the broker's own; the system's unless set"
    )
    mail_from: str | None = Field(default=None, description="the sender of the mails")
    alerts_lan: bool = Field(default=False, description="whether alerts may go to private addresses")
    backups: Path | None = Field(default=None, description="a folder whose newest file must not be old")
    keep_alerts_days: int | None = Field(default=400, description="alerts are kept so long; empty is for ever")
    keep_verdicts_days: int | None = Field(default=None, description="superseded verdicts; for ever unless set")
    keep_raw_days: int | None = Field(default=None, description="bytes as they came; for ever unless set")

    def url(self) -> str:
        """Where the rows are: SQLite in the data folder unless a URL says otherwise."""
        return self.database_url or f"sqlite:///{self.data / 'stridegate.db'}"

    def key_file(self) -> Path:
        """The key that locks second factors lies outside the database, in the data folder unless said otherwise."""
        return self.secret_key_file or self.data / "secret.key"

    def sqlite_file(self) -> Path | None:
        """The file of the rows; None where they are in PostgreSQL."""
        url = make_url(self.url())
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _networks(self.trusted_proxies)

    def problems(self) -> list[str]:
        """What stands in the way of starting, each as a sentence with its mend."""
        return [*self._bind_problems(), *self._url_problems(), *self._token_problems(), *self._problems_of_alerts()]

    def _bind_problems(self) -> list[str]:
        if self.host in LOOPBACK or self.trusted_proxies:
            return []
        return [
            f"Stridegate will not listen on {self.host} without encryption: leave STRIDEGATE_HOST at 127.0.0.1 and put "
            "a proxy with TLS in front of it, or name that proxy's address in STRIDEGATE_TRUSTED_PROXIES; "
            "for phones on the same network there is `stridegate serve --lan`."
        ]

    def _url_problems(self) -> list[str]:
        try:
            url = make_url(self.url())
        except ArgumentError:
            return ["STRIDEGATE_DATABASE_URL is not an address such as postgresql://user@host/name."]
        if url.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
            return ["STRIDEGATE_DATABASE_URL must begin with postgresql:// or sqlite:///."]
        if url.password and _is_placeholder(str(url.password)):
            return ["The password in STRIDEGATE_DATABASE_URL is a placeholder: choose one of your own."]
        return []

    def _token_problems(self) -> list[str]:
        if self.metrics_token is None:
            return []
        token = self.metrics_token.get_secret_value()
        if _is_placeholder(token):
            return ["STRIDEGATE_METRICS_TOKEN is a placeholder: `openssl rand -hex 24` makes a real one."]
        if len(token) < SHORTEST_SECRET:
            return [f"STRIDEGATE_METRICS_TOKEN is shorter than {SHORTEST_SECRET} letters, which can be guessed."]
        return []

    def _problems_of_alerts(self) -> list[str]:
        found = []
        if self.public_url is not None and not self.public_url.startswith(("http://", "https://")):
            found.append("STRIDEGATE_PUBLIC_URL begins with https://, as people type it into their browser.")
        smtp = self.smtp_url.get_secret_value() if self.smtp_url else "smtp://"
        if not smtp.startswith(("smtp://", "smtp+starttls://", "smtps://")):
            found.append("STRIDEGATE_SMTP_URL begins with smtp://, smtp+starttls:// or smtps://.")
        if sends_password_in_clear(smtp):
            found.append(
                "STRIDEGATE_SMTP_URL would send its password without encryption: use smtps:// or smtp+starttls://."
            )
        found += self._problems_of_mqtt()
        for name, path in (("SMTP", self.smtp_ca_file), ("MQTT", self.mqtt_ca_file)):
            if path is not None and not path.is_file():
                found.append(f"STRIDEGATE_{name}_CA_FILE names no file: {path}.")
        keeps = (self.keep_alerts_days, self.keep_verdicts_days, self.keep_raw_days)
        if any(days is not None and days < LEAST_DAYS for days in keeps):
            found.append(f"Nothing is kept for less than {LEAST_DAYS} days, for the rules look back that far.")
        return found

    def _problems_of_mqtt(self) -> list[str]:
        if self.mqtt_url is None:
            return []
        url = self.mqtt_url.get_secret_value()
        if not _is_broker_url(url):
            return ["STRIDEGATE_MQTT_URL is not an address such as mqtts://user:password@broker:8883."]
        if sends_password_in_clear(url):
            return ["STRIDEGATE_MQTT_URL would send its password without encryption: use mqtts://."]
        return []


def sends_password_in_clear(url: str) -> bool:
    """Whether a mail server or a broker elsewhere would get a password without TLS."""
    parts = urlsplit(url)
    return parts.scheme in ("smtp", "mqtt") and parts.username is not None and parts.hostname not in LOOPBACK


def _is_broker_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("mqtt", "mqtts") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def secrets_of(environment: Mapping[str, str]) -> dict[str, str]:
    """What the files say that STRIDEGATE_..._FILE name, by the setting's name. Raise ValueError, with a sentence."""
    found = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        path = environment.get(f"{variable}_FILE")
        if path:
            if environment.get(variable):
                raise ValueError(f"{variable} and {variable}_FILE are both set: keep one of them.")
            found[name] = _secret(Path(path), f"{variable}_FILE")
    return found


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each STRIDEGATE_... that nobody reads, for it was meant to change something."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    strange = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return [_stranger(name, known) for name in strange if not name.startswith(OF_OTHERS)]


def _stranger(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"{name} is no setting of Stridegate{f'; did you mean {near[0]}?' if near else '.'}"


def _secret(path: Path, variable: str) -> str:
    try:
        about = path.stat()
        # What systemd and Docker hand over belongs to root and is 0400 or 0440; what the world may read is no secret.
        if stat.S_IMODE(about.st_mode) & 0o077 and not _is_handed_over(path):
            raise ValueError(f"{variable}: others can read {path}; `chmod 600 {path}` mends it.")
        return path.read_text(encoding="utf-8").strip()
    except OSError as why:
        raise ValueError(f"{variable}: {path} cannot be read: {why.strerror}.") from why


def _is_handed_over(path: Path) -> bool:
    """What systemd and containers hand over lies where only the service sees it, with rights of its own."""
    return str(path).startswith(("/run/credentials/", "/run/secrets/"))


def _networks(said: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in said.split(",") if part.strip())


def _is_placeholder(secret: str) -> bool:
    return any(secret.lower().startswith(word) for word in PLACEHOLDERS)
