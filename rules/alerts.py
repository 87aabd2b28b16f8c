"""Alerts: who must hear what, once. They never change a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rules.case import Case
from rules.errors import ProgrammeInvalid
from rules.signs.alert_kinds import KINDS, OF_THE_REASON, Audience, Kind, Urgency
from rules.signs.alert_signs import SIGNS, Sign, StageEvent
from rules.speech.amounts import day
from rules.speech.say import reason_words
from rules.verdict import Verdict
from rules.view import look
from rules.vocabulary import Reason

REPEATED_AFTER_DAYS = {"LAYOFF": 7}  # it lasts until a physio enters a stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to hear, for one or two people. `episode` is the same for as long as it is the same thing.

    `words` holds a sentence for each person who hears it. Only a PAGE may break the quiet hours.
    """

    code: str
    urgency: Urgency
    episode: str
    words: Mapping[Audience, str]
    session_id: str | None = None

    @property
    def audience(self) -> tuple[Audience, ...]:
        return tuple(self.words)

    @property
    def waits_for_morning(self) -> bool:
        """Whether the quiet hours hold it back."""
        return self.urgency < Urgency.PAGE


def alerts(
    runner: str,
    case: Case,
    verdict: Verdict,
    *,
    open_before: Sequence[Alert] = (),
    events: Sequence[StageEvent] = (),
    implausible: Collection[str] = (),
) -> tuple[Alert, ...]:
    """Every alert that stands at the case's `now`, the most urgent first, each episode once.

    `open_before` are the alerts of the last look, from which an episode that goes on keeps its key; `events` are the
    steps between stages, `implausible` the ids of sessions whose speed was measured as SPEED_IMPLAUSIBLE. An episode is
    named by (runner, code, session), or else by the first day of it.
    """
    signs = [*_signs(case, events), *_implausible_speeds(case, implausible)]
    found = {alert.episode: alert for alert in _found(runner, case, verdict, _open(open_before), signs)}
    return tuple(sorted(found.values(), key=lambda alert: (-alert.urgency, alert.code, alert.episode)))


def _found(
    runner: str, case: Case, verdict: Verdict, open_before: Mapping[str, str], signs: Sequence[Sign]
) -> Iterator[Alert]:
    for reason in verdict.reasons:
        code = reason.of or reason.code
        if code in KINDS:
            episode = _episode(runner, _key(code, reason), reason.session_id, case, open_before)
            yield _from_reason(KINDS[code], code, reason, case, episode)
    for sign in signs:
        episode = _episode(runner, sign.code, sign.session_id, case, open_before)
        yield _from_sign(KINDS[sign.code], sign, case, episode)


def _signs(case: Case, events: Sequence[StageEvent]) -> Iterator[Sign]:
    try:
        view = look(case)
    except ProgrammeInvalid:
        return
    for signs in SIGNS:
        yield from signs(view, events)


def _implausible_speeds(case: Case, session_ids: Collection[str]) -> Iterator[Sign]:
    for session in case.sessions:
        if session.id in session_ids:
            yield Sign(code="SPEED_IMPLAUSIBLE", session_id=session.id)


def _key(code: str, reason: Reason) -> str:
    """Two flags are two episodes, and so are two ceilings of one session."""
    return f"{code}:{reason.item}" if code in ("RED_FLAG", "CEILING") else code


def _episode(runner: str, key: str, session_id: str | None, case: Case, open_before: Mapping[str, str]) -> str:
    if session_id is not None:
        return f"{runner}/{key}/session:{session_id}"
    today: date = case.now.date()
    open_episode = open_before.get(f"{runner}/{key}")
    if open_episode is None or _is_over(key, open_episode, today):
        return f"{runner}/{key}/{today}"
    return open_episode


def _is_over(key: str, episode: str, today: date) -> bool:
    """Whether an alert that is repeated while it lasts is due again."""
    days = REPEATED_AFTER_DAYS.get(key)
    return days is not None and (today - date.fromisoformat(episode.rpartition("/")[2])).days >= days


def _open(alerts_before: Sequence[Alert]) -> dict[str, str]:
    """By (runner, key) the episode of each alert that was open and is not about one session."""
    return {alert.episode.rpartition("/")[0]: alert.episode for alert in alerts_before if alert.session_id is None}


def _from_reason(kind: Kind, code: str, reason: Reason, case: Case, episode: str) -> Alert:
    words = {audience: reason_words(reason, case, audience) for audience in _hearers(kind, of_reason=True)}
    return Alert(code=code, urgency=kind.urgency, episode=episode, words=words, session_id=reason.session_id)


def _from_sign(kind: Kind, sign: Sign, case: Case, episode: str) -> Alert:
    session = next((one for one in case.sessions if one.id == sign.session_id), None)
    when = day(session.start) if session else ""
    words = {
        audience: (getattr(kind, audience) or "").format(when=when, measured=sign.measured, item=sign.item)
        for audience in _hearers(kind, of_reason=False)
    }
    return Alert(code=sign.code, urgency=kind.urgency, episode=episode, words=words, session_id=sign.session_id)


def _hearers(kind: Kind, *, of_reason: bool) -> tuple[Audience, ...]:
    """Of a missing answer the runner hears while it is in time, the physio once it has become a pattern."""
    everybody: tuple[Audience, ...] = ("physio", "runner")
    said = {audience: getattr(kind, audience) for audience in everybody}
    return tuple(audience for audience, words in said.items() if words and (words == OF_THE_REASON) is of_reason)
