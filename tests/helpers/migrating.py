"""A process that brings a database from one revision to the latest and is killed before its n-th statement."""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import Engine, event

from server.storage.database import Database


def main(url: str, dies_before: int) -> None:
    statements = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    Database(url).migrate()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
