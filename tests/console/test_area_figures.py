"""Figures of areas over HTTP, on the real registers of Makassar."""

from collections import Counter
from typing import Any

import httpx
import pytest
from house_at_hand import OURS, Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
VALUES = f"{OURS}/areas/values"


async def ask(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await client.get(VALUES, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_waste_banks_are_counted_by_kelurahan_and_none_is_lost(reader: httpx.AsyncClient) -> None:
    told = await ask(reader, layer="waste-banks")
    rows = (await reader.get(f"{OURS}/layers/waste-banks")).json()["rows"]
    assert (len(told["areas"]), told["measure"], told["unknown"]) == (153, "count", 0)
    assert (
        sum(area["value"] for area in told["areas"]) + told["elsewhere"] == len(rows) == told["n"] + told["elsewhere"]
    )
    named = Counter(row[2] for row in rows)
    for area in told["areas"]:
        assert area["value"] == named[f"{area['name']}, {area['parent']}"], area
    assert sum(each["n"] for each in told["classes"]) == 153
    assert len(told["classes"]) <= 5


async def test_the_kecamatan_sum_up_their_kelurahan(reader: httpx.AsyncClient) -> None:
    fine = await ask(reader, layer="green-spaces", measure="sum", attribute="area")
    coarse = await ask(reader, layer="green-spaces", measure="sum", attribute="area", level="kecamatan")
    assert len(coarse["areas"]) == 15
    for area in coarse["areas"]:
        parts = [
            each["value"] for each in fine["areas"] if each["parent"] == area["name"] and each["value"] is not None
        ]
        assert area["value"] == pytest.approx(sum(parts))
    assert (coarse["unit"], coarse["unitText"]["en"]) == ("MTK", "m²")


async def test_a_figure_by_the_square_kilometre_names_what_it_was_divided_by(reader: httpx.AsyncClient) -> None:
    bare, told = await ask(reader, layer="waste-banks"), await ask(reader, layer="waste-banks", per="area")
    assert told["per"] == "area"
    place = (await reader.get(f"{OURS}/places/{told['areas'][0]['id']}")).json()
    size = next(fact["value"] for fact in place["facts"] if fact["attribute"] == "area")
    assert told["areas"][0]["value"] == pytest.approx(bare["areas"][0]["value"] / size)


async def test_an_area_without_inhabitants_on_record_is_not_known(reader: httpx.AsyncClient) -> None:
    told = await ask(reader, layer="waste-banks", per="population")
    assert (told["unknown"], told["classes"]) == (153, [])


async def test_one_who_sees_one_district_is_told_nothing_of_the_others_not_zero(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    eyes = await fresh.account("eka", Assignment(role="viewer", areas=frozenset({"73.71.13"})))
    async with fresh.client(cookie=eyes) as client:
        told = await ask(client, layer="waste-banks", level="kecamatan")
    values = {area["code"]: area["value"] for area in told["areas"]}
    assert values.pop("73.71.13") > 0
    assert set(values.values()) == {None}
    assert told["unknown"] == 14


async def test_an_indicator_is_shown_by_area(reader: httpx.AsyncClient) -> None:
    told = await ask(reader, indicator="waste-banks", level="kecamatan")
    counted = await ask(reader, layer="waste-banks", level="kecamatan")
    assert [area["value"] for area in told["areas"]] == [area["value"] for area in counted["areas"]]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({}, 400, "layer"),
        ({"layer": "nothing"}, 404, "nothing"),
        ({"indicator": "nothing"}, 404, "nothing"),
        ({"layer": "waste-banks", "measure": "sum"}, 400, "attribute"),
        ({"layer": "waste-banks", "measure": "median"}, 400, "measure"),
        ({"layer": "waste-banks", "level": "province"}, 400, "level"),
        ({"layer": "waste-banks", "per": "tree"}, 400, "per"),
        ({"layer": "waste-banks", "method": "guess"}, 400, "method"),
        ({"layer": "waste-banks", "at": "yesterday"}, 400, "at"),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name(
    reader: httpx.AsyncClient, query: dict[str, str], status: int, field: str
) -> None:
    answer = await reader.get(VALUES, params=query)
    assert answer.status_code == status
    assert field in answer.text
