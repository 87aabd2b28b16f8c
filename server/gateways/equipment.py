"""Equipment: what a clinic does with its gateways: whose sensors they hear, a new token, an end, a successor."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from server import access, audit
from server.people import names
from server.problem import Problem, not_found
from server.storage import gateways
from server.storage.gateways import Gateway, SensorAssignment
from server.storage.people import Person

SENSOR_LETTERS = 64


def of_clinic(db: Session, person: Person) -> list[Gateway]:
    return gateways.of_clinic(db, person.clinic_id)


def revoke(db: Session, by: Person, gateway_id: str, now: datetime) -> None:
    """Its next word is refused; what it brought before stays. Raises Problem 404."""
    gateway = _of_their_clinic(db, by, gateway_id)
    if gateway.revoked_at is None:
        gateways.revoke(db, gateway_id, now)
        audit.note(db, by.id, "gateway revoked", {"gateway": gateway_id}, now)


def rotate(db: Session, gateway_id: str, token: str, now: datetime) -> None:
    """A new token; the old one is taken until the new one is used, so that an answer lost on the way loses nobody."""
    gateways.offer_token(db, gateway_id, token)
    audit.note(db, gateway_id, "gateway token offered", {"gateway": gateway_id}, now)


def assign(db: Session, by: Person, gateway_id: str, sensor: str, runner_id: str, nickname: str, now: datetime) -> None:
    """From now on this sensor tells the runs of this runner, who must be in the person's care. Raises 404 or 422."""
    _in_use(_of_their_clinic(db, by, gateway_id))
    runner = access.may_see(db, by, runner_id, now)
    address = sensor_address(sensor)
    before = gateways.sensor_assignment(db, gateway_id, address)
    if before is not None:
        access.may_see(db, by, before.runner_id, now)  # nobody takes a stranger's sensor away
    assignment = SensorAssignment(
        sensor=address, runner_id=runner.id, nickname=names.required(nickname or runner.name.split()[0], "nickname")
    )
    gateways.assign_sensor(db, gateway_id, assignment)
    words = {"gateway": gateway_id, "sensor": address, "nickname": assignment.nickname}
    audit.note(db, by.id, "sensor assigned", words, now, runner_id=runner.id)


def free(db: Session, by: Person, gateway_id: str, sensor: str, now: datetime) -> None:
    """The sensor tells nobody's runs any more. Raises Problem 404."""
    _of_their_clinic(db, by, gateway_id)
    address = sensor_address(sensor)
    assignment = gateways.sensor_assignment(db, gateway_id, address)
    if assignment is None:
        raise not_found()
    access.may_see(db, by, assignment.runner_id, now)
    gateways.free_sensor(db, gateway_id, address)
    audit.note(
        db, by.id, "sensor freed", {"gateway": gateway_id, "sensor": address}, now, runner_id=assignment.runner_id
    )


def replace(db: Session, by: Person, old_id: str, new_id: str, now: datetime) -> int:
    """Another gateway follows a dead one: it may go on with its captures; how many. Raises Problem 404 or 409."""
    old, new = _of_their_clinic(db, by, old_id), _of_their_clinic(db, by, new_id)
    if old.id == new.id or old.replaced_by is not None:
        raise Problem(409, "Not a successor", "A gateway follows another one, and each is followed once.")
    _in_use(new)
    moved = gateways.replace(db, old_id, new_id, now)
    audit.note(db, by.id, "gateway replaced", {"gateway": old_id, "by": new_id, "captures": moved}, now)
    return moved


def give_up(db: Session, by: Person, gateway_id: str, reason: str, now: datetime) -> None:
    """What a dead gateway still held will never come; from now on nobody waits for it. Raises Problem 404 or 422."""
    gateway = _of_their_clinic(db, by, gateway_id)
    if gateway.revoked_at is None:
        raise Problem(409, "Still in use", "Revoke the gateway or replace it first; it may yet bring what it holds.")
    for runner_id in gateway.held:
        access.may_see(db, by, runner_id, now)
    if len(reason.strip()) < 10:
        raise Problem(422, "Say why", "Say in at least 10 characters why its packets will not come.")
    lost = gateways.give_up(db, gateway_id)
    for runner_id, packets in lost.items():
        words = {"gateway": gateway_id, "packets": packets, "reason": reason.strip()[:500]}
        audit.note(db, by.id, "packets given up", words, now, runner_id=runner_id)


def sensor_address(text: str) -> str:
    """A sensor's address as gateways write it. Raises Problem 422."""
    address = names.cleaned(text).upper()
    if not (1 <= len(address) <= SENSOR_LETTERS and address.isascii()):
        raise Problem(422, "Which sensor", "Give the address of the sensor, such as C0:11:22:33:44:55.")
    return address


def _of_their_clinic(db: Session, person: Person, gateway_id: str) -> Gateway:
    gateway = gateways.find(db, gateway_id)
    if gateway is None or gateway.clinic_id != person.clinic_id:
        raise not_found()
    return gateway


def _in_use(gateway: Gateway) -> None:
    if gateway.revoked_at is not None:
        raise Problem(409, "Revoked", "This gateway was revoked; pair it again first.")
