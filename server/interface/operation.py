"""Operation: what one route takes and gives, beside the words of its handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

BINARY = {"type": "string", "format": "binary"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A body that is no JSON of ours."""

    content_type: str
    schema: Mapping[str, Any] = field(default_factory=lambda: BINARY)


Body = type[BaseModel] | Media | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something beside the path and the body. `values` is its JSON schema."""

    name: str
    place: Literal["query", "header"]
    says: str
    values: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`gives` are the answers that are no refusals, by status; `refuses` the statuses of its own refusals."""

    gives: Mapping[int, Body]
    takes: Body = None
    parameters: tuple[Parameter, ...] = ()
    refuses: tuple[int, ...] = ()
    gives_etag: bool = False


PAGED = (
    Parameter(
        name="limit",
        place="query",
        says="How many at most; 50 unless said.",
        values={"type": "integer", "minimum": 1, "maximum": 200},
    ),
    Parameter(name="after", place="query", says="The `next` of the page before; the first page without it."),
)
IF_MATCH = Parameter(
    name="If-Match",
    place="header",
    says='The ETag of the version that you saw, "0" where there is none yet.',
    values={"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    required=True,
)
CONTENT_DIGEST = Parameter(
    name="Content-Digest",
    place="header",
    says="RFC 9530: `sha-256=:…:` over the bytes before compression.",
    values={"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
    required=True,
)
