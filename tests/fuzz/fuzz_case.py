"""No case is more than a verdict or BadCase, and no verdict says "ready" without a dose that is met."""

import copy
import json
from pathlib import Path

from harness import Feed, fuzz, instrumented

with instrumented("rules"):
    from rules.case import Case
    from rules.decide import decide
    from rules.errors import BadCase
    from rules.speech.explain import explain
    from rules.vocabulary import Decision

BASES = [json.loads(path.read_bytes()) for path in sorted((Path(__file__).parent / "corpus" / "case").glob("*.json"))]
BEGINS_OF_JSON = (b"{", b"[", b'"', b"\xef", b"")
ODD = (
    *(None, True, False, "", "P3", "PHT", "no such thing", [], {}, [[]], {"": None}, 0, -1, 1.5, 10, 1e308, -1e308),
    *(2**63, 2**64, -(2**70), 5e-324, "2026-03-30T18:00:00Z", "2026-03-30T18:00:00", "0001-01-01T00:00:00+14:00"),
    *(
        "9999-12-31T23:59:59.999999-14:00",
        "OK",
        "POOR",
        "measured",
        "ischial",
        "\ud800",
        "\x00",
        "saddle_numbness",
        "x" * 5000,
    ),
)
TOKENS = tuple(json.dumps(name).encode() + b":" for base in BASES[:1] for name in base)


def target(data: bytes) -> None:
    """The first byte says: JSON as it comes, or a good case in which some values were changed."""
    document = data if data[:1] in BEGINS_OF_JSON else _changed(Feed(data))
    try:
        case = Case.from_json(document)
    except BadCase as why:
        assert str(why) and "\n" not in str(why)
        return
    verdict = decide(case)
    said = json.dumps(verdict.to_json(), allow_nan=False)
    assert json.dumps(decide(case).to_json(), allow_nan=False) == said
    assert explain(verdict, case).encode()
    if verdict.decision is Decision.PROGRESS_READY:
        assert verdict.sufficient and not verdict.missing


def _changed(feed: Feed) -> dict:
    """A few values anywhere in a good case, each left out, doubled, or made odd."""
    case = copy.deepcopy(feed.one_of(BASES))
    for _ in range(1 + feed.byte() % 6):
        holder, place = _somewhere(case, feed)
        way = feed.byte()
        if way % 8 == 0:
            del holder[place]
        elif way % 8 == 1 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[place]))
        else:
            holder[place] = feed.number() if way % 8 < 4 else copy.deepcopy(feed.one_of(ODD))
    return case


def _somewhere(case: dict, feed: Feed) -> tuple[dict | list, str | int]:
    holder, place = case, _place(case, feed)
    while isinstance(holder[place], dict | list) and holder[place] and feed.byte() % 4:
        holder = holder[place]
        place = _place(holder, feed)
    return holder, place


def _place(holder: dict | list, feed: Feed) -> str | int:
    return feed.one_of(sorted(holder) if isinstance(holder, dict) else range(len(holder)))


if __name__ == "__main__":
    fuzz(target, TOKENS)
