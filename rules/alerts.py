"""Alerts: who must hear what, once. They never change a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
) -> tuple[Alert, ...]:
    """Every alert that stands at the case's `now`, the most urgent first, each episode once.

    `open_before` are the alerts of the last look, from which an episode that goes on keeps its key; `events` are the
    steps between stages. An episode is named by (runner, code, session), or else by the first day of it.
    """
    found = {alert.episode: alert for alert in _found(runner, case, verdict, _open(open_before), events)}
    return tuple(sorted(found.values(), key=lambda alert: (-alert.urgency, alert.code, alert.episode)))


def newly(alerts_now: Sequence[Alert], open_before: Sequence[Alert]) -> tuple[Alert, ...]:
    """Those whose episode was not there before: the ones to deliver."""
    known = {alert.episode for alert in open_before}
    return tuple(alert for alert in alerts_now if alert.episode not in known)


def _found(
    runner: str, case: Case, verdict: Verdict, open_before: Mapping[str, str], events: Sequence[StageEvent]
) -> Iterator[Alert]:
    for reason in verdict.reasons:
        code = reason.of or reason.code
        if code in KINDS:
            episode = _episode(runner, _key(code, reason), reason.session_id, case, open_before)
            yield _from_reason(KINDS[code], code, reason, case, episode)
    for sign in _signs(case, events):
        episode = _episode(runner, sign.code, sign.session_id, case, open_before)
        yield _from_sign(KINDS[sign.code], sign, case, episode)


def _signs(case: Case, events: Sequence[StageEvent]) -> Iterator[Sign]:
    try:
        view = look(case)
    except ProgrammeInvalid:
        return
    for signs in SIGNS:
        yield from signs(view, events)


def _key(code: str, reason: Reason) -> str:
    """Two flags are two episodes, and so are two ceilings of one session."""
    return f"{code}:{reason.item}" if code in ("RED_FLAG", "CEILING") else code


def _episode(runner: str, key: str, session_id: str | None, case: Case, open_before: Mapping[str, str]) -> str:
    if session_id is not None:
        return f"{runner}/{key}/session:{session_id}"
    first_day: date = case.now.date()
    return open_before.get(f"{runner}/{key}", f"{runner}/{key}/{first_day}")


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
