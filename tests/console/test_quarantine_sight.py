"""A reader with grants for some areas sees, corrects and gives up only the waiting rows of those areas."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
import shapely
from house_at_hand import OURS, Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
QUARANTINE = f"{OURS}/quarantine"
FILE = {"content-type": "application/octet-stream"}
THING = "https://uri.etsi.org/ngsi-ld/default-context/Thing"


@pytest.fixture
async def chief(fresh: Opened) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator of the house."""
    async with fresh.client(cookie=await fresh.account("ani", Assignment(role="administrator"))) as client:
        yield client


async def finished(client: httpx.AsyncClient, id: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await client.get(f"{OURS}/imports/{id}")).json()["state"] == "done":
                return
            await asyncio.sleep(0.02)


@dataclass
class Ground:
    """Three kecamatan of the city, and a point in each."""

    codes: list[str]
    points: list[tuple[float, float]]


def ground(opened: Opened) -> Ground:
    areas = [area for area in opened.house.profile.areas if area.level == "kelurahan"]
    inside = {str(area.parent): shapely.from_geojson(msgspec.json.encode(area.geojson)) for area in areas}
    chosen = sorted(inside)[:3]
    points = [inside[code].representative_point() for code in chosen]
    return Ground(chosen, [(point.x, point.y) for point in points])


async def load(opened: Opened, client: httpx.AsyncClient, size: str = "big") -> Ground:
    """A list with a faulty row in each of three kecamatan, one in the sea, and one of which nobody knows where."""
    found = ground(opened)
    places = [*found.points, (119.0, -6.5), ("", "")]
    rows = [f"{name},{lat},{lon},{size}" for name, (lon, lat) in zip("ABCDE", places, strict=True)]
    text = "kode,lat,lon,luas\n" + "\n".join(rows) + "\nF,-5.15,119.43,3\n"
    mapping = """\
[[registers]]
id = "wells"
entity = "urn:ngsi-ld:Thing:wells-{kode}"
types = ["Thing"]
source = "wells"
period = "2025"
position = ["lon", "lat"]
attributes = [{ name = "area", column = "luas", kind = "number", unit = "MTK" }]
"""
    query = {"name": "wells.csv", "mapping": mapping}
    answer = await client.post(f"{OURS}/imports", params=query, content=text.encode(), headers=FILE)
    assert answer.status_code == 202, answer.text
    await finished(client, answer.json()["id"])
    return found


async def waiting(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = (await client.get(QUARANTINE)).json()
    assert answer["count"] == len(answer["rows"])
    return {row["cells"]["kode"]: row for row in answer["rows"]}


async def reader(opened: Opened, name: str, **limits: Any) -> httpx.AsyncClient:
    """A steward with such limits."""
    return opened.client(cookie=await opened.account(name, Assignment(role="steward", **limits)))


async def test_a_reader_of_two_kecamatan_sees_the_rows_of_these_two(fresh: Opened, chief: httpx.AsyncClient) -> None:
    found = await load(fresh, chief)
    assert set(await waiting(chief)) == set("ABCDE")
    async with await reader(fresh, "budi", areas=frozenset(found.codes[:2])) as client:
        assert set(await waiting(client)) == {"A", "B"}
        assert (await client.get(QUARANTINE, params={"state": "all"})).json()["count"] == 2


async def test_what_lies_nowhere_is_seen_by_those_who_see_the_whole_city(
    fresh: Opened, chief: httpx.AsyncClient
) -> None:
    await load(fresh, chief)
    async with await reader(fresh, "budi") as client:
        assert set(await waiting(client)) == set("ABCDE")
    async with await reader(fresh, "citra", types=frozenset({THING})) as client:
        assert set(await waiting(client)) == set("ABCDE")
    async with await reader(fresh, "dewi", types=frozenset({THING + "s"})) as client:
        assert await waiting(client) == {}
    async with await reader(fresh, "eka", attributes=frozenset({THING})) as client:
        assert await waiting(client) == {}


async def test_a_row_that_is_not_seen_is_not_there_for_corrections_either(
    fresh: Opened, chief: httpx.AsyncClient
) -> None:
    found = await load(fresh, chief)
    rows = await waiting(chief)
    give_up = {"dismiss": True, "note": "twice"}
    async with await reader(fresh, "budi", areas=frozenset(found.codes[:2])) as client:
        for kode in "CDE":
            answer = await client.post(f"{QUARANTINE}/{rows[kode]['id']}", json=give_up)
            assert answer.status_code == 404
        assert (await client.post(f"{QUARANTINE}/{rows['A']['id']}", json=give_up)).status_code == 200
        fixed = await client.post(f"{QUARANTINE}/{rows['B']['id']}", json={"cells": {"luas": "9"}})
        assert fixed.status_code == 200, fixed.text
        assert await waiting(client) == {}
    assert set(await waiting(chief)) == set("CDE")


async def test_a_correction_cannot_carry_a_row_to_where_its_steward_may_not_write(
    fresh: Opened, chief: httpx.AsyncClient
) -> None:
    found = await load(fresh, chief)
    id = (await waiting(chief))["A"]["id"]
    lon, lat = found.points[2]
    cells = {"luas": "9", "lon": str(lon), "lat": str(lat)}
    async with await reader(fresh, "budi", areas=frozenset(found.codes[:2])) as client:
        answer = await client.post(f"{QUARANTINE}/{id}", json={"cells": cells})
    assert answer.status_code == 403
    assert "A" in await waiting(chief)


async def test_only_who_may_write_there_gives_a_row_up(fresh: Opened, chief: httpx.AsyncClient) -> None:
    found = await load(fresh, chief)
    id = (await waiting(chief))["A"]["id"]
    async with await reader(fresh, "budi", areas=frozenset(found.codes[:2]), write=False) as client:
        assert set(await waiting(client)) == {"A", "B"}
        answer = await client.post(f"{QUARANTINE}/{id}", json={"dismiss": True, "note": "twice"})
    assert answer.status_code == 403


async def test_a_row_of_a_known_thing_lies_where_the_thing_lies(fresh: Opened, chief: httpx.AsyncClient) -> None:
    found = await load(fresh, chief)
    rows = await waiting(chief)
    assert (await chief.post(f"{QUARANTINE}/{rows['A']['id']}", json={"cells": {"luas": "9"}})).status_code == 200
    lost = b"kode,lat,lon,luas\nA,,,big\n"
    mapping = (await chief.get(f"{OURS}/imports")).json()["imports"][0]["mapping"]
    answer = await chief.post(
        f"{OURS}/imports", params={"name": "w.csv", "mapping": mapping}, content=lost, headers=FILE
    )
    assert answer.status_code == 202
    await finished(chief, answer.json()["id"])
    async with await reader(fresh, "budi", areas=frozenset(found.codes[:1])) as client:
        assert set(await waiting(client)) == {"A"}
    async with await reader(fresh, "citra", areas=frozenset(found.codes[1:2])) as client:
        assert set(await waiting(client)) == {"B"}
