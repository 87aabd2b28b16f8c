"""Every language says everything that English says, with the same names in its braces."""

import io
import string
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from server.pages.languages import FOLDER, known
from server.pages.reader import Reader
from server.storage.preferences import Preferences

sys.path.append(str(Path(__file__).parents[3] / "tools"))
from languages import template

OTHERS = [language for language in known() if language != "en"]


def names(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def forms(text):
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_untranslated_and_no_name_is_lost(language):
    said = read_po(io.BytesIO((FOLDER / f"{language}.po").read_bytes()), locale=language)
    for message in template():
        if not message.id:
            continue
        translated = said.get(forms(message.id)[0])
        assert translated is not None and all(forms(translated.string)), message.id
        for english, other in zip(forms(message.id), forms(translated.string), strict=True):
            assert names(english) == names(other), english


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (lambda german: german.gettext("Cannot tell yet"), "Noch nicht zu sagen"),
        (lambda german: german.distance(7240.4), "7,2 km"),
        (lambda german: german.amount(14, "d"), "14 Tage"),
        (lambda german: german.amount(1, "d"), "1 Tag"),
    ],
)
def test_german_reads(said, read):
    assert said(Reader(Preferences(language="de"))) == read
