"""Passkeys: a second factor that a phishing page cannot ask for, for it answers to this host alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import webauthn
from sqlmodel import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
)

from server import audit
from server.people.factors import ISSUER
from server.problem import Problem
from server.storage import doors, logins
from server.storage.doors import Factor
from server.storage.logins import Login
from server.storage.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the browser believes to be: a passkey is bound to the host, and answers only to the origin."""

    host: str
    origin: str


def question_to_add(db: Session, token: str, person: Person, site: Site, challenge: str) -> str:
    """What the browser's script asks the key, as JSON; the challenge waits in the login."""
    logins.challenge(db, token, challenge)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_name=person.name,
        user_id=person.id.encode(),
        challenge=challenge.encode(),
        exclude_credentials=_known(db, person.id),
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.DISCOURAGED),
    )
    return webauthn.options_to_json(options)


def add(
    db: Session, token: str, login: Login, answer: Mapping[str, Any], site: Site, factor_id: str, now: datetime
) -> None:
    """Keep the public key that answered. Raises Problem 422 where the answer is none to our question."""
    challenge = _challenge(db, token, login)
    try:
        verified = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as why:
        raise _no_answer() from why
    body = {
        "credential": bytes_to_base64url(verified.credential_id),
        "public_key": bytes_to_base64url(verified.credential_public_key),
        "uses": verified.sign_count,
    }
    factor = Factor(
        person_id=login.person_id, id=factor_id, kind="passkey", name="A passkey", body=body, added_at=now,
        confirmed_at=now,
    )  # fmt: skip
    doors.add_factor(db, factor)
    audit.note(db, login.person_id, "second factor added", {"kind": "passkey"}, now)


def question(db: Session, token: str, person_id: str, site: Site, challenge: str) -> str:
    """Raises Problem 404 where the person has no passkey."""
    known = _known(db, person_id)
    if not known:
        raise Problem(404, "No passkey", "There is no passkey here to ask for.")
    logins.challenge(db, token, challenge)
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=challenge.encode(), allow_credentials=known
    )
    return webauthn.options_to_json(options)


def check(db: Session, token: str, login: Login, answer: Mapping[str, Any], site: Site, now: datetime) -> bool:
    """Whether one of the person's passkeys answered our question; each question is asked once."""
    challenge = _challenge(db, token, login)
    keys = {factor.body["credential"]: factor for factor in doors.factors_of(db, login.person_id, "passkey")}
    factor = keys.get(str(answer.get("id", "")))
    if factor is None:
        return False
    try:
        verified = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(factor.body["public_key"]),
            credential_current_sign_count=int(factor.body["uses"]),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    doors.change_factor(db, factor, used_at=now, body={**factor.body, "uses": verified.new_sign_count})
    return True


def _challenge(db: Session, token: str, login: Login) -> bytes:
    if not login.challenge:
        raise _no_answer()
    logins.challenge(db, token, None)
    return login.challenge.encode()


def _known(db: Session, person_id: str) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(factor.body["credential"]))
        for factor in doors.factors_of(db, person_id, "passkey")
    ]


def _no_answer() -> Problem:
    return Problem(422, "Not recognised", "The passkey's answer does not belong to this page's question; try again.")
