"""Inputs that once broke something, as they were found or a little shorter."""

import json

import pytest

from rules.case import Case, read_references
from rules.errors import BadCase
from sensors import files
from sensors.errors import UnreadableFile

NAMELESS_ZIP = bytes.fromhex(
    "504b0304140000000000000021000000000000000000000000000000000000504b0102140314000000000000002100000000000000000000"
    "000000000000000000000000000000000080010000000000504b050600000000010001002e0000001e0000000000"
)


def test_a_zip_that_names_a_file_with_no_letter():
    with pytest.raises(UnreadableFile, match="damaged"):
        files.read(NAMELESS_ZIP)


CASE = b"""{"programme": "PHT", "stage": "P3",
"stage_entered_at": "2026-03-14T00:00:00Z", "now": "2026-03-30T18:00:00Z",
"sessions": [{"id": "a", "start": "2026-03-15T07:00:00Z", "end": "2026-03-15T07:30:00Z", "quality": "OK",
"check_in": {"site": "\\ud800"}}], "stage_override": {"name": "\\udfff"}}"""


def test_half_a_character_in_a_case_that_was_parsed_elsewhere():
    with pytest.raises(BadCase):
        Case.from_json(CASE)
    with pytest.raises(BadCase, match="half a character"):
        Case.from_json(json.loads(CASE))
    with pytest.raises(BadCase, match="half a character"):
        read_references({"v_max_kind": "\ud800"})


@pytest.mark.parametrize("fact", [b"hold_s: -3.0", b"unreadable_packets: -1", b"unreadable_packets: 1e300"])
def test_a_csv_file_that_states_less_than_nothing_or_more_than_there_is(fact):
    with pytest.raises(UnreadableFile, match="which cannot be"):
        files.read(b"# " + fact + b"\nt_s\n0\n")
