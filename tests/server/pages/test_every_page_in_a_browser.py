"""Every page of the router, in Chromium: on a phone and a desktop, light and dark, with scripts and without."""

import pytest
import pytest_asyncio
from forbidden_words import on_a_runners_page, on_any_page
from soaking import IS_SHORT
from touring import touring

from server.demo.tour import READY, stops

pytestmark = [pytest.mark.thorough, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
MOST_BYTES = 60_000
STOPS = stops()
# The second runner shows the same page empty; each is looked at in `make soak`, and each of today's pages always.
LOOKED_AT = [stop for stop in STOPS if not IS_SHORT or stop.route == "/runners/{runner}" or stop.runner == READY]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tour(tmp_path_factory):
    async with touring(tmp_path_factory.mktemp("clinic")) as whole:
        yield whole


@pytest.mark.parametrize("stop", LOOKED_AT, ids=[stop.name for stop in LOOKED_AT])
async def test_a_page_is_whole_light_quiet_and_says_nothing_forbidden(tour, stop):
    seen = await tour.look(stop)
    assert seen.status == 200
    assert seen.hosts == {tour.host}, "a request left the host"
    assert seen.unasked == [], "a second round trip after the document"
    assert seen.weight < MOST_BYTES
    assert seen.troubles == [], "the console has something to say"
    assert seen.too_wide == [], "the page scrolls sideways"
    assert seen.found_by_axe == []
    assert stop.person is None or seen.wordless_forms == [], "a form without its word"
    assert on_any_page(seen.said) == []
    if stop.opener == "runner":
        assert on_a_runners_page(seen.said) == []


@pytest.mark.parametrize("stop", LOOKED_AT, ids=[stop.name for stop in LOOKED_AT])
async def test_a_page_says_and_takes_the_same_with_scripts_off(tour, stop):
    seen = await tour.look_without_scripts(stop)
    assert seen.status == 200
    assert seen.mute_forms == [], "a form that only a script can send"
    assert "Stridegate" in seen.said and len(seen.said) > 200


async def test_an_address_with_an_unknown_part_is_named():
    from dataclasses import replace

    with pytest.raises(LookupError, match="what stands for 'moon'"):
        replace(STOPS[0], route="/runners/{moon}").path({})
