"""Languages: the pages' own English, and what translators made of it; one .po file a language."""

from __future__ import annotations

import gettext
import io
from collections.abc import Sequence
from functools import cache
from importlib import resources

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
FOLDER = resources.files("server.pages.languages")


@cache
def known() -> tuple[str, ...]:
    """The languages there are, English first: the folder is the registry."""
    others = sorted(str(file.name).removesuffix(".po") for file in FOLDER.iterdir() if file.name.endswith(".po"))
    return (ENGLISH, *others)


def name(language: str) -> str:
    """What the language calls itself."""
    return str(Locale.parse(language).get_display_name() or language).capitalize()


def best(wanted: Sequence[str]) -> str:
    """The first of the wanted languages that there is, English where there is none; `de-AT` is served with `de`."""
    return negotiate_locale([one.replace("-", "_") for one in wanted], known()) or ENGLISH


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The sentences of a language; those that nobody translated stay English."""
    file = FOLDER / f"{language}.po"
    if language == ENGLISH or not file.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
