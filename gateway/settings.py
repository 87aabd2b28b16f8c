"""Settings: what the gateway is told, by option, environment (STRIDEGATE_GATEWAY_...) or file, read once."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.recorder import PRE_ROLL_S, STILLNESS_S
from gateway.roster import Assignment
from gateway.virtual.runs import STILL_S
from gateway.watchdog import FIRST_WORD_S, SILENCE_S


class Settings(BaseSettings):
    """Every option of `run` has its name here; secrets come by file only (`token_file`)."""

    model_config = SettingsConfigDict(env_prefix="STRIDEGATE_GATEWAY_", frozen=True, extra="ignore")

    server: str | None = None
    token_file: Path | None = None
    ca_file: Path | None = Field(default=None, description="certificate of the server's own authority")
    data: Path = Path.home() / ".local/share/stridegate-gateway"
    runner: str = ""
    radio: Literal["system", "virtual"] = "system"
    adapter: str | None = None
    sensors: tuple[str, ...] = Field(default=(), description="addresses to record; none means every known sensor")
    assign: tuple[str, ...] = Field(default=(), description="SENSOR=RUNNER, the sensor by address or serial number")
    stillness_s: float = Field(default=0.0, ge=0, description="seconds of rest that end a session; 0: the usual")
    pre_roll_s: float = Field(default=PRE_ROLL_S, ge=0, le=60)
    silence_s: float = Field(default=SILENCE_S, gt=0)
    first_word_s: float = Field(default=FIRST_WORD_S, gt=0)
    rate: float = Field(default=1.0, ge=1, le=1000, description="virtual radio only: how many times as fast")
    run_minutes: float = Field(default=30.0, ge=1, le=600, description="virtual radio only: length of the run")
    sessions: int = Field(default=0, ge=0, description="stop after so many complete captures; 0: never")

    @field_validator("server")
    @classmethod
    def _is_address(cls, server: str | None) -> str | None:
        if server is None:
            return None
        address = urlsplit(server)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("must be an address such as https://clinic.example")
        if address.scheme == "http" and not _is_this_machine(address.hostname):
            raise ValueError("must begin with https://, for a token and a run travel there")
        return server.rstrip("/")

    @field_validator("assign")
    @classmethod
    def _are_pairs(cls, assign: tuple[str, ...]) -> tuple[str, ...]:
        if not all(sensor.strip() and runner.strip() for sensor, _, runner in (one.rpartition("=") for one in assign)):
            raise ValueError("must be SENSOR=RUNNER, such as C0:00:00:00:00:01=r-1")
        return assign

    def assignments(self) -> tuple[Assignment, ...]:
        """Which sensor is whose, as far as this machine was told so."""
        pairs = (one.rpartition("=") for one in self.assign)
        return tuple(Assignment(sensor=sensor.strip(), runner=runner.strip()) for sensor, _, runner in pairs)

    @property
    def rest_s(self) -> float:
        """The stillness that ends a session: ten minutes, and less where nobody really stands and waits."""
        return self.stillness_s or (STILL_S if self.radio == "virtual" else STILLNESS_S)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
