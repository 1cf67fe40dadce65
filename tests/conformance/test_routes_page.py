"""The page of routes says what the route table says; the interface is described as OpenAPI."""

import subprocess
import sys
from pathlib import Path

import httpx

from patience import PATIENCE

ROOT = Path(__file__).parents[2]


def test_the_page_of_routes_is_made_from_the_route_table() -> None:
    checked = subprocess.run([sys.executable, ROOT / "scripts" / "routes.py", "--check"], check=False, timeout=PATIENCE)
    assert checked.returncode == 0, "run: python scripts/routes.py"


def test_openapi_describes_every_route_with_schemas_that_are_there(wire: httpx.Client) -> None:
    document = wire.get("/pinisi/v1/openapi.json").json()
    entities = document["paths"]["/ngsi-ld/v1/entities"]
    assert set(entities) == {"get", "post", "put", "patch", "delete"}
    assert "orderBy" in [parameter["name"] for parameter in entities["get"]["parameters"]]
    text = wire.get("/pinisi/v1/openapi.json").text
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(document["components"]["schemas"])
