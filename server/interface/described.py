"""Described: every route for programs with what it takes and gives; a route that is not here fails a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from server.api import (
    captures,
    caseload,
    erasure,
    export,
    files,
    forms,
    gateways,
    history,
    live,
    plans,
    runners,
    statements,
)
from server.interface import answers
from server.interface.operation import CONTENT_DIGEST, IF_MATCH, PAGED, Media, Operation, Parameter

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LINES = Media(content_type="application/octet-stream")  # JSON lines, perhaps packed by gzip
ANY_FILE = Media(content_type="application/octet-stream")
FILE_NAME = Parameter(name="name", place="query", says="What the file is called; a label, nothing more.")
CONFIRM = Parameter(
    name="confirm", place="query", says="The runner's id once more: this cannot be undone.", required=True
)

DESCRIBED: Mapping[Handler, Operation] = {
    # gateways and what they bring
    gateways.start: Operation(takes=gateways.StartPairing, gives={201: answers.PairingBegun}),
    gateways.token: Operation(
        takes=gateways.AskToken,
        gives={200: answers.PairingDone, 202: answers.PairingWaits},
        refuses=(410,),
    ),
    gateways.heartbeat: Operation(takes=gateways.Heartbeat, gives={200: answers.Heard}),
    gateways.new_token: Operation(gives={200: answers.NewToken}),
    gateways.show: Operation(gives={200: answers.Gateways}, parameters=PAGED),
    gateways.revoke: Operation(gives={200: answers.GatewayRevoked}),
    gateways.replace: Operation(takes=gateways.Follower, gives={200: answers.GatewayReplaced}, refuses=(409,)),
    gateways.assign: Operation(takes=gateways.Wearer, gives={200: answers.SensorAssigned}, refuses=(409,)),
    gateways.free: Operation(gives={200: answers.SensorAssigned}),
    captures.begin: Operation(
        takes=forms.BeginCapture,
        gives={200: answers.CaptureBegun, 201: answers.CaptureBegun},
        refuses=(410,),
    ),
    captures.show: Operation(gives={200: answers.CaptureHeld}, refuses=(410,)),
    captures.put_chunk: Operation(
        takes=LINES,
        gives={200: answers.ChunkKept, 201: answers.ChunkKept},
        parameters=(CONTENT_DIGEST,),
        refuses=(409, 410),
    ),
    captures.complete: Operation(takes=forms.CompleteCapture, gives={200: answers.CaptureHeld}, refuses=(409, 410)),
    files.receive: Operation(
        takes=ANY_FILE,
        gives={200: answers.FileKept, 201: answers.FileKept},
        parameters=(FILE_NAME,),
        refuses=(410, 503),
    ),
    live.say: Operation(takes=live.Glance, gives={202: answers.Shown}),
    # a runner
    runners.verdict: Operation(gives={200: answers.VerdictNow}),
    history.verdicts: Operation(gives={200: answers.SaidVerdicts}, parameters=PAGED),
    runners.sessions: Operation(gives={200: answers.Sessions}, parameters=PAGED),
    runners.check_in: Operation(takes=forms.AnswerCheckIn, gives={201: answers.CheckInKept}),
    live.look_on: Operation(
        gives={200: Media(content_type="text/event-stream", schema={"type": "string"})},
        refuses=(429,),
    ),
    export.archive: Operation(gives={200: Media(content_type="application/zip")}),
    erasure.erase: Operation(gives={204: None}, parameters=(CONFIRM,)),
    # the plan, and what is stated
    plans.show: Operation(gives={200: answers.Plan}, gives_etag=True),
    plans.replace: Operation(
        takes=plans.PlanForm,
        gives={200: answers.PlanSaved},
        parameters=(IF_MATCH,),
        refuses=(412, 428),
        gives_etag=True,
    ),
    plans.preview: Operation(takes=plans.PreviewForm, gives={200: answers.Preview}),
    plans.stage: Operation(takes=plans.StageForm, gives={200: answers.StageEntered}, refuses=(409,), gives_etag=True),
    statements.hold: Operation(takes=statements.HoldForm, gives={201: answers.HoldKept}),
    statements.lift_hold: Operation(gives={200: answers.HoldLifted}),
    statements.override: Operation(takes=statements.OverrideForm, gives={201: answers.OverrideKept}, refuses=(409,)),
    statements.raise_flag: Operation(takes=statements.FlagForm, gives={201: answers.FlagKept}),
    statements.clear_flag: Operation(takes=statements.ClearForm, gives={200: answers.FlagCleared}),
    # everybody in somebody's care
    caseload.show: Operation(gives={200: answers.Caseload}, parameters=PAGED),
    history.audit: Operation(gives={200: answers.Audit}, parameters=PAGED),
}


def operation(handler: Any) -> Operation | None:
    return DESCRIBED.get(handler)
