"""`pinisi import-roads` as a technician meets it: real processes, a real extract, a stopped and a running Pinisi."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import osmium
import pytest
import shapefile

from pinisi.runtime.quarantine import rows_of
from pinisi.settings import Settings
from pinisi.store.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "city" / "roads_examples"
HELSINKI = EXAMPLES / "helsinki_roads.osm.pbf"
JAKARTA = EXAMPLES / "jakarta_roads_cut.shp"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A working folder with two small cities: one around Helsinki's centre, one around Jakarta."""
    for name, bounds in (("helsinki", "24.93, 60.16, 24.96, 60.18"), ("jakarta", "106.6, -6.4, 107.0, -6.0")):
        pinisi(tmp_path, "new-city", name, "--id", name, "--name", name.title())
        profile = tmp_path / name / "city.toml"
        lines = profile.read_text(encoding="utf-8").splitlines()
        told = [f"bounds = [{bounds}]" if line.startswith("bounds") else line for line in lines]
        profile.write_text("\n".join(told), encoding="utf-8")
    return tmp_path


def pinisi(folder: Path, *words: str, token: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pinisi", *words]
    environment = ENVIRONMENT | {"PINISI_TOKEN": token}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def start(folder: Path, city: str) -> "tuple[subprocess.Popen[str], str]":
    command = [sys.executable, "-m", "pinisi", "run", city, "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.fixture
def running(town: Path) -> Iterator[str]:
    """The address of a Pinisi that shows Helsinki."""
    process, url = start(town, "helsinki")
    yield url
    process.kill()
    process.wait()


def ask(url: str, **headers: str) -> Any:
    with urlopen(Request(url, headers=headers)) as answer:
        return json.loads(answer.read())


def without(extract: Path, *ids: int) -> None:
    """The extract with some ways less."""
    less = extract.with_name("less.osm.pbf")
    with osmium.SimpleWriter(str(less)) as writer:
        for one in osmium.FileProcessor(str(extract)):
            if one.id not in ids:
                writer.add(one)
    less.replace(extract)


def test_roads_of_a_stopped_pinisi_are_there_when_it_runs(town: Path) -> None:
    done = pinisi(town, "import-roads", str(HELSINKI), "helsinki")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2,464 roads, 93.8 km; 193 lines left out" in done.stdout
    process, url = start(town, "helsinki")
    try:
        road = ask(f"{url}/ngsi-ld/v1/entities/urn:ngsi-ld:RoadSegment:osm-4236349?options=keyValues")
        assert road["https://smartdatamodels.org/dataModel.Transportation/totalLaneNumber"] == 2
        place = ask(f"{url}/pinisi/v1/places/urn:ngsi-ld:RoadSegment:osm-4236349")
        told = {fact["attribute"]: fact for fact in place["facts"]}
        assert told["roadClass"]["valueText"]["ja"] == "小規模な通過道路"
        assert told["length"]["observedAt"] == "2019-04-17T18:21:00Z"
        assert [card["licence"] for card in place["sources"]] == ["ODbL 1.0"]
        assert place["sources"][0]["files"] == [{"name": "helsinki_roads.osm.pbf", "rows": 2464}]
    finally:
        process.kill()
        process.wait()


def test_a_running_pinisi_takes_roads_and_shows_them_at_once(town: Path, running: str) -> None:
    assert ask(f"{running}/pinisi/v1/city")["roads"] is None
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{running}/city/helsinki/roads.pmtiles")
    assert pinisi(town, "import-roads", str(HELSINKI), "helsinki").returncode == 0
    city = ask(f"{running}/pinisi/v1/city")
    assert (city["roads"], city["credits"]) == ("/city/helsinki/roads.pmtiles", ["© OpenStreetMap contributors"])
    with urlopen(Request(running + city["roads"], headers={"Range": "bytes=0-6"})) as answer:
        assert (answer.status, answer.read()) == (206, b"PMTiles")
    found = ask(f"{running}/pinisi/v1/search?q=Erottajankatu")["results"]
    assert "Erottajankatu" in {hit["name"] for hit in found}


def test_the_same_file_again_changes_nothing(town: Path, running: str) -> None:
    first = pinisi(town, "import-roads", str(HELSINKI), "helsinki")
    assert "2,464 entities: 11,862 values new, 0 known already" in first.stdout
    position = ask(f"{running}/pinisi/v1/now")["position"]
    second = pinisi(town, "import-roads", str(HELSINKI), "helsinki")
    assert "2,464 entities: 0 values new, 11,862 known already" in second.stdout
    assert ask(f"{running}/pinisi/v1/now")["position"] == position


def test_roads_that_are_no_longer_in_the_file_are_told_and_go_when_asked(town: Path, running: str) -> None:
    extract = town / "city.osm.pbf"
    shutil.copyfile(HELSINKI, extract)
    pinisi(town, "import-roads", str(extract), "helsinki")
    without(extract, 4236349)
    told = pinisi(town, "import-roads", str(extract), "helsinki").stdout
    assert "1 roads of an earlier import are not in this file: osm-4236349" in told
    address = f"{running}/ngsi-ld/v1/entities/urn:ngsi-ld:RoadSegment:osm-4236349"
    assert ask(address)["id"].endswith("osm-4236349")
    told = pinisi(town, "import-roads", str(extract), "helsinki", "--remove-missing").stdout
    assert "1 roads that are no longer in the file were taken away" in told
    with pytest.raises(HTTPError, match="404"):
        ask(address)


def test_faults_of_a_shapefile_wait_in_the_quarantine(town: Path) -> None:
    with shapefile.Writer(str(town / "faulty"), shapeType=shapefile.POLYLINE) as writer:
        writer.field("highway", "C", 20)
        for line in ([[106.8, -6.2], [106.9, -6.2]], [[106.8, -6.2], [106.8, -6.2]], [[106.8, -62.0], [106.8, -96.0]]):
            writer.line([line])
            writer.record("primary")
    done = pinisi(town, "import-roads", "faulty.shp", "jakarta", "--as-of", "2020")
    assert "1 no-length: row 2 begins and ends at one point" in done.stdout
    assert "1 no-place: row 3 106.8, -96.0 is no longitude and latitude" in done.stdout
    assert asyncio.run(quarantined(town / "data")) == {
        ("faulty.shp", "row 2", "no-length"),
        ("faulty.shp", "row 3", "no-place"),
    }


async def quarantined(data: Path) -> set[tuple[str, str, str]]:
    """File, row and field of what waits in Jakarta."""
    async with SqliteStore(Settings(data=data).tenant_folder, lambda: 1) as store:
        return {(row.origin, row.row, row.field) for _, row in await rows_of(store, "jakarta", "roads")}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.osm.pbf", "helsinki"], "the file is not there"),
        ([str(JAKARTA), "jakarta"], "does not say when its roads were so: add --as-of"),
        ([str(JAKARTA), "jakarta", "--as-of", "yesterday"], "--as-of: 'yesterday' is no period"),
        ([str(HELSINKI), "jakarta"], "no road touches 106.550,-6.450,107.050,-5.950; the first of 2,464 lies at 24.9"),
        ([str(HELSINKI), "atlantis"], "there is no such city folder"),
        (["helsinki/city.toml", "helsinki", "--as-of", "2020"], "is neither an OpenStreetMap extract"),
    ],
)
def test_what_cannot_be_done_is_one_line(town: Path, words: list[str], told: str) -> None:
    done = pinisi(town, "import-roads", *words)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert not (town / "data" / "tiles").exists()


def test_a_server_with_accounts_asks_for_a_token(town: Path) -> None:
    secret = subprocess.run(
        [sys.executable, "-m", "pinisi", "account", "add", "ani", "--role", "administrator"],
        cwd=town, env=ENVIRONMENT, input="correct horse battery\n", text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert "account ani" in secret.stdout
    token = pinisi(town, "token", "add", "ani", "--label", "roads", "--permission", "house.manage").stdout.strip()
    process, _ = start(town, "helsinki")
    try:
        refused = pinisi(town, "import-roads", str(HELSINKI), "helsinki")
        assert refused.returncode == 1
        assert "set PINISI_TOKEN" in refused.stderr
        assert pinisi(town, "import-roads", str(HELSINKI), "helsinki", token=token).returncode == 0
    finally:
        process.kill()
        process.wait()
