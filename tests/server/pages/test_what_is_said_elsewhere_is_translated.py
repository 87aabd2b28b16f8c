"""What the pages show of other rooms (why nobody can tell, evidence, channels, sensors) is marked for translators."""

import ast
from pathlib import Path

import pytest

from rules.forms.programme_files import KEYS
from rules.load import SPIKE_LIMITS
from rules.profiles import PROFILES
from rules.programme import load
from rules.speech.evidence import OF_RED_FLAGS
from server import review
from server.letters.channels import CHANNELS
from server.pages import channel_words, evidence_words, sensor_words, waiting
from server.pages.reader import Reader
from server.review import Look
from server.storage.preferences import Preferences

GERMAN = Reader(Preferences(language="de"))
SERVER = Path(__file__).parents[3] / "server"
AWAITED = {
    SERVER / "review.py": ("NO_PLAN", "NOT_TAKEN", "_unmeasured"),
    SERVER / "runs" / "incomplete.py": ("sentences",),
}


def sources():
    for key in KEYS:
        programme = load(key)
        yield from programme.evidence.values()
        for stage in programme.stages:
            yield from (programme.evidence_for(stage, f"{group}.run_s") for group in ("each", "total", "max", "ceil"))
    yield from (one.evidence for one in (*PROFILES.values(), *SPIKE_LIMITS))
    yield OF_RED_FLAGS


def test_every_source_of_a_number_is_marked():
    assert {source for source in sources() if source not in evidence_words.MARKED} == set()


def test_a_source_begins_as_a_sentence_and_speaks_to_no_runner():
    assert evidence_words.words("expert default", Reader()) == "Expert default"
    assert evidence_words.words("set by your physio", Reader()) == "Set by a physio"


def test_every_way_to_a_person_asks_in_words_that_are_marked():
    asked = {text for one in CHANNELS.values() for text in (one.LABEL, *(field.label for field in one.FIELDS))}
    hints = {field.hint for one in CHANNELS.values() for field in one.FIELDS if field.hint}
    own = {"Endpoint", "Key", "Secret", "Address"}  # the browser fills them, or marked on another page
    assert (asked | hints) - set(channel_words.MARKED) - channel_words.NAMES - own == set()


def look(*sentences):
    facts = dict.fromkeys(Look.__dataclass_fields__)
    return Look(**{**facts, "waiting": sentences, "runs": ()})


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("A gateway still holds 1 packets of a run and has not handed them over.",
         "A gateway still holds 1 packet of a run and has not handed it over."),
        ("A gateway still holds 1200 packets of a run and has not handed them over.",
         "A gateway still holds 1,200 packets of a run and has not handed them over."),
        ("A run has arrived and is being measured.", "A run has arrived and is being measured."),
    ],
)  # fmt: skip
def test_what_is_awaited_is_said_with_the_right_plural(said, read):
    assert waiting.to_a_runner(look(said), Reader()) == [read]


def test_what_is_awaited_is_said_in_german_too():
    assert waiting.to_a_runner(
        look("A gateway still holds 12 packets of a run and has not handed them over."), GERMAN
    ) == ["Ein Gateway hält noch 12 Pakete eines Laufs und hat sie nicht übergeben."]
    lost = "A run has arrived that could not be taken in. It ends early. Its bytes are kept; your clinic has to look."
    assert waiting.to_a_runner(look(lost), GERMAN) == [
        "Ein Lauf ist angekommen, der nicht angenommen werden konnte. It ends early. Seine Daten sind aufbewahrt; "
        "deine Praxis muss nachsehen."
    ]


def test_every_sentence_of_the_review_is_known_to_the_translators():
    whole = {text for file, names in AWAITED.items() for text in _sentences(file, names)}
    parts = {" packets of a run and has not handed them over.", review.NOT_TAKEN}
    assert whole - parts <= {*waiting.SAID}
    assert len(whole) >= 5


def _sentences(file, names):
    """The sentences that these functions and constants of a file hold."""
    for node in ast.parse(file.read_text()).body:
        targets = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
        functions = [node, *(part for part in ast.walk(node) if isinstance(part, ast.FunctionDef))]
        if set(targets) & set(names):
            yield from _texts(node)
        for function in functions:
            if isinstance(function, ast.FunctionDef) and function.name in names:
                yield from _texts(function)


def _texts(node):
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    documents = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
    return (text for text in constants if str(text).endswith(".") and text != documents)


def test_a_pair_that_is_marked_one_by_one_is_read_in_german_as_well():
    one, many = (
        "{number} packet of the sensors could not be read.",
        "{number} packets of the sensors could not be read.",
    )
    assert GERMAN.ngettext(one, many, 1) == "1 Paket der Sensoren war nicht lesbar."
    assert GERMAN.ngettext(one, many, 3) == "3 Pakete der Sensoren waren nicht lesbar."


def test_a_sensor_is_named_once_and_who_typed_a_run_in_is_none():
    assert sensor_words.words(["foot pod", "heart strap", "foot pod"], GERMAN) == "Fußsensor, Brustgurt"
    assert sensor_words.words(["runner"], Reader()) == ""
