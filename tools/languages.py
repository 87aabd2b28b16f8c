"""Collects every sentence that a person may read, and brings each language's file up to it; `--check` only says."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from rules.sentences import sentences
from server.rules_update_text import SENTENCES

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "server" / "pages"
LANGUAGES = PAGES / "languages"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**.html": {"trimmed": "true"}}


def template() -> Catalog:
    """Every message there is, with the places where it stands."""
    catalog = Catalog(project="Stridegate", charset="utf-8")
    for file, line, message, comments, _ in extract_from_dir(PAGES, METHODS, OPTIONS, KEYWORDS):
        catalog.add(message, locations=[(f"server/pages/{file}", line)], auto_comments=comments)
    for sentence in sentences():
        catalog.add(sentence, locations=[("rules/speech", 0)])
    for sentence in SENTENCES:
        catalog.add(sentence, locations=[("server/rules_update_text.py", 0)])
    return catalog


def main() -> int:
    messages = template()
    troubles = [trouble for file in sorted(LANGUAGES.glob("*.po")) for trouble in _bring_up(file, messages)]
    for trouble in troubles:
        sys.stdout.write(f"{trouble}\n")
    return 1 if troubles else 0


def _bring_up(file: Path, messages: Catalog) -> Iterator[str]:
    """Yields a sentence for each message without a translation; writes the file unless only asked to check."""
    catalog = read_po(io.BytesIO(file.read_bytes()), locale=file.stem)
    catalog.update(messages, no_fuzzy_matching=True)
    if "--check" not in sys.argv:
        written = io.BytesIO()
        write_po(
            written, catalog, sort_output=True, ignore_obsolete=True, omit_header=False, no_location=True, width=120
        )
        file.write_bytes(written.getvalue())
    for message in catalog:
        if (message.id and not message.string) or (message.pluralizable and not all(message.string)):
            yield f"{file.name}: not translated: {message.id!r}"


if __name__ == "__main__":
    sys.exit(main())
