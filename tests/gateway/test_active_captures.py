"""The heartbeat names what is being recorded, so that a run that goes on does not withhold its runner's verdict."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from gateway_kit import MONO_START_NS, START_NS, packet, packets

from gateway.active_captures import Moment, active_captures
from gateway.clock import SECOND_NS
from gateway.journal import Journal

CAPTURE = "01a00000-0000-7000-8000-000000000001"
BEGAN, AFTER_TEN_MINUTES = "2026-05-28T20:26:40.000Z", "2026-05-28T20:36:40.000Z"


def moment(seconds: float, wall_step_s: float = 0, boot: str = "boot-a") -> Moment:
    """So long after the start, on a wall clock that was set forward by so much meanwhile."""
    return Moment(
        boot=boot,
        mono_ns=MONO_START_NS + round(seconds * SECOND_NS),
        wall_ns=START_NS + round((seconds + wall_step_s) * SECOND_NS),
    )


@pytest.fixture
def journal(tmp_path: Path):
    open_journal = Journal.open(tmp_path)
    yield open_journal
    open_journal.close()


def record(journal: Journal, some: list, capture: str = CAPTURE) -> None:
    with journal.transaction():
        journal.begin(capture, "runner-1", BEGAN)
        journal.add(capture, some)


def test_an_open_capture_is_named_with_its_first_and_last_packet_and_what_the_server_lacks(journal: Journal) -> None:
    record(journal, packets(601))
    assert active_captures(journal, moment(660)) == [
        {
            "capture": CAPTURE,
            "runner": "runner-1",
            "started_at": BEGAN,
            "last_packet_at": AFTER_TEN_MINUTES,
            "packets_held": 601,
        }
    ]


def test_a_capture_without_a_packet_yet_began_now(journal: Journal) -> None:
    record(journal, [])
    (named,) = active_captures(journal, moment(0))
    assert (named["last_packet_at"], named["packets_held"]) == (BEGAN, 1)


@pytest.mark.parametrize("state", ["closed", "interrupted"])
def test_what_is_not_recorded_any_more_is_not_named(journal: Journal, state: str) -> None:
    record(journal, packets(10))
    with journal.transaction():
        if state == "closed":
            journal.end(CAPTURE, AFTER_TEN_MINUTES, 10, 0)
        else:
            journal.interrupt(CAPTURE, "the gateway was stopped", 10, 0)
    assert active_captures(journal, moment(10)) == []


@pytest.mark.parametrize("step_s", [-7200, 86_400])
def test_a_clock_that_was_set_meanwhile_makes_no_packet_older_or_younger(journal: Journal, step_s: float) -> None:
    record(journal, packets(601))
    (named,) = active_captures(journal, moment(660, wall_step_s=step_s))
    (plain,) = active_captures(journal, moment(660))
    shift = {name: _seconds(named[name]) - _seconds(plain[name]) for name in ("started_at", "last_packet_at")}
    assert shift == {"started_at": step_s, "last_packet_at": step_s}, "a minute ago, on the clock as it is now"


def test_no_packet_of_another_boot_is_later_than_now(journal: Journal) -> None:
    record(journal, [packet(600, boot="an-earlier-boot")])
    (named,) = active_captures(journal, moment(0, boot="boot-b"))
    assert named["last_packet_at"] == BEGAN


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
