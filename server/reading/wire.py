"""What the server and its readers say to each other: frames of bytes with plain data in them.

A request is two frames: the JSON document that completed a capture, or nothing for a file; then the bytes themselves.
"""

from __future__ import annotations

import struct
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta

from sensors.files.run import Summary

MOST_ROWS = 300_000  # of one request: three days of one-second samples, measured in about a second and 100 MB

LONGEST_SENTENCE = 500  # some name what stands in the file

_LENGTH = struct.Struct("<Q")


class ReadRun(msgspec.Struct, kw_only=True):
    """One run; `recording` is in store form. What a stream wants to be measured with is not asked for here."""

    sport: Annotated[str, Meta(max_length=100)]
    summary: Summary
    recording: bytes


class Answer(msgspec.Struct, kw_only=True):
    """The runs of one file or capture, or what stood in the way of reading it.

    `refused` is the reader's own sentence for the runner; `out_of_memory` ends the worker; `fault` names the kind of
    an error that nobody foresaw.
    """

    runs: list[ReadRun] = []
    refused: Annotated[str, Meta(max_length=LONGEST_SENTENCE)] | None = None
    out_of_memory: bool = False
    fault: Annotated[str, Meta(max_length=100)] | None = None


def send(pipe: BinaryIO, body: bytes) -> None:
    pipe.write(_LENGTH.pack(len(body)))
    pipe.write(body)
    pipe.flush()


def receive(pipe: BinaryIO, at_most: int) -> bytes:
    """The next frame. Raise EOFError where the other side ended, and ValueError for a frame longer than allowed."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > at_most:
        raise ValueError(f"a frame of {length} bytes, where {at_most} are allowed")
    return _exactly(pipe, length)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    body = pipe.read(length)
    if len(body) < length:
        raise EOFError("the other side ended")
    return body


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Answer).decode
