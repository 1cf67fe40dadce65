"""OGC SensorThings in, from a local server that pages and filters as the standard says."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from line_at_hand import LineAtHand, listening
from well_source import NOW

from pinisi.city.profile import load_profile
from pinisi.runtime.kinds import KINDS
from pinisi.runtime.mapping.mapping import load_mapping_file
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.transports import sensorthings
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.sensorthings import SensorThings
from pinisi.testing.faulty_server import Asked, FaultyServer, answer, faulty_server
from pinisi.vocabulary.instant import MINUTE, format_instant

pytestmark = pytest.mark.anyio
QUICK = Manners(per_minute=60_000, connect=1, read=1, total=2)
MAPPING = """\
format = "json"
rows = "value"
others = "pass"

[[mappings]]
only = { "Datastream.ObservedProperty.name" = "Water level" }
entity = "urn:ngsi-ld:Gauge:{Datastream.Thing.@iot.id}"
types = ["Gauge"]
observed = "phenomenonTime"
position = ["FeatureOfInterest.feature.coordinates.0", "FeatureOfInterest.feature.coordinates.1"]
attributes = [
  { name = "waterLevel", column = "result", kind = "number", unit = "MTR" },
  { name = "name", column = "Datastream.Thing.name" },
]
"""


def observation(number: int) -> dict[str, object]:
    return {
        "@iot.id": number,
        "phenomenonTime": format_instant(NOW + number * MINUTE),
        "result": number / 10,
        "Datastream": {
            "Thing": {"@iot.id": 7, "name": "Tello"},
            "ObservedProperty": {"name": "Water level" if number % 5 else "Battery"},
        },
        "FeatureOfInterest": {"feature": {"type": "Point", "coordinates": [119.45, -5.15]}},
    }


class Service:
    """Observations in the order of their time, in pages of three."""

    def __init__(self, server: FaultyServer) -> None:
        self.server = server
        self.observations = [observation(number) for number in range(1, 11)]

    async def serve(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}
        since = re.search(r"phenomenonTime gt (\S+)", query["$filter"])
        assert since is not None and query["$orderby"] == "phenomenonTime asc"
        assert "Datastream($expand=Thing" in query["$expand"]
        found = [each for each in self.observations if str(each["phenomenonTime"]) > since.group(1)]
        skip = int(query.get("$skip", "0"))
        page: dict[str, object] = {"value": found[skip : skip + 3]}
        if skip + 3 < len(found):
            page["@iot.nextLink"] = f"{self.server.at(asked.path.partition('&$skip')[0])}&$skip={skip + 3}"
        await answer(msgspec.json.encode(page), content_type="application/json")(asked, writer)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with faulty_server() as server:
        made = Service(server)
        server.otherwise = made.serve
        yield made


def things(service: Service, **members: object) -> SensorThings:
    return SensorThings(service.server.at("/v1.1"), 0.05, manners=QUICK, **members)


async def test_all_pages_since_the_last_observation_are_read_and_a_restart_goes_on_there(
    service: Service, tmp_path: Path
) -> None:
    line = LineAtHand(tmp_path)
    async with listening(things(service), line):
        await line.until(lambda line: len(line.messages) >= 4)
    bodies = [msgspec.json.decode(message.body)["value"] for message in line.messages[:4]]
    assert [each["@iot.id"] for page in bodies for each in page] == list(range(1, 11))
    again = LineAtHand(tmp_path, line.messages[3].place)
    service.observations.append(observation(11))
    async with listening(things(service, overlap=0), again):
        await again.until(lambda line: bool(line.messages))
    assert [each["@iot.id"] for each in msgspec.json.decode(again.messages[0].body)["value"]] == [11]


async def test_what_comes_late_is_still_found_in_the_overlap(service: Service, tmp_path: Path) -> None:
    late = service.observations.pop(4)
    line = LineAtHand(tmp_path)
    async with listening(things(service), line):
        await line.until(lambda line: len(line.messages) >= 3)
        service.observations.insert(4, late)
        await line.until(lambda line: any(b'"@iot.id":5,' in message.body for message in line.messages))


async def test_observations_become_entities_by_a_mapping_file(service: Service, tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "sta.toml").write_text(MAPPING)
    profile = load_profile(Path(__file__).parents[3] / "cities" / "makassar")
    read = mapped_reader(load_mapping_file(tmp_path, "sta"), profile)
    line = LineAtHand(tmp_path)
    async with listening(things(service), line):
        await line.until(lambda line: len(line.messages) >= 4)
    readings = [read(message) for message in line.messages[:4]]
    entities = [entity for reading in readings for entity in reading.entities]
    assert [reading.rejects for reading in readings if reading.rejects] == []
    assert len(entities) == 8
    assert entities[0]["id"] == "urn:ngsi-ld:Gauge:7"
    assert entities[0]["waterLevel"]["observedAt"] == "2026-11-25T06:01:00Z"
    assert entities[0]["location"]["value"]["coordinates"] == [119.45, -5.15]


async def test_a_next_page_on_another_host_is_not_followed(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensorthings, "FIRST_PAUSE", 0.05)
    page = {"value": [observation(1)], "@iot.nextLink": "http://169.254.169.254/v1.1/Observations"}
    service.server.otherwise = answer(msgspec.json.encode(page))
    line = LineAtHand(tmp_path)
    async with listening(things(service), line):
        await line.until(lambda line: bool(line.troubles))
    assert "only the same host is followed" in line.troubles[0]


async def test_an_answer_that_is_no_page_is_told_and_asked_again(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensorthings, "FIRST_PAUSE", 0.05)
    working = service.server.otherwise
    service.server.otherwise = answer(b"<html>")
    line = LineAtHand(tmp_path)
    async with listening(things(service), line):
        await line.until(lambda line: bool(line.troubles))
        assert "is no page of observations" in line.troubles[0]
        service.server.otherwise = working
        await line.until(lambda line: bool(line.messages) and line.troubles[-1] == "")


def test_it_is_a_kind_that_a_city_can_use() -> None:
    assert [kind.name for kind in KINDS] == ["http", "mqtt", "folder", "push", "sensorthings"]
