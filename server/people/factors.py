"""Factors: a code of an app, a passkey, or one of ten recovery codes, beside the password."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime

import pyotp
from sqlmodel import Session

from server import audit
from server.people.keyring import Keyring
from server.problem import Problem
from server.storage import doors
from server.storage.doors import Factor
from server.storage.people import Person

ISSUER = "Stridegate"
CODES = 10
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another
CODE_LENGTH = 16  # 78 bits, so that a plain hash keeps it
STEPS_AROUND = (0, -1, 1)  # thirty seconds of a clock that is off, either way


def begin_app(db: Session, keyring: Keyring, person: Person, factor_id: str, secret: str, now: datetime) -> None:
    """Keep an app's secret, locked; it asks for nothing before a first code has shown that the app has it."""
    for waiting in doors.factors_of(db, person.id, "app"):
        if waiting.confirmed_at is None:
            doors.remove_factor(db, person.id, waiting.id)
    body = {"secret": keyring.seal(secret), "last_step": 0}
    factor = Factor(
        person_id=person.id, id=factor_id, kind="app", name="An app", body=body, added_at=now, confirmed_at=None
    )
    doors.add_factor(db, factor)


def waiting_app(db: Session, keyring: Keyring, person: Person) -> str | None:
    """The address that the app reads from the picture, while a first code is awaited."""
    waiting = [factor for factor in doors.factors_of(db, person.id, "app") if factor.confirmed_at is None]
    secret = keyring.open(waiting[0].body["secret"]) if waiting else None
    return secret and pyotp.TOTP(secret).provisioning_uri(name=person.name, issuer_name=ISSUER)


def confirm_app(db: Session, keyring: Keyring, person: Person, code: str, now: datetime) -> bool:
    """The first code of an app; True where it is right, and from now on a code is asked for."""
    for factor in doors.factors_of(db, person.id, "app"):
        if factor.confirmed_at is None and (step := _step(keyring, factor, code, now)) is not None:
            doors.change_factor(db, factor, confirmed_at=now, body={**factor.body, "last_step": step})
            audit.note(db, person.id, "second factor added", {"kind": "app"}, now)
            return True
    return False


def check(db: Session, keyring: Keyring, person_id: str, code: str, now: datetime) -> str | None:
    """The kind of factor that this code is of, each code once; None where it is none."""
    for factor in doors.factors_of(db, person_id, "app"):
        if factor.confirmed_at is not None and (step := _step(keyring, factor, code, now)) is not None:
            doors.change_factor(db, factor, used_at=now, body={**factor.body, "last_step": step})
            return "app"
    for factor in doors.factors_of(db, person_id, "recovery"):
        if factor.used_at is None and hmac.compare_digest(factor.body["sha256"], _hash(code)):
            doors.change_factor(db, factor, used_at=now)
            return "recovery"
    return None


def new_codes(choose: Callable[[str], str]) -> list[str]:
    """Ten codes such as ABCD-EFGH-JKMN-PQRS."""
    return [_grouped("".join(choose(CODE_LETTERS) for _ in range(CODE_LENGTH))) for _ in range(CODES)]


def keep_codes(db: Session, person_id: str, codes: Sequence[str], now: datetime) -> None:
    """In the place of all earlier ones; only their hashes are kept, so they are shown once."""
    doors.remove_factors(db, person_id, "recovery")
    for number, code in enumerate(codes):
        factor = Factor(
            person_id=person_id, id=f"recovery-{number}", kind="recovery", name="A recovery code",
            body={"sha256": _hash(code)}, added_at=now, confirmed_at=now,
        )  # fmt: skip
        doors.add_factor(db, factor)
    audit.note(db, person_id, "recovery codes made", {"codes": len(codes)}, now)


def codes_left(db: Session, person_id: str) -> int:
    return sum(factor.used_at is None for factor in doors.factors_of(db, person_id, "recovery"))


def remove(db: Session, person: Person, factor_id: str, now: datetime, *, must_keep_one: bool) -> None:
    """Take a factor away. Raises Problem 404, or 409 for the last one of somebody who is asked for one."""
    factors = doors.factors_of(db, person.id, "app", "passkey")
    going = next((factor for factor in factors if factor.id == factor_id), None)
    if going is None:
        raise Problem(404, "Not found", "There is no such second factor.")
    if must_keep_one and not [one for one in factors if one.confirmed_at and one.id != factor_id]:
        raise Problem(409, "The last one", "Add another second factor before you remove this one.")
    doors.remove_factor(db, person.id, factor_id)
    audit.note(db, person.id, "second factor removed", {"kind": going.kind}, now)


def remove_all(db: Session, by: Person, person: Person, now: datetime) -> None:
    """For somebody who lost every one of them; they set up a new one when they log in next."""
    doors.remove_factors(db, person.id, "app", "passkey", "recovery")
    runner_id = person.id if person.role == "runner" else None
    audit.note(db, by.id, "second factors taken away", {"from": person.id}, now, runner_id=runner_id)


def _step(keyring: Keyring, factor: Factor, code: str, now: datetime) -> int | None:
    """The step of thirty seconds that the code belongs to, later than the last one used; None where there is none."""
    secret = keyring.open(factor.body["secret"])
    typed = "".join(code.split())
    if secret is None or not typed.isascii():
        return None
    app = pyotp.TOTP(secret)
    now_step = app.timecode(now)
    for step in (now_step + around for around in STEPS_AROUND):
        if step > factor.body["last_step"] and hmac.compare_digest(app.generate_otp(step), typed):
            return step
    return None


def _hash(code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
