"""Problem: a refusal in one clear sentence, as RFC 9457 wants it for programs and as a page for people."""

from __future__ import annotations

from aiohttp import web


class Problem(Exception):
    """Raised anywhere on the server's way; `detail` is a sentence that can be read aloud."""

    def __init__(self, status: int, title: str, detail: str, **facts: object) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        self.facts = facts
        super().__init__(detail)


def as_response(problem: Problem) -> web.Response:
    """The problem document of RFC 9457; facts of the problem stand beside the four members of the standard."""
    body = {"type": "about:blank", "status": problem.status, "title": problem.title, "detail": problem.detail}
    wait_s = problem.facts.get("retry_after_s")
    return web.json_response(
        {**problem.facts, **body},
        status=problem.status,
        headers=None if wait_s is None else {"Retry-After": str(wait_s)},
        content_type="application/problem+json",
    )


def not_found() -> Problem:
    """What a stranger is told as well: whether a runner exists is nobody's business."""
    return Problem(404, "Not found", "There is nothing here for you under this address.")
