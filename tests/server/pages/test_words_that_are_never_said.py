"""No page, no sentence for a translator and no text in the code says what nobody may promise."""

import ast
import io
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from forbidden_words import CLINICAL_NAMES, ELSEWHERE, in_language, on_a_runners_page, on_any_page

from rules.sentences import sentences

ROOT = Path(__file__).parents[3]
ROOMS = ("server", "rules")
LANGUAGES = ROOT / "server" / "pages" / "languages"


def catalogue():
    """What translators are given: every marked sentence of the pages, and everything that the rules may say."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from languages import template
    finally:
        sys.path.pop(0)
    for message in template():
        yield from message.id if isinstance(message.id, tuple) else (message.id,)


def written(path):
    """Every text of a module but its docstrings: any of them may end on a screen."""
    tree = ast.parse(path.read_text())
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def test_nothing_that_a_translator_is_given_says_it():
    told = {*catalogue(), *sentences()} - set(CLINICAL_NAMES)  # which a physio reads, and no runner
    assert len(told) > 200
    assert {sentence: on_any_page(sentence) for sentence in told if on_any_page(sentence)} == {}


def test_no_text_in_the_code_says_it():
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    texts = [(path.name, text) for path in modules for text in written(path)]
    assert len(modules) > 100
    assert [(name, text[:80]) for name, text in texts if on_any_page(text)] == []


@pytest.mark.parametrize("template", sorted((ROOT / "server/pages").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_says_it_in_any_of_its_branches(template):
    assert on_any_page(template.read_text()) == []


def test_no_translation_says_it_in_its_own_words():
    for file in LANGUAGES.glob("*.po"):
        messages = read_po(io.BytesIO(file.read_bytes()), locale=file.stem)
        said = [message.string if isinstance(message.string, str) else " ".join(message.string) for message in messages]
        assert {text: in_language(file.stem, text) for text in said if in_language(file.stem, text)} == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "You are healed.",
        "It is safe to run again.",
        "The runner is cleared.",
        "You have been cleared for running.",
        "Your injury risk is low.",
        "There is a 12 % risk.",
        "The risk is about 5 %.",
        "No pain, so take the next step.",
        "This is nothing to worry about.",
        "Numbness there is harmless.",
    ],
)
def test_each_forbidden_sentence_is_found(sentence):
    assert on_any_page(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The flag was cleared by Cy Example on Monday.",
        "No step before it is cleared by name.",
        "No pain alone is no reason to move on.",
        "Stop, and get help today.",
        "Cannot tell yet",
    ],
)
def test_what_may_be_said_is_let_through(sentence):
    assert on_a_runners_page(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Your tendon needs time.",
        "This looks like sciatica.",
        "A torn muscle.",
        "Proximal hamstring tendinopathy / ischial bursitis",
        "All is fine.",
    ],
)
def test_a_runner_reads_no_structure_and_no_clinical_name(sentence):
    assert on_a_runners_page(sentence)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Sie sind geheilt."),
        ("fr", "Vous êtes guéri."),
        ("es", "Está curado."),
        ("nl", "U bent genezen."),
        ("sv", "Du är läkt."),
    ],
)
def test_other_languages_have_their_own_forbidden_words(language, sentence):
    assert in_language(language, sentence)


def test_a_language_of_which_nobody_said_what_is_forbidden_is_refused():
    assert "xx" not in ELSEWHERE
    with pytest.raises(LookupError, match="'xx'"):
        in_language("xx", "anything")
