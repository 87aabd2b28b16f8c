"""Quota: how often and how much one sender may bring, so that one that runs wild stands in nobody's way."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage  # the other one starts a thread ever again, while everybody waits
from limits.aio.strategies import FixedWindowRateLimiter

from server.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A gateway that hands over a week of three sensors brings 0.4 GB in 7,000 requests."""

    requests_a_minute: int = 6000
    bytes_a_day: int = 2 * 1024**3


class Quota:
    """Counted in this process alone: it guards the machine, and a second server has a machine of its own."""

    def __init__(self, allowance: Allowance = Allowance()) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(allowance.requests_a_minute)
        self._bytes = RateLimitItemPerDay(allowance.bytes_a_day)

    async def spend(self, sender: str, size: int) -> None:
        """Count a request and its bytes. Raises Problem 429 with the seconds to wait."""
        who = hashlib.sha256(sender.encode()).hexdigest()  # no token lies in a counter
        await self._count(self._requests, who, 1, "Too many requests in one minute.")
        await self._count(self._bytes, who, max(size, 1), "Too much was sent on one day.")

    async def _count(self, item: RateLimitItem, who: str, cost: int, sentence: str) -> None:
        if not await self._limiter.hit(item, who, cost=cost):
            window = await self._limiter.get_window_stats(item, who)
            left_s = max(1, round(window.reset_time - time.time()))
            raise Problem(429, "Too much at once", f"{sentence} Nothing is lost; send it later.", retry_after_s=left_s)
