"""Calling: what alerts need of this machine, read once: keys, the mail server, where people reach us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from server.jobs import Jobs
from server.letters.outward import Outward, vapid_from
from server.letters.postman import Postman
from server.people.keyring import Keyring
from server.settings import Settings
from server.storage.aging import Keep
from server.storage.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """With `timers` the jobs run by themselves while the server does."""

    keyring: Keyring = field(repr=False)
    outward: Outward
    keep: Keep = field(default_factory=Keep)
    backups: Path | None = None
    timers: bool = False

    @classmethod
    def of(cls, chosen: Settings, clock: Callable[[], datetime]) -> Calling:
        """As the operator set it; the keys lie in the data folder. Raises Mistake."""
        return cls(
            keyring=Keyring.from_file(chosen.key_file()),
            outward=Outward(
                clock=clock,
                public_url=chosen.public_url or f"http://{chosen.host}:{chosen.port}",
                lan=chosen.alerts_lan,
                smtp_ca_file=chosen.smtp_ca_file,
                smtp_url=chosen.smtp_url.get_secret_value() if chosen.smtp_url else None,
                mqtt_url=chosen.mqtt_url.get_secret_value() if chosen.mqtt_url else None,
                mqtt_ca_file=chosen.mqtt_ca_file,
                mail_from=chosen.mail_from,
                vapid=vapid_from(chosen.data / "web-push.pem"),
            ),
            keep=Keep(
                alerts_days=chosen.keep_alerts_days,
                verdicts_days=chosen.keep_verdicts_days,
                raw_days=chosen.keep_raw_days,
            ),
            backups=chosen.backups,
            timers=True,
        )

    @classmethod
    def of_this_process(cls, clock: Callable[[], datetime]) -> Calling:
        """Without a folder and without timers: for tests and demonstrations, which wake the jobs themselves."""
        return cls(keyring=Keyring.for_this_process(), outward=Outward(clock=clock))

    def jobs(self, desk: Desk, clock: Callable[[], datetime], owner: str) -> Jobs:
        postman = Postman(desk, clock, self.keyring, self.outward, owner)
        return Jobs(desk=desk, clock=clock, postman=postman, keep=self.keep, backups=self.backups)
