"""Needs: what each address asks of whoever comes. An address without a line here is closed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Who(Enum):
    ANYONE = "no login at all"
    ARRIVING = "a login, also one whose second factor is still to come"
    PERSON = "a login"
    STAFF = "a physio or an administrator"
    PHYSIO = "a physio"
    ADMIN = "an administrator"
    RUNNER = "a runner"
    SEER = "the runner of the address, or a physio who sees them"
    CARER = "a physio who sees the runner of the address"
    SELF = "the runner of the address"
    GATEWAY = "a paired gateway"
    BRINGER = "a gateway that brings the runner's runs, or whoever sees them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """`scope` is what a person's program must have been given; without one no program comes in."""

    who: Who
    scope: str | None = None


def _need(who: Who, scope: str | None = None) -> Need:
    return Need(who=who, scope=scope)


OPEN = _need(Who.ANYONE)
ARRIVING = _need(Who.ARRIVING)
PERSON = _need(Who.PERSON)
STAFF = _need(Who.STAFF)
GATEWAY = _need(Who.GATEWAY)

NEEDS = {
    # for people
    "GET /": ARRIVING,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "GET /enter/{token}": OPEN,
    "POST /enter/{token}": OPEN,
    "POST /leave": OPEN,
    "GET /second-factor": ARRIVING,
    "POST /second-factor": ARRIVING,
    "POST /second-factor/passkey/question": ARRIVING,
    "POST /second-factor/passkey": ARRIVING,
    "GET /account": ARRIVING,
    "POST /account/password": ARRIVING,
    "POST /account/app": ARRIVING,
    "POST /account/app/confirm": ARRIVING,
    "POST /account/passkey/question": ARRIVING,
    "POST /account/passkey": ARRIVING,
    "POST /account/recovery": PERSON,
    "POST /account/factors/{factor}/remove": PERSON,
    "POST /account/logins/{login}/end": PERSON,
    "POST /account/logins/end": PERSON,
    "POST /account/tokens": PERSON,
    "POST /account/tokens/{token_id}/revoke": PERSON,
    "GET /caseload": _need(Who.PHYSIO),
    "GET /runners/{runner}/physio": _need(Who.CARER),
    "POST /runners/{runner}/flags/{flag}/clear": _need(Who.CARER),
    "POST /runners/{runner}/holds": _need(Who.CARER),
    "POST /runners/{runner}/holds/{hold}/lift": _need(Who.CARER),
    "POST /runners/{runner}/overrides": _need(Who.CARER),
    "POST /runners/{runner}/attestations": _need(Who.CARER),
    "POST /runners/{runner}/nerve-checks": _need(Who.CARER),
    "GET /runners/{runner}/plan": _need(Who.CARER),
    "POST /runners/{runner}/plan": _need(Who.CARER),
    "POST /runners/{runner}/plan/stage": _need(Who.CARER),
    "POST /runners/{runner}/plan/programme": _need(Who.CARER),
    "POST /runners/{runner}/plan/second": _need(Who.CARER),
    "GET /runners/{runner}/programme-version": _need(Who.CARER),
    "POST /runners/{runner}/programme-version": _need(Who.CARER),
    "GET /runners/{runner}/changes": _need(Who.CARER),
    "GET /programmes": _need(Who.PHYSIO),
    "POST /programmes": _need(Who.PHYSIO),
    "GET /programmes/{key}": _need(Who.PHYSIO),
    "POST /programmes/{key}": _need(Who.PHYSIO),
    "GET /audit": _need(Who.ADMIN),
    "GET /runners/{runner}": _need(Who.SEER),
    "GET /runners/{runner}/runs/{run}": _need(Who.SEER),
    "GET /settings": PERSON,
    "POST /settings": PERSON,
    "POST /runners/{runner}/check-ins": _need(Who.SELF),
    "GET /runners/{runner}/history": _need(Who.SEER),
    "GET /runners/{runner}/live": _need(Who.SEER),
    "GET /runners/{runner}/flags": _need(Who.SEER),
    "POST /runners/{runner}/flags": _need(Who.SELF),
    "POST /runners/{runner}/runs": _need(Who.SEER),
    "POST /runners/{runner}/no-run": _need(Who.SEER),
    "POST /runners/{runner}/mornings": _need(Who.SELF),
    "POST /runners/{runner}/runs/{run}/not-mine": _need(Who.SEER),
    "POST /runners/{runner}/runs/{run}/split": _need(Who.SEER),
    "POST /runners/{runner}/runs/{run}/join": _need(Who.SEER),
    "POST /runners/{runner}/runs/{run}/prefer": _need(Who.CARER),
    "GET /people": STAFF,
    "POST /people": STAFF,
    "POST /people/{person}/link": STAFF,
    "POST /people/{person}/second-factor": STAFF,
    "POST /people/{person}/role": _need(Who.ADMIN),
    "POST /people/{person}/leave": _need(Who.ADMIN),
    "POST /covers": STAFF,
    "POST /covers/{cover}/end": STAFF,
    "POST /clinics": _need(Who.ADMIN),
    "GET /access": _need(Who.RUNNER),
    "POST /access": _need(Who.RUNNER),
    "GET /pair": _need(Who.PHYSIO),
    "POST /pair": _need(Who.PHYSIO),
    "GET /gateways": STAFF,
    "POST /gateways/{gateway}/revoke": STAFF,
    "POST /gateways/{gateway}/give-up": _need(Who.PHYSIO),
    "POST /gateways/{gateway}/replace": _need(Who.PHYSIO),
    "POST /gateways/{gateway}/sensors": _need(Who.PHYSIO),
    # habits that people expect
    "GET /manifest.webmanifest": OPEN,
    "GET /sw.js": OPEN,
    "GET /offline": OPEN,  # knows nobody
    "GET /runners/{runner}/import": _need(Who.SEER),
    "POST /runners/{runner}/import": _need(Who.SEER),
    "GET /runners/{runner}/report": _need(Who.SEER),
    # for gateways and programs
    "POST /api/v1/pairings": OPEN,
    "POST /api/v1/pairings/token": OPEN,
    "POST /api/v1/gateways/me/heartbeat": GATEWAY,
    "POST /api/v1/gateways/me/token": GATEWAY,
    "GET /api/v1/gateways": _need(Who.STAFF, "gateways:read"),
    "POST /api/v1/gateways/{gateway}/revoke": _need(Who.STAFF, "gateways:write"),
    "POST /api/v1/gateways/{gateway}/replace": _need(Who.PHYSIO, "gateways:write"),
    "PUT /api/v1/gateways/{gateway}/sensors/{sensor}": _need(Who.PHYSIO, "gateways:write"),
    "DELETE /api/v1/gateways/{gateway}/sensors/{sensor}": _need(Who.PHYSIO, "gateways:write"),
    "PUT /api/v1/captures/{capture}": GATEWAY,
    "GET /api/v1/captures/{capture}": GATEWAY,
    "PUT /api/v1/captures/{capture}/chunks/{seq}": GATEWAY,
    "POST /api/v1/captures/{capture}/complete": GATEWAY,
    "POST /api/v1/runners/{runner}/files": _need(Who.BRINGER, "files:write"),
    "GET /api/v1/runners/{runner}/verdict": _need(Who.SEER, "verdict:read"),
    "GET /api/v1/runners/{runner}/sessions": _need(Who.SEER, "sessions:read"),
    "GET /api/v1/runners/{runner}/sessions/{session}": _need(Who.SEER, "sessions:read"),
    "GET /api/v1/runners/{runner}/sessions/{session}/recording.csv": _need(Who.SEER, "sessions:read"),
    "GET /api/v1/runners/{runner}/sessions/{session}/original": _need(Who.SEER, "sessions:read"),
    "POST /api/v1/runners/{runner}/sessions/{session}/split": _need(Who.SEER),
    "POST /api/v1/runners/{runner}/sessions/{session}/join": _need(Who.SEER),
    "POST /api/v1/runners/{runner}/sessions/{session}/hand-over": STAFF,
    "POST /api/v1/runners/{runner}/sessions/{session}/not-mine": _need(Who.SEER),
    "POST /api/v1/runners/{runner}/sessions/{session}/prefer": _need(Who.CARER),
    "DELETE /api/v1/runners/{runner}/sessions/{session}": _need(Who.SEER),
    "POST /api/v1/runners/{runner}/runs": _need(Who.SEER, "files:write"),
    "POST /api/v1/runners/{runner}/no-run": _need(Who.SEER, "check-ins:write"),
    "POST /api/v1/runners/{runner}/mornings": _need(Who.SELF, "check-ins:write"),
    "POST /api/v1/runners/{runner}/attestations": _need(Who.CARER),
    "POST /api/v1/runners/{runner}/check-ins": _need(Who.SELF, "check-ins:write"),
    "GET /api/v1/runners/{runner}/plan": _need(Who.SEER, "plan:read"),
    "PUT /api/v1/runners/{runner}/plan": _need(Who.CARER, "plan:write"),
    "POST /api/v1/runners/{runner}/plan/preview": _need(Who.CARER, "plan:read"),
    "GET /api/v1/runners/{runner}/verdicts": _need(Who.SEER, "verdict:read"),
    "POST /api/v1/runners/{runner}/live": GATEWAY,
    "GET /api/v1/runners/{runner}/live": _need(Who.SEER),  # it asks again by itself, and ends without half a word
    "GET /api/v1/runners/{runner}/export": _need(Who.SEER),
    "DELETE /api/v1/runners/{runner}": PERSON,
    "GET /api/v1/caseload": _need(Who.PHYSIO, "caseload:read"),
    "GET /api/v1/audit": PERSON,
    "GET /openapi.json": OPEN,
    # What opens or closes a way for a runner is a person's own word; no program speaks it.
    "POST /api/v1/runners/{runner}/stage": _need(Who.CARER),
    "POST /api/v1/runners/{runner}/holds": _need(Who.CARER),
    "POST /api/v1/runners/{runner}/holds/{hold}/lift": _need(Who.CARER),
    "POST /api/v1/runners/{runner}/overrides": _need(Who.CARER),
    "POST /api/v1/runners/{runner}/nerve-checks": _need(Who.CARER),
    "POST /api/v1/runners/{runner}/flags": _need(Who.SEER),
    "POST /api/v1/runners/{runner}/flags/{flag}/clear": _need(Who.CARER),
    # for whoever keeps it running
    "GET /alerts": PERSON,
    "POST /alerts/{alert}": PERSON,
    "GET /settings/alerts": PERSON,
    "POST /settings/alerts": PERSON,
    "POST /settings/alerts/channels": PERSON,
    "POST /settings/alerts/channels/{channel}": PERSON,
    "GET /api/v1/alerts": PERSON,
    "POST /api/v1/alerts/{alert}/seen": PERSON,
    "POST /api/v1/alerts/{alert}/snooze": PERSON,
    "POST /api/v1/alerts/{alert}/acknowledge": PERSON,
    "GET /api/v1/web-push/key": PERSON,
    "POST /api/v1/web-push/subscriptions": PERSON,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,  # from this machine, or with the token of a setting
    "GET /authority": OPEN,
    "GET /authority.crt": OPEN,
    "GET /static": OPEN,
}
SCOPES = tuple(sorted({need.scope for need in NEEDS.values() if need.scope}))


def of(method: str, path: str) -> Need | None:
    """What is asked at an address, given as the router writes it; None where nobody said."""
    return NEEDS.get(f"{'GET' if method == 'HEAD' else method} {path}")
