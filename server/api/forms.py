"""Forms: what programs and pages may send; nothing else reaches a table."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from server.api import strict_json
from server.problem import Problem

Model = TypeVar("Model", bound=BaseModel)
Pain = Annotated[float, Field(ge=0, le=10)]
Name = Annotated[str, Field(max_length=200)]
BODY_BYTES = 256 * 1024
JSON = ("/json", "+json")
READ_S = 30.0  # for a document or a chunk
T = TypeVar("T")


class Form(BaseModel):
    # An unknown field may be a newer gateway's; a number that is none (NaN, infinity) is refused at this edge.
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        """From a page or a program: no text holds what cannot be seen."""
        return strict_json.cleaned(given)


class BeginCapture(Form):
    runner: Annotated[str, Field(min_length=1, max_length=64)]
    started_at: AwareDatetime


class BootOffset(Form):
    boot: Name
    offset_ns: int
    trusted: bool


class Sensor(Form):
    address: Name
    name: Name | None = None
    model: Name | None = None
    serial: Name | None = None
    location: Name | None = None
    cadence_unit: Name | None = None


class CompleteCapture(Form):
    chunks: Annotated[int, Field(ge=0, le=1024)]
    packets: Annotated[int, Field(ge=0)]
    dropped: Annotated[int, Field(ge=0)] = 0
    root: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    ended_at: AwareDatetime
    clock: Annotated[list[BootOffset], Field(max_length=1000)] = []
    sensors: Annotated[list[Sensor], Field(max_length=100)] = []


class AnswerCheckIn(Form):
    """Answers about one run; only what was answered is sent."""

    session: Annotated[str, Field(min_length=1, max_length=100)]
    during: Pain | None = None
    after: Pain | None = None
    morning: Pain | None = None
    stiff_min: Annotated[float, Field(ge=0, le=1440)] | None = None
    site: Annotated[str, Field(max_length=40)] | None = None
    distal_spread: bool | None = None
    stopped: bool | None = None
    sharp_sudden: bool | None = None
    character: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] | None = None
    sitting: Pain | None = None
    cough: bool | None = None
    painkillers: Annotated[
        bool | None, Field(description="Taken before the run or since, for any reason; leave out if not asked.")
    ] = None


async def in_time(reading: Awaitable[T]) -> T:
    """What is read of a request. Raises Problem 408: a slow sender must not hold a connection for ever."""
    try:
        async with asyncio.timeout(READ_S):
            return await reading
    except TimeoutError as why:
        raise Problem(408, "Too slow", "The request did not arrive in time; send it again.") from why


async def body(request: web.Request, form: type[Model]) -> Model:
    """The request's JSON as a form. Raises Problem 400, 413, 415 or 422 with the place and the reason."""
    raw = await in_time(request.read())
    if len(raw) > BODY_BYTES:
        raise Problem(413, "Too large", f"A document holds at most {BODY_BYTES} bytes.")
    if raw and not request.content_type.endswith(JSON):
        raise Problem(415, "Not JSON", f"Send application/json here, not {request.content_type[:60]}.")
    try:
        return form.model_validate(strict_json.read(raw))
    except ValidationError as why:
        raise as_problem(why) from why


def as_problem(why: ValidationError) -> Problem:
    first = why.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the document"
    return Problem(422, "Not acceptable", f"{place}: {first['msg']}.", place=place)


def utc_text(moment: datetime) -> str:
    """ISO 8601 with a Z, as every time on the wire."""
    return moment.isoformat().replace("+00:00", "Z")


def whole_number(text: str, name: str) -> int:
    """A whole number from an address. Raises Problem 422."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(422, "Not a number", f"{name} must be a whole number, not {text[:20]!r}.")
    return int(text)
