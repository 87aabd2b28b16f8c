"""Answers: the documents that the server gives; what is null was not measured, not said, or is not there yet."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Answer(BaseModel):
    # Later releases may say more; a program reads what it knows.
    model_config = ConfigDict(extra="allow")


class Paged(Answer):
    next: str | None = Field(description="Send it as `after` for the following page; null at the end.")


class PlanConcern(Answer):
    """What a change of a plan lacks, or what speaks against it."""

    code: str
    items: list[str] = Field(description="Stage ids, criterion codes, decisions or scores, by code.")
    sentence: str


class Problem(Answer):
    """A refusal as RFC 9457 has it; `detail` is a sentence that can be read aloud."""

    type: str
    status: int
    title: str
    detail: str
    id: str | None = Field(default=None, description="Under this name a mistake of the server stands in its log.")
    missing: list[PlanConcern] | None = Field(default=None, description="What a plan needs a reason for, or cannot be.")


class NamedRunner(Answer):
    id: str
    name: str


class PairingBegun(Answer):
    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int


class PairingWaits(Answer):
    state: str
    interval: int


class PairingDone(Answer):
    gateway: str
    token: str
    runners: list[NamedRunner]


class Assignment(Answer):
    sensor: str
    runner: str
    nickname: str


class Heard(Answer):
    now: AwareDatetime
    runners: list[NamedRunner]
    assignments: list[Assignment] = Field(description="Which sensor is whose.")


class NewToken(Answer):
    gateway: str
    token: str


class Gateway(Answer):
    id: str
    name: str
    paired_at: AwareDatetime
    revoked_at: AwareDatetime | None
    replaced_by: str | None
    last_contact: AwareDatetime | None
    address: str | None
    version: str | None
    battery: dict[str, float] | None
    held: int
    sensors: list[Assignment]


class Gateways(Paged):
    gateways: list[Gateway]


class GatewayRevoked(Answer):
    gateway: str
    revoked: bool


class GatewayReplaced(Answer):
    gateway: str
    by: str
    captures: int


class SensorAssigned(Answer):
    gateway: str
    sensor: str
    runner: str | None


class CaptureBegun(Answer):
    capture: str
    state: str


class CaptureHeld(Answer):
    state: str
    have: list[int]
    packets: int


class ChunkKept(Answer):
    seq: int


class FileKept(Answer):
    file: str
    runs: int


class Shown(Answer):
    shown: bool


class OverrideShown(Answer):
    decision: str
    over: str
    reason: str
    by: str
    at: AwareDatetime
    until: AwareDatetime


class Criterion(Answer):
    code: str
    sentence: str
    evidence: str


class NextStage(Answer):
    stage: str
    name: str
    not_attested: list[Criterion] = Field(description="Entry criteria that a physio has not attested yet.")


class VerdictNow(Answer):
    """What is said now. `decision` is the one that holds; nothing is decided while `waiting` is not empty."""

    runner: str
    at: AwareDatetime
    stale: bool
    waiting: list[str]
    recording: bool = Field(description="A run is being recorded: until it is judged, nothing reads PROGRESS_READY.")
    decision: str | None
    override: OverrideShown | None
    verdict: dict[str, Any] | None
    next_stages: list[NextStage] = Field(description="The stage after the current one, for each programme.")
    inputs_sha256: str


class SaidVerdict(Answer):
    decided_at: AwareDatetime
    superseded_at: AwareDatetime | None
    inputs_sha256: str
    verdict: dict[str, Any]


class SaidVerdicts(Paged):
    verdicts: list[SaidVerdict]


class Session(Answer):
    id: str
    start: AwareDatetime
    end: AwareDatetime
    counts: bool
    mine: bool
    made_of: list[dict[str, Any]]
    rules_version: str
    decoder_version: str
    measured: dict[str, Any]
    check_in: dict[str, Any]


class Sessions(Paged):
    sessions: list[Session]


class GivenAnswer(Answer):
    at: AwareDatetime
    by: str


class SessionWithAnswers(Session):
    answers: list[GivenAnswer] = Field(description="Every answer, the oldest first; a later one corrects.")


class SessionChanged(Answer):
    session: str


class SessionHanded(SessionChanged):
    runner: str


class DayKept(Answer):
    day: date


class MorningKept(Answer):
    morning: float | None


class Attested(Answer):
    attestation: str


class CheckInKept(Answer):
    session: str


class Plan(Answer):
    version: Annotated[int, Field(ge=1)]
    valid_from: AwareDatetime
    by: str
    plan: dict[str, Any]


class PlanSaved(Plan):
    warnings: list[str] = Field(description="What the physio is asked about once.")


class StageEntered(PlanSaved):
    not_attested: list[Criterion]


class Day(Answer):
    at: AwareDatetime
    as_it_is: dict[str, Any]
    as_it_would_be: dict[str, Any]
    differs: bool


class Preview(Answer):
    days: list[Day]
    needs_reason: list[PlanConcern] = Field(description="Why saving it needs a reason; empty if it needs none.")


class HoldKept(Answer):
    hold: str


class HoldLifted(HoldKept):
    lifted: bool


class OverrideKept(Answer):
    override: str


class NerveCheckKept(Answer):
    nerve_check: str


class FlagKept(Answer):
    flag: str
    route: str


class FlagCleared(Answer):
    flag: str
    cleared: bool


class CaseloadRunner(Answer):
    id: str
    name: str
    programme: str | None = Field(description="The key of a built-in one; PHT@1 is version 1 of PHT.")
    stage: str | None
    need: str
    decision: str | None
    waiting: list[str]
    last_run_ended_at: AwareDatetime | None


class Caseload(Paged):
    runners: list[CaseloadRunner]


class Deed(Answer):
    seq: int
    at: AwareDatetime
    actor: str
    runner: str | None
    action: str
    words: dict[str, Any] | None


class Audit(Paged):
    audit: list[Deed]


class AlertHeard(Answer):
    id: str
    runner: str | None
    code: str
    urgency: str
    words: str
    session: str | None
    raised_at: AwareDatetime
    closed_at: AwareDatetime | None
    unread: bool
    seen_at: AwareDatetime | None
    snoozed_until: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    baseline_at: AwareDatetime | None = Field(
        description="Set if it was already true when the rules were updated: nobody was notified of it."
    )


class Alerts(Paged):
    alerts: list[AlertHeard]


class WebPushKey(Answer):
    key: str = Field(description="For PushManager.subscribe.")


class Subscribed(Answer):
    channel: str
