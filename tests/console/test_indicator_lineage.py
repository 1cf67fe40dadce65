"""Why this number? Asked of an indicator: its formula in words, and each value that it counted, with its own origin."""

from typing import Any

import httpx
import pytest
from house_at_hand import JSON, NGSI, OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
CITY = "urn:ngsi-ld:AdministrativeArea:id-73.71"
LANDFILL = "urn:ngsi-ld:Landfill:makassar-tpa-tamangapa"


async def why(client: httpx.AsyncClient, id: str, **query: str) -> Any:
    answer = await client.get(f"{OURS}/indicators/{id}/lineage", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_indicator_tells_its_value_and_as_many_inputs_as_it_counted(reader: httpx.AsyncClient) -> None:
    listed = (await reader.get(f"{OURS}/indicators")).json()["indicators"]
    assert len(listed) > 20
    for standing in listed:
        tree = await why(reader, standing["id"])
        value, made = standing["value"], tree["made"]
        assert (tree["entity"], tree["label"]) == (standing["entity"], standing["label"])
        assert (tree["value"], tree["unitText"], tree["method"]) == (value["value"], value["unitText"], value["method"])
        assert (made["kind"], made["rule"], made["n"]) == ("indicator", value["derived"], value["n"])
        assert len(tree["inputs"]) <= 20
        assert bool(tree["inputs"]) == (value["value"] is not None and value["n"] != 0)
        for each in tree["inputs"]:
            assert each["observedAt"] or each["attribute"] == "name", (standing["id"], each)
            assert each["by"] == "City folder"


async def test_a_count_over_a_register_shows_twenty_and_says_how_many_more(reader: httpx.AsyncClient) -> None:
    tree = await why(reader, "puskesmas")
    assert (tree["value"], len(tree["inputs"]), tree["made"]["unnamed"]) == (37, 20, 17)
    first = tree["inputs"][0]
    assert (first["type"], first["attribute"], first["value"]) == ("HealthFacility", "kind", "puskesmas")
    assert set(first["valueText"]) == {"id", "en", "ja"}
    assert first["name"]


async def test_a_number_divided_by_days_leads_to_the_figure_of_the_landfill(reader: httpx.AsyncClient) -> None:
    tree = await why(reader, "landfill-a-day")
    assert tree["made"]["rule"]["en"] == "Waste received 2022 divided by 365 days"
    (received,) = tree["inputs"]
    assert (received["entity"], received["attribute"], received["value"]) == (LANDFILL, "wasteReceived", 274_912.3)
    assert received["period"] == "2022"


async def test_an_area_is_explained_by_what_lies_in_it(reader: httpx.AsyncClient) -> None:
    tree = await why(reader, "puskesmas", area="73.71.09")
    listed = (await reader.get(f"{OURS}/indicators", params={"area": "73.71.09"})).json()["indicators"]
    value = next(each["value"]["value"] for each in listed if each["id"] == "puskesmas")
    assert (tree["value"], len(tree["inputs"])) == (value, value)
    assert value < 20
    whole = await why(reader, "landfill-a-day", area="73.71.09")
    assert (whole["value"], whole["inputs"]) == (None, [])


@pytest.mark.parametrize(
    ("id", "query", "status"),
    [
        ("none", {}, 404),
        ("puskesmas", {"area": "99.99"}, 404),
        ("puskesmas", {"at": "soon"}, 400),
        ("puskesmas", {"known": "then"}, 400),
        ("puskesmas", {"at": "2999-01-01T00:00:00Z"}, 400),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    reader: httpx.AsyncClient, id: str, query: dict[str, str], status: int
) -> None:
    answer = await reader.get(f"{OURS}/indicators/{id}/lineage", params=query)
    assert answer.status_code == status


async def test_at_a_past_moment_the_value_and_its_inputs_are_those_of_then(demo: httpx.AsyncClient) -> None:
    before = await why(demo, "population")
    (then,) = before["inputs"]
    body = {"value": 1_500_000, "type": "Property", "observedAt": "2026-01-01T00:00:00Z"}
    answer = await demo.patch(
        entity_path(CITY, "/attrs/population"), json=body, headers=JSON | {"link": PINISI_CONTEXT}
    )
    assert answer.status_code == 204, answer.text
    now = await why(demo, "population")
    assert (now["value"], now["inputs"][0]["value"]) == (1_500_000, 1_500_000)
    past = await why(demo, "population", at=then["receivedAt"])
    assert (past["value"], past["inputs"][0]["value"]) == (1_482_354, 1_482_354)
    corrected = await why(demo, "population", at=then["receivedAt"], known="now")
    assert corrected["inputs"][0]["value"] == corrected["value"]


async def test_only_what_the_reader_sees_is_counted_and_told(fresh: Opened) -> None:
    expand = fresh.house.pinisi_table.expand_term
    await fresh.account("ani", Assignment(role="administrator"))
    cookie = await fresh.account("guest", Assignment(role="viewer", types=frozenset({expand("WasteBank")})))
    async with fresh.client(cookie=cookie) as client:
        banks = await why(client, "waste-banks")
        assert (banks["value"], len(banks["inputs"]), banks["made"]["unnamed"]) == (167, 20, 147)
        landfill = await why(client, "landfill-a-day")
        assert (landfill["value"], landfill["inputs"], landfill["made"]["unnamed"]) == (None, [], 0)


async def test_a_number_that_somebody_types_leads_to_who_typed_it(demo: httpx.AsyncClient) -> None:
    entity = {
        "id": "urn:ngsi-ld:WasteBank:mine",
        "type": "WasteBank",
        "name": {"type": "Property", "value": "Bank baru"},
    }
    answer = await demo.post(f"{NGSI}/entities", json=entity, headers=JSON | {"link": PINISI_CONTEXT})
    assert answer.status_code == 201
    tree = await why(demo, "waste-banks")
    assert tree["value"] == 168
    path = f"{OURS}/entities/urn:ngsi-ld:WasteBank:mine/lineage"
    name = (await demo.get(path, params={"attribute": "name"})).json()
    assert (name["value"], name["made"], name["inputs"]) == ("Bank baru", None, [])
    assert name["by"]
