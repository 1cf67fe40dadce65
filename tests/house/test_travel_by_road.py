"""What a dispatcher sees of roads: a city with a file of roads tells times by road, and keeps to what is closed."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).parents[2]
HELSINKI = ROOT / "tests" / "city" / "roads_examples" / "helsinki_roads.osm.pbf"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
ROSTER = """code,name,agency,capabilities,longitude,latitude,exercise
near,Near,damkar,fire-engine,24.9400,60.1700,yes
far,Far,damkar,fire-engine,24.9450,60.1650,yes
"""
ON_THE_WAY = [24.951059, 60.169185]
"""On the street that the nearer unit would take."""
TURN_OUT_S = 60
CONTEXT = "http://www.w3.org/ns/json-ld#context"
HARBOUR = [24.9528, 60.1642]
LIVE = """
[[sources]]
id = "roads"
kind = "mobility.road-graph"
[sources.options]
file = "helsinki.osm.pbf"
"""
PATIENCE_S = 120.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[str]:
    """The address of a Pinisi with a small city around Helsinki's centre and its roads."""
    command = [sys.executable, "-m", "pinisi", "new-city", "helsinki", "--id", "helsinki", "--name", "Helsinki"]
    subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
    profile = tmp_path / "helsinki" / "city.toml"
    lines = profile.read_text(encoding="utf-8").splitlines()
    told = ["bounds = [24.93, 60.16, 24.96, 60.18]" if line.startswith("bounds") else line for line in lines]
    profile.write_text("\n".join(told), encoding="utf-8")
    shutil.copyfile(ROOT / "cities" / "makassar" / "operations.toml", tmp_path / "helsinki" / "operations.toml")
    (tmp_path / "helsinki" / "live.toml").write_text(LIVE, encoding="utf-8")
    (tmp_path / "data").mkdir()
    shutil.copyfile(HELSINKI, tmp_path / "data" / "helsinki.osm.pbf")
    command = [sys.executable, "-m", "pinisi", "run", "helsinki", "--port", "0"]
    process = subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()


def ask(url: str, body: Any = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, {"content-type": "application/json", **headers})) as answer:
        return json.loads(answer.read() or b"null")


def until(look: Callable[[], Any]) -> Any:
    """What it sees as soon as it sees something."""
    end = time.monotonic() + PATIENCE_S
    while not (seen := look()):
        assert time.monotonic() < end, "what should come does not come"
        time.sleep(0.1)
    return seen


def test_dispatch_tells_times_by_road_and_a_closed_road_changes_them_until_it_is_open_again(running: str) -> None:
    assert ask(f"{running}/pinisi/v1/units/import", {"text": ROSTER})["units"] == 2
    fire = {"title": "Fire", "category": "fire", "location": HARBOUR}
    id = ask(f"{running}/pinisi/v1/incidents", fire)["id"]

    def travel() -> dict[str, float]:
        """Seconds of each unit's code by road; nothing while it is by straight line."""
        answer = ask(f"{running}/pinisi/v1/incidents/{id}/recommendation")
        by_road = "by road" in answer["method"]["en"]
        return {each["name"]: each["travel"] for each in answer["candidates"]} if by_road else {}

    before = until(travel)
    assert before == {"Near": pytest.approx(TURN_OUT_S + 181, abs=2), "Far": pytest.approx(TURN_OUT_S + 129, abs=2)}
    closure = {
        "id": "urn:ngsi-ld:RoadClosure:tree",
        "type": "RoadClosure",
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": ON_THE_WAY}},
        "reason": {"type": "Property", "value": "A tree fell"},
    }
    link = f'<{running}/pinisi/v1/context.jsonld>; rel="{CONTEXT}"; type="application/ld+json"'
    ask(f"{running}/ngsi-ld/v1/entities", closure, link=link)
    around = until(lambda: (seen := travel()) != before and seen)
    assert around == {"Near": pytest.approx(TURN_OUT_S + 252, abs=2), "Far": before["Far"]}
    urlopen(Request(f"{running}/ngsi-ld/v1/entities/{closure['id']}", method="DELETE"))
    assert until(lambda: (seen := travel()) != around and seen) == before
