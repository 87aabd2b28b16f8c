"""Settings of the server: read once from the environment, checked kindly before anything starts."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """STRIDEGATE_DATABASE_URL, STRIDEGATE_HOST, STRIDEGATE_PORT, STRIDEGATE_DATA."""

    model_config = SettingsConfigDict(env_prefix="STRIDEGATE_", frozen=True)

    data: Path = Path.home() / ".local" / "share" / "stridegate"
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080

    def url(self) -> str:
        """Where the rows are: SQLite in the data folder unless a URL says otherwise."""
        return self.database_url or f"sqlite:///{self.data / 'stridegate.db'}"

    def problems(self) -> list[str]:
        """What stands in the way of starting, each as a sentence with its mend."""
        found = []
        if self.host not in LOOPBACK:
            found.append(
                f"Stridegate will not listen on {self.host} without encryption: "
                "leave STRIDEGATE_HOST at 127.0.0.1 and put a proxy with TLS in front of it."
            )
        if not 0 <= self.port <= 65535:
            found.append(f"{self.port} is not a port: choose STRIDEGATE_PORT between 1 and 65535.")
        return found
