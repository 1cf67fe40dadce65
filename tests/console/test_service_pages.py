"""The pages that a service brings, as data: for whom they are and where they stand."""

import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from house_at_hand import MAKASSAR, OURS, Opened, open_house

from pinisi.people.accounts import Assignment
from wells_package import WITH_PAGES, city_with_gauges, install

pytestmark = pytest.mark.anyio
HERE = {"origin": "http://127.0.0.1:9090"}


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    folder = tmp_path_factory.mktemp("pages")
    packages = folder / "packages"
    packages.mkdir()
    install(packages, "wells", WITH_PAGES)
    city = city_with_gauges(folder, MAKASSAR)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(packages))
        async with open_house(folder / "data", city) as made:
            await made.account("ani", Assignment(role="administrator"))
            await made.account("vera", Assignment(role="viewer"))
            yield made
    sys.modules.pop("wells", None)


async def pages(opened: Opened, account: str) -> dict[str, Any]:
    async with opened.client(cookie=await opened.cookie(account)) as client:
        answer = await client.get(f"{OURS}/views")
    assert answer.status_code == 200, answer.text
    return {page["id"]: page for page in answer.json()["pages"] if page["service"] == "wells"}


async def test_a_page_tells_its_component_and_on_which_things_it_stands(opened: Opened) -> None:
    found = await pages(opened, "ani")
    title = {"id": "Sumur ini", "en": "This well", "ja": "この井戸"}
    state = {"id": "state", "service": "wells", "title": title, "component": "wells-state"}
    assert found["state"] == state | {"type": opened.house.pinisi_table.expand_term("WellState")}
    assert (found["pumps"]["component"], found["pumps"]["type"]) == ("wells-pumps", None)


async def test_what_no_source_of_the_city_writes_has_no_page(opened: Opened) -> None:
    assert "rain" not in await pages(opened, "ani")


async def test_a_reader_sees_the_pages_that_he_has_the_permission_for(opened: Opened) -> None:
    assert [*await pages(opened, "ani")] == ["pumps", "owners", "state"]
    assert [*await pages(opened, "vera")] == ["pumps", "state"]


async def test_a_page_that_stands_twice_is_left_out_once_and_the_house_says_why(opened: Opened) -> None:
    async with opened.client(cookie=await opened.cookie("ani")) as client:
        told = (await client.get(f"{OURS}/services")).json()["services"]
        checks = (await client.get(f"{OURS}/health")).json()["checks"]
    wells = next(each for each in told if each["name"] == "wells")
    assert wells["state"] == "running"
    assert wells["leftOut"] == [{"view": "pumps", "field": "views[4].id", "reason": "'pumps' stands twice"}]
    views = next(each for each in checks if each["name"] == "views")
    assert (views["state"], views["words"]) == ("warn", "left out: wells.views[4].id (pumps): 'pumps' stands twice")


async def test_a_service_that_is_switched_off_has_no_pages(opened: Opened) -> None:
    async with opened.client(cookie=await opened.cookie("ani")) as client:
        for on, found in ((False, []), (True, ["pumps", "owners", "state"])):
            answer = await client.post(
                f"{OURS}/services/wells", json={"on": on}, headers={"origin": "http://127.0.0.1:9090"}
            )
            assert answer.status_code == 200, answer.text
            assert [*await pages(opened, "ani")] == found
