"""Described: every route for programs with what it takes and gives; a route that is not here fails a test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from server.api import (
    alerts,
    by_hand,
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
    sessions,
    statements,
)
from server.interface import answers
from server.interface.operation import CONTENT_DIGEST, IF_MATCH, PAGED, Media, Operation, Parameter

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LINES = Media(content_type="application/octet-stream")  # JSON lines, perhaps packed by gzip
ANY_FILE = Media(content_type="application/octet-stream")
CSV = Media(content_type="text/csv", schema={"type": "string"})
WHICH_RUN = Parameter(name="run", place="query", says="Which of the session's runs; the first unless said.")
FILE_NAME = Parameter(name="name", place="query", says="What the file is called; a label, nothing more.")
STATE = Parameter(
    name="state",
    place="query",
    says="Those that stand now, or all.",
    values={"type": "string", "enum": ["open", "all"]},
)
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
    sessions.several: Operation(gives={200: answers.Sessions}, parameters=PAGED),
    sessions.one: Operation(gives={200: answers.SessionWithAnswers}),
    sessions.recording: Operation(gives={200: CSV}, refuses=(409,)),
    sessions.original: Operation(gives={200: ANY_FILE}, parameters=(WHICH_RUN,)),
    sessions.split: Operation(takes=sessions.SplitForm, gives={200: answers.SessionChanged}, refuses=(409,)),
    sessions.join: Operation(takes=sessions.JoinForm, gives={200: answers.SessionChanged}, refuses=(409,)),
    sessions.not_mine: Operation(takes=sessions.MineForm, gives={200: answers.SessionChanged}, refuses=(409,)),
    sessions.prefer: Operation(takes=sessions.PreferForm, gives={200: answers.SessionChanged}, refuses=(409,)),
    sessions.hand_over: Operation(takes=sessions.HandForm, gives={200: answers.SessionHanded}, refuses=(409,)),
    sessions.delete: Operation(gives={200: answers.SessionChanged}, refuses=(409,)),
    by_hand.run: Operation(takes=by_hand.RunForm, gives={201: answers.SessionChanged}, refuses=(409,)),
    by_hand.no_run: Operation(takes=by_hand.NoRunForm, gives={201: answers.DayKept}, refuses=(409,)),
    by_hand.morning: Operation(takes=by_hand.MorningForm, gives={201: answers.MorningKept}, refuses=(409,)),
    by_hand.attest: Operation(takes=by_hand.AttestForm, gives={201: answers.Attested}, refuses=(409,)),
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
    statements.nerve_check: Operation(takes=statements.NerveCheckForm, gives={201: answers.NerveCheckKept}),
    statements.raise_flag: Operation(takes=statements.FlagForm, gives={201: answers.FlagKept}),
    statements.clear_flag: Operation(takes=statements.ClearForm, gives={200: answers.FlagCleared}),
    # everybody in somebody's care
    caseload.show: Operation(gives={200: answers.Caseload}, parameters=PAGED),
    history.audit: Operation(gives={200: answers.Audit}, parameters=PAGED),
    # what must be heard
    alerts.listed: Operation(gives={200: answers.Alerts}, parameters=(*PAGED, STATE)),
    alerts.seen: Operation(gives={200: answers.AlertHeard}),
    alerts.snooze: Operation(takes=alerts.SnoozeForm, gives={200: answers.AlertHeard}),
    alerts.acknowledge: Operation(gives={200: answers.AlertHeard}),
    alerts.web_push_key: Operation(gives={200: answers.WebPushKey}),
    alerts.subscribe: Operation(takes=alerts.SubscriptionForm, gives={201: answers.Subscribed}),
}


def operation(handler: Any) -> Operation | None:
    return DESCRIBED.get(handler)
