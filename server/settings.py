"""Settings of the server: read once from the environment, checked kindly before anything starts."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LEAST_DAYS = 90
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """STRIDEGATE_DATABASE_URL, STRIDEGATE_HOST, STRIDEGATE_PORT, STRIDEGATE_DATA, and of alerts:

    STRIDEGATE_PUBLIC_URL (where people reach this server; messages lead there), STRIDEGATE_SMTP_URL (smtp://,
    smtp+starttls:// or smtps://user:password@host:port), STRIDEGATE_MAIL_FROM, STRIDEGATE_ALERTS_LAN (whether alerts
    may go to private addresses), STRIDEGATE_BACKUPS (a folder whose newest file must not be old), and for how many
    days is kept: STRIDEGATE_KEEP_ALERTS_DAYS (400), STRIDEGATE_KEEP_VERDICTS_DAYS and STRIDEGATE_KEEP_RAW_DAYS (for
    ever).
    """

    model_config = SettingsConfigDict(env_prefix="STRIDEGATE_", frozen=True)

    data: Path = Path.home() / ".local" / "share" / "stridegate"
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080

    public_url: str | None = None
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    alerts_lan: bool = False
    backups: Path | None = None
    keep_alerts_days: int | None = 400
    keep_verdicts_days: int | None = None
    keep_raw_days: int | None = None

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
        return found + self._problems_of_alerts()

    def _problems_of_alerts(self) -> list[str]:
        found = []
        if self.public_url is not None and not self.public_url.startswith(("http://", "https://")):
            found.append("STRIDEGATE_PUBLIC_URL begins with https://, as people type it into their browser.")
        smtp = self.smtp_url.get_secret_value() if self.smtp_url else "smtp://"
        if not smtp.startswith(("smtp://", "smtp+starttls://", "smtps://")):
            found.append("STRIDEGATE_SMTP_URL begins with smtp://, smtp+starttls:// or smtps://.")
        keeps = (self.keep_alerts_days, self.keep_verdicts_days, self.keep_raw_days)
        if any(days is not None and days < LEAST_DAYS for days in keeps):
            found.append(f"Nothing is kept for less than {LEAST_DAYS} days, for the rules look back that far.")
        return found
