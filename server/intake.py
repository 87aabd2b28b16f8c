"""Intake: chunks and files come in, whole and once; what completes a run asks for its review in the same breath."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import Session

from server import access
from server.people import erased
from server.problem import Problem, not_found
from server.storage import captures, chunks, people
from server.storage.captures import Capture, ReviewRequest

CHUNK_BYTES = 64 * 1024  # before compression; the gateway seals at this size
CHUNKS_OF_A_CAPTURE = 1024  # 64 MiB: more than a day of three sensors
CAPTURE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the server has of a capture."""

    state: str
    have: list[int]
    packets: int


def begin(db: Session, gateway_id: str, capture_id: str, runner_id: str, started_at: datetime, now: datetime) -> bool:
    """Open a capture; True where it is new, False where this gateway's capture was there already.

    Raises Problem 404, 410 where it was deleted, or 422.
    """
    if not people.brings_runs_of(db, gateway_id, runner_id):
        raise erased.gone_or_unknown(db, gateway_id, runner_id)
    if CAPTURE_ID.fullmatch(capture_id) is None:
        raise Problem(422, "Not an id", "A capture's id is made of up to 64 letters, digits, dots and dashes.")
    buried = captures.buried(db, runner_id, "capture", capture_id)
    if buried == "deleted":
        raise _deleted()
    held = captures.find(db, capture_id)
    if held is not None:
        _same_owner(held, gateway_id, held.runner_id if buried == "handed" else runner_id)
        return False
    capture = Capture(
        runner_id=runner_id,
        id=capture_id,
        gateway_id=gateway_id,
        state="open",
        started_at=started_at,
        root=None,
        closing=None,
    )
    captures.begin(db, capture, now)
    return True


def held(db: Session, gateway_id: str, capture_id: str) -> Held:
    """What is here of a capture. Raises Problem 404 or 410."""
    capture = _own(db, gateway_id, capture_id)
    return Held(
        state=capture.state,
        have=list(chunks.hashes(db, capture)),
        packets=chunks.packets_held(db, capture),
    )


def checked(seq: int, body: bytes, content_digest: str) -> str:
    """The SHA-256 of a chunk, which must be the one in its header (RFC 9530, over the uncompressed bytes).

    Raises Problem 413 or 422.
    """
    if len(body) > CHUNK_BYTES:
        raise Problem(413, "Chunk too large", f"A chunk holds at most {CHUNK_BYTES} bytes, this one {len(body)}.")
    if not 0 <= seq < CHUNKS_OF_A_CAPTURE:
        raise Problem(413, "Capture too large", f"A capture has the chunks 0 to {CHUNKS_OF_A_CAPTURE - 1}, not {seq}.")
    algorithm, _, value = content_digest.strip().partition("=")
    try:
        promised = base64.b64decode(value.strip(":"), validate=True) if algorithm == "sha-256" else b""
    except binascii.Error:
        promised = b""
    actual = hashlib.sha256(body)
    if promised != actual.digest():
        raise Problem(422, "Digest does not match", "The bytes that arrived are not the bytes that were sent.")
    return actual.hexdigest()


def put_chunk(
    db: Session, bearer: str | None, capture_id: str, seq: int, body: bytes, digest: str, now: datetime
) -> Literal["new", "same", "conflict"]:
    """Keep one sealed chunk, whose digest was checked. Other bytes under a known number are kept aside and never
    replace the first. Raises Problem 401, 404, or 410 where the capture was deleted."""
    if chunks.take(db, bearer or "", capture_id, seq, digest, body):
        return "new"
    capture = _own(db, access.gateway_of(db, bearer), capture_id)
    if chunks.hash_of(db, capture, seq) == digest:
        return "same"
    chunks.set_aside(db, capture, seq, digest, body, now)
    return "conflict"


def complete(db: Session, gateway_id: str, capture_id: str, closing: Mapping[str, Any], now: datetime) -> Held:
    """Close a capture whose chunks are all here and ask for its review; a second time changes nothing.

    Raises Problem 404, 409 with the missing chunks or where the root differs, or 410.
    """
    capture = _own(db, gateway_id, capture_id)
    hashes = chunks.hashes(db, capture)
    missing = [seq for seq in range(closing["chunks"]) if seq not in hashes]
    if missing:
        raise Problem(409, "Chunks are missing", f"{len(missing)} chunks have not arrived yet.", missing=missing)
    root = root_of(capture.id, [hashes[seq] for seq in range(closing["chunks"])])
    if root != closing["root"] or len(hashes) != closing["chunks"]:
        raise Problem(409, "Not the same capture", "The root does not belong to the chunks that are here.", root=root)
    if capture.state != "complete":
        captures.complete(db, capture, root, closing)
        captures.request_review(db, ReviewRequest(capture.runner_id, "capture", capture.id), now)
    return Held(state="complete", have=sorted(hashes), packets=chunks.packets_held(db, capture))


def keep_file(db: Session, runner_id: str, name: str, body: bytes, now: datetime) -> tuple[str, bool]:
    """Keep a run file as it came and ask for its review; returns its SHA-256 and whether it is new.

    Raises Problem 410 where the same file was deleted, or handed to the runner whose it is.
    """
    digest = hashlib.sha256(body).hexdigest()
    if buried := captures.buried(db, runner_id, "file", digest):
        raise _deleted() if buried == "deleted" else Problem(410, "Handed over", "This run is somebody else's.")
    new = captures.add_file(db, runner_id, digest, name, body, now)
    if new:
        captures.request_review(db, ReviewRequest(runner_id, "file", digest), now)
    return digest, new


def root_of(capture_id: str, hashes: list[str]) -> str:
    """SHA-256 over the capture's id and the hashes of its chunks in order, as canonical JSON."""
    text = json.dumps({"capture": capture_id, "chunks": hashes, "version": 1}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _own(db: Session, gateway_id: str, capture_id: str) -> Capture:
    return _owned(db, gateway_id, capture_id, captures.find(db, capture_id))


def _owned(db: Session, gateway_id: str, capture_id: str, capture: Capture | None) -> Capture:
    """The capture that was found, where it is this gateway's. Raises Problem 404 or 410."""
    if capture is None:
        owners = captures.deleted_from(db, capture_id)
        if any(people.brings_runs_of(db, gateway_id, runner_id) for runner_id in owners):
            raise _deleted()
        raise erased.gone_or_unknown(db, gateway_id, capture_id)
    _same_owner(capture, gateway_id, capture.runner_id)
    return capture


def _same_owner(capture: Capture, gateway_id: str, runner_id: str) -> None:
    if (capture.gateway_id, capture.runner_id) != (gateway_id, runner_id):
        raise not_found()


def _deleted() -> Problem:
    return Problem(410, "Deleted", "This run was deleted; it is not taken again.")
