"""Names: what nobody sees is taken out at the edge, and what is left reads the same on SQLite and PostgreSQL."""

import clinic_kit as kit
import pytest

from server.people import names
from server.problem import Problem


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada   Example ", "Ada Example"),
        ("Jose\u0301", "José"),
        ("Ada\u0000Example", "AdaExample"),
        ("Ada\nExample\t1", "Ada Example 1"),
        ("\u202eelpmaxE adA", "elpmaxE adA"),
        ("A\u200bd\u200da", "Ada"),
        ("\u2067Ada\u2069", "Ada"),
        ("Ada\ud800", "Ada"),
        ("\ufeffAda\ue000", "Ada"),
        ("山田 太郎", "山田 太郎"),
        ("<b>Ada</b>", "<b>Ada</b>"),
    ],
)
def test_a_name_is_kept_as_it_is_seen(typed, kept):
    assert names.required(typed) == kept


@pytest.mark.parametrize("typed", ["", " \u200b ", "\u202e", "x" * 65])
def test_a_name_of_nothing_or_without_end_is_refused(typed):
    with pytest.raises(Problem, match="1 to 64"):
        names.required(typed)


async def test_both_databases_keep_the_same_name(database_url):
    async with kit.clinic(database_url) as clinic, clinic.as_(kit.PHYSIO) as http:
        typed = {"name": "Ru\u202e <i>Runner</i>\u0000", "role": "runner"}
        page = await (await http.post("/people", data=typed)).text()
        assert "A link for Ru &lt;i&gt;Runner&lt;/i&gt;" in page


async def test_a_gateways_name_is_cleaned_as_well(tmp_path):
    async with kit.clinic(f"sqlite:///{tmp_path / 'clinic.db'}") as clinic, clinic.gateway() as http:
        begun = await (await http.post("/api/v1/pairings", json={"name": "Corner\u202e Pi"})).json()
        async with clinic.as_(kit.PHYSIO) as physio:
            assert "Corner Pi" in await (await physio.get("/pair", params={"code": begun["user_code"]})).text()
