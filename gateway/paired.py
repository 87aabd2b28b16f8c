"""Paired: what pairing left on this disk, so that no later command must be told it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from gateway import private
from gateway.token import BadToken, write_token

FILE_NAME = "pairing.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """One whose runs this gateway may bring: an opaque id, and the nickname that people know."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Which server let this gateway in, for whom, and where its token lies. The token itself is not in here."""

    server: str
    gateway: str
    runners: tuple[Runner, ...]
    token_file: str
    ca_file: str | None = None

    def names(self) -> str:
        """Everybody, for a sentence: "Ada (r-1), Bo (r-2)"."""
        return ", ".join(f"{runner.name} ({runner.id})" for runner in self.runners)


def keep(folder: Path, paired: Paired, token: str) -> None:
    """Write down the token and what belongs to it. Raises OSError.

    What was known before goes first: a power cut in between must not leave a new token beside an old address.
    """
    private.remove(folder / FILE_NAME)
    write_token(Path(paired.token_file), token)
    private.write_private(folder / FILE_NAME, msgspec.json.format(msgspec.json.encode(paired)).decode() + "\n")


def known(folder: Path) -> Paired | None:
    """What the last pairing left, None where there was none. Raises BadToken where it cannot be read."""
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Paired)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.MsgspecError) as why:
        raise BadToken(f"{path} cannot be read ({why}); pair this gateway again") from why
