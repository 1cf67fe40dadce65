"""The page of buses in a real browser, with a cut of TransJakarta: what runs, a journey, a file's faults."""

import datetime
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as official
from playwright.sync_api import Page, expect

from patience import PATIENCE
from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.repair import repair
from pinisi.services.mobility.engine.gtfs.stop_lists import halts_of, points_of
from pinisi.services.mobility.engine.gtfs.table import Feed
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_zip import zipped

from .conftest import ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
CUT = ROOT / "tests" / "services" / "mobility" / "gtfs" / "transjakarta"
LIVE = """\
[[sources]]
id = "transjakarta"
kind = "mobility.gtfs"
options = { feed = "transjakarta", publisher = "PT Transportasi Jakarta" }

[[sources]]
id = "buses-now"
kind = "mobility.gtfs-rt"
on = true
options = { feed = "transjakarta", publisher = "PT Transportasi Jakarta" }
"""
PAGE = "/?page=place&service=mobility/buses"
TRIP = "1C:A0"
PATIENT = 1_000 * PATIENCE


def feed_of_today() -> Feed:
    """The cut as a repair writes it, every ten minutes around the clock; its calendar, of 2021, moved to now."""
    files = {path.name: path.read_bytes() for path in sorted(CUT.glob("*.txt"))}
    today = datetime.date.today()
    files["calendar.txt"] = files["calendar.txt"].replace(b"20210912", b"20260101").replace(b"20211231", b"20991231")
    assumed = Assumptions(start=0, headway=600, until=30 * 3_600)
    return repair(*read_feed(files), assumed, f"{today:%Y%m%d}").feed


def told(feed: Feed, at: int, since: int) -> bytes:
    """Three buses of one line: the second 90 seconds behind the first, the third eleven minutes behind the second."""
    halts = halts_of(feed.tables["stop_times.txt"])[TRIP]
    points = points_of(feed)
    message = official.FeedMessage()
    message.header.gtfs_realtime_version, message.header.timestamp = "2.0", at
    for number, behind in enumerate((0, 90, 750), start=1):
        gone = at - since - behind
        passed = [halt for halt in halts if (halt.arrival or 0) <= gone]
        if not passed:
            continue
        said = message.entity.add(id=f"v{number}").vehicle
        said.vehicle.id, said.vehicle.label, said.trip.trip_id = f"tj-{number}", f"TJ {number}", TRIP
        said.position.latitude, said.position.longitude = points[passed[-1].stop]
        said.timestamp = at
    update = message.entity.add(id="u").trip_update
    update.trip.trip_id, update.timestamp = TRIP, at
    stop = update.stop_time_update.add(stop_id=halts[-1].stop)
    stop.arrival.time, stop.arrival.delay = at + 600, 240
    alert = message.entity.add(id="a").alert
    alert.informed_entity.add(route_id="1C")
    alert.header_text.translation.add(text="Halte Blok M ditutup sebagian", language="id")
    return message.SerializeToString(deterministic=True)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    folder = tmp_path_factory.mktemp("buses")
    city = folder / "makassar"
    shutil.copytree(ROOT / "cities" / "makassar", city)
    (city / "live.toml").write_text(LIVE)
    feed = feed_of_today()
    data = folder / "data"
    with WarRoom(data, city=city) as found:
        _put(data / "gtfs", "transjakarta.zip", zipped(write_feed(feed)))
        now = int(time.time())
        for ago in range(1_500, -1, -60):
            _put(data / "gtfs-rt", f"{1_500 - ago:05}.pb", told(feed, now - ago, now - 1_800))
        yield found


def _put(folder: Path, name: str, body: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.part").write_bytes(body)
    (folder / f"{name}.part").replace(folder / name)


def test_a_line_tells_its_plan_its_buses_and_whom_to_hold(room: WarRoom, page: Page) -> None:
    witness = Witness(page, room.address)
    open_console(page, room, PAGE)
    view = page.locator("mobility-buses")
    expect(view.get_by_text("Halte Blok M ditutup sebagian")).to_be_visible(timeout=PATIENT)
    row = view.locator('tr[data-line="1C"]')
    expect(row.locator("td").nth(0)).to_contain_text("10")
    expect(row.locator("td").nth(1)).to_contain_text("3", timeout=PATIENT)
    row.get_by_role("button").first.click()
    line = view.locator("bus-line")
    expect(line.locator('tr[data-vehicle$="tj-2"] td[data-standing]')).to_have_text("beriringan", timeout=PATIENT)
    expect(line.locator('li[data-vehicle$="tj-2"]')).to_contain_text("Tahan TJ 2")
    expect(line).to_contain_text("seharusnya setiap 10 menit, menurut jadwal")
    assert witness.complaints == [] and witness.strangers == []


def test_a_journey_is_found_between_stops_by_their_names_and_kept_in_the_address(room: WarRoom, page: Page) -> None:
    open_console(page, room, f"{PAGE}&lang=en&detail=journeys:when%3D2027-01-13T07:00")
    view = page.locator("bus-journeys")
    for side, name in (("from", "blok m, platform 2"), ("to", "bintaro")):
        view.locator(f'[data-side="{side}"] input').fill(name)
        page.locator(f'[data-side="{side}"] [role="option"]').first.click(timeout=PATIENT)
    journey = view.locator("section.journey").first
    expect(journey.locator('li[data-kind="ride"]').first).to_contain_text("1C", timeout=PATIENT)
    expect(journey).to_contain_text("approximate times")
    expect(view).to_contain_text("By the timetable transjakarta")
    page.reload()
    expect(page.locator("bus-journeys section.journey").first).to_contain_text("1C", timeout=PATIENT)


def test_the_file_of_a_timetable_names_its_faults_and_can_be_taken(room: WarRoom, page: Page) -> None:
    open_console(page, room, f"{PAGE}&lang=ja&detail=feeds")
    view = page.locator("bus-feeds")
    expect(view.get_by_role("status")).to_contain_text("誤りなし", timeout=PATIENT)
    with page.expect_download() as taken:
        view.get_by_role("link", name="GTFS をダウンロード").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"PK")
