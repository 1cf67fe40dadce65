"""A backtest over HTTP and by the command: the real forecast on a wave of hours, for those who see everything."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from house_at_hand import JSON, PINISI_CONTEXT, Opened, open_house

from pinisi.commands.backtest import Wish, run
from pinisi.people.accounts import Assignment
from pinisi.runtime.backtest import Report
from pinisi.settings import Settings
from pinisi.vocabulary.instant import HOUR, format_instant, parse_instant

pytestmark = pytest.mark.anyio
PATH = "/pinisi/v1/services/environment/backtest"
STATION = "urn:ngsi-ld:AirQualityObserved:balaikota"
BEGIN = parse_instant("2026-01-01T00:00:00Z")
DAYS = 30
ASKED = {"from": "2026-01-28T00:00:00Z", "to": "2026-01-29T00:00:00Z", "knownBy": "observed"}


def hours() -> list[dict[str, Any]]:
    """A month of PM2.5: a wave over the day, a little higher each week."""
    said: list[dict[str, Any]] = []
    for number in range(DAYS * 24):
        level = 20 + 10 * abs(12 - number % 24) / 12 + number / 168 + (number * 7 % 5) / 2
        value = {"type": "Property", "value": round(level, 2), "unitCode": "GQ"}
        said.append(value | {"observedAt": format_instant(BEGIN + number * HOUR)})
    return said


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    async with open_house(tmp_path_factory.mktemp("backtest") / "data") as made:
        temporal = {"id": STATION, "type": "AirQualityObserved", "pm25": hours()}
        async with made.client(link=PINISI_CONTEXT) as client:
            reply = await client.post("/ngsi-ld/v1/temporal/entities", json=temporal)
            assert reply.status_code == 201, reply.text
        yield made


async def test_what_was_said_is_told_beside_what_came(opened: Opened) -> None:
    async with opened.client() as client:
        reply = await client.post(PATH, json=ASKED, headers=JSON)
    assert reply.status_code == 200, reply.text
    report = msgspec.convert(reply.json(), Report)
    assert (report.reaction, report.runs, report.failed) == ("air-forecast", 24, 0)
    assert [score.ahead for score in report.scores][:2] == [3_600.0, 7_200.0]
    first = report.scores[0]
    assert first.attribute == "pm25"
    assert first.persistence is not None and first.error < first.persistence


async def test_one_that_says_nothing_of_later_values_is_run_and_only_counted(opened: Opened) -> None:
    async with opened.client() as client:
        reply = await client.post(PATH, json=ASKED | {"reaction": "air-index"}, headers=JSON)
    report = msgspec.convert(reply.json(), Report)
    assert (report.runs, report.silent, report.failed, report.promised, report.scores) == (24, 0, 0, None, ())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from": "soon"}, "from"),
        ({"to": "2026-01-27T00:00:00Z"}, "from"),
        ({"every": 0}, "every"),
        ({"every": 1e99}, "every"),
        ({"reaction": "none"}, "reaction"),
        ({"knownBy": "nobody"}, "knownBy"),
        ({"more": 1}, "more"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_by_its_field(
    opened: Opened, change: dict[str, Any], field: str
) -> None:
    async with opened.client() as client:
        reply = await client.post(PATH, json=ASKED | change, headers=JSON)
    assert reply.status_code == 400
    assert field in reply.text


async def test_a_service_without_forecasts_says_so(opened: Opened) -> None:
    async with opened.client() as client:
        assert (await client.post("/pinisi/v1/services/flood/backtest", json=ASKED, headers=JSON)).status_code == 400
        assert (await client.post("/pinisi/v1/services/none/backtest", json=ASKED, headers=JSON)).status_code == 404


async def test_who_does_not_see_everything_runs_none(opened: Opened) -> None:
    await opened.account("ani", Assignment(role="administrator"))
    cookie = await opened.account("dewi", Assignment(role="department", areas=frozenset({"73.71.09"})))
    async with opened.client(cookie=cookie, origin="http://127.0.0.1:9090") as client:
        assert (await client.post(PATH, json=ASKED, headers=JSON)).status_code == 403


def wish(**changed: Any) -> Wish:
    asked: dict[str, Any] = {"service": "environment", "reaction": "", "since": "2026-01-28", "until": "2026-01-29"}
    asked |= {"every": 3_600.0, "known_by": "observed", "tenant": ""}
    return Wish(**(asked | changed))


def test_the_command_opens_the_data_folder_where_no_server_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pinisi.commands.failure import CommandFailed

    with pytest.raises(CommandFailed, match="no city"):
        run(Settings(data=tmp_path), wish(), as_json=False)
    with pytest.raises(CommandFailed, match="--from"):
        run(Settings(data=tmp_path), wish(since="yesterday"), as_json=False)
    with pytest.raises(CommandFailed, match="no service"):
        run(Settings(data=tmp_path), wish(service="none", tenant="makassar"), as_json=False)
    assert run(Settings(data=tmp_path), wish(tenant="empty"), as_json=False) == 0
    assert "0 subjects" in capsys.readouterr().out
