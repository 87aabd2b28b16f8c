"""The election: one sensor speaks for a channel, for the whole session, and it is said who was passed over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensors.voices import HOLD_NS, LAST_HOLD_NS, WHO_WINS, Stream, Voice, voice_of

DIFFERENCE_WORTH_A_NOTE = 0.10  # a foot pod without calibration errs by some per cent; more is another belt or foot
MOVING_MPS = 1.0
MINUTE_NS = 60_000_000_000


def elect(streams: Sequence[Stream]) -> tuple[dict[str, Voice], list[str]]:
    """Give every channel its one voice, and say in notes who was passed over."""
    heard = {channel: _kinds(channel, streams) for channel in WHO_WINS}
    session_ns = _span_ns([voice for kinds in heard.values() for voices in kinds for voice in voices])
    chosen: dict[str, Voice] = {}
    notes: list[str] = []
    for channel, kinds in heard.items():
        if kinds:
            chosen[channel] = _best([voices[0] for voices in kinds], session_ns)
            others = [voice for voices in kinds for voice in voices if voice is not chosen[channel]]
            notes += _passed_over(chosen[channel], others)
            if channel == "speed_mps":
                notes += [note for other in others for note in _differences(chosen[channel], other)]
    return chosen, notes


def _kinds(channel: str, streams: Sequence[Stream]) -> list[list[Voice]]:
    """The voices of each kind that spoke, best kind first; within a kind the one that said most, then by address."""
    kinds = []
    for says in WHO_WINS[channel]:
        of_kind = [stream for stream in streams if (stream.kind, stream.characteristic) == says[:2]]
        voices = [voice_of(channel, stream, stream.fields[says.field]) for stream in of_kind]
        spoke = [voice for voice in voices if len(voice.values)]
        kinds.append(sorted(spoke, key=lambda voice: (-len(voice.values), voice.stream.sensor)))
    return [voices for voices in kinds if voices]


def _span_ns(voices: Sequence[Voice]) -> int:
    if not voices:
        return 0
    first, last = min(voice.t_ns[0] for voice in voices), max(voice.t_ns[-1] for voice in voices)
    return int(last - first) + LAST_HOLD_NS


def _best(voices: Sequence[Voice], session_ns: int) -> Voice:
    """The first that spoke in at least half of the session, else the one that spoke most."""
    for voice in voices:
        if 2 * voice.spoke_ns >= session_ns:
            return voice
    return max(voices, key=lambda voice: voice.spoke_ns)


_WORDS = {
    "speed_mps": "Speed",
    "cadence_spm": "Cadence",
    "heart_rate_bpm": "Heart rate",
    "power_w": "Power",
    "grade": "Incline",
}


def _passed_over(chosen: Voice, others: Sequence[Voice]) -> list[str]:
    """One sentence where others spoke too."""
    if not others:
        return []
    left_out = " and ".join(_who(voice) for voice in others)
    return [f"{_WORDS[chosen.channel]} comes from {_who(chosen)} alone; {left_out} also spoke."]


def _who(voice: Voice) -> str:
    return f"{voice.stream.kind} {voice.stream.called}"


def _differences(chosen: Voice, other: Voice) -> list[str]:
    """Where two speeds disagree, and where only the one that was passed over spoke: the reader has to know."""
    notes = []
    beside = chosen.at(other.t_ns)
    moving = (beside >= MOVING_MPS) | ((other.values >= MOVING_MPS) & ~np.isnan(beside))
    if moving.any():
        ours, theirs = float(np.mean(beside[moving])), float(np.mean(other.values[moving]))
        if abs(theirs - ours) > DIFFERENCE_WORTH_A_NOTE * max(ours, theirs):
            notes.append(f"While moving, {_who(chosen)} said {ours:.2f} m/s and {_who(other)} {theirs:.2f} m/s.")
    alone = other.t_ns[np.isnan(beside)]
    alone_ns = int(np.minimum(np.diff(alone), HOLD_NS).sum())
    if alone_ns >= MINUTE_NS:
        notes.append(f"For {alone_ns / MINUTE_NS:.0f} min only {_who(other)} told a speed, and it is not counted.")
    return notes
