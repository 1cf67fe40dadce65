"""A layer whose things move tells of each position when it was true."""

import shutil
from pathlib import Path

import pytest
from house_at_hand import MAKASSAR, NGSI, OURS, open_house

pytestmark = pytest.mark.anyio
BUSES = """
[[layers]]
id = "buses"
title = { id = "Bus", en = "Buses", ja = "バス" }
type = "Bus"
shape = "circle"
hue = 4
moving = true
columns = [{ key = "line", label = { id = "Jalur", en = "Line", ja = "路線" } }]
"""


async def test_a_row_of_a_moving_layer_tells_the_moment_of_its_position(tmp_path: Path) -> None:
    city = Path(shutil.copytree(MAKASSAR, tmp_path / "city"))
    with (city / "city.toml").open("a", encoding="utf-8") as toml:
        toml.write(BUSES)
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.43, -5.15]}}
    line = {"type": "Property", "value": "K1"}
    observed = {
        "id": "urn:b:1",
        "type": "Bus",
        "line": line,
        "location": place | {"observedAt": "2026-11-25T04:00:00Z"},
    }
    written = {"id": "urn:b:2", "type": "Bus", "line": line, "location": place}
    async with open_house(tmp_path / "data", city) as opened, opened.client() as demo:
        answer = await demo.post(f"{NGSI}/entityOperations/upsert", json=[observed, written])
        assert answer.status_code == 201, answer.text
        table = (await demo.get(f"{OURS}/layers/buses")).json()
        city_answer = (await demo.get(f"{OURS}/city")).json()
    assert table["columns"][-4:] == ["line", "movedAt", "source", "flags"]
    first, second = (dict(zip(table["columns"], row, strict=True)) for row in table["rows"])
    assert first["movedAt"] == "2026-11-25T04:00:00Z"
    assert second["movedAt"].startswith("20") and second["movedAt"].endswith("Z")
    assert {layer["id"]: layer["moving"] for layer in city_answer["layers"]}["buses"]
