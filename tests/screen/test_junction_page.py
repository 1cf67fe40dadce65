"""The page of a junction as it runs: lamps, plan and detectors of a simulated controller over a real socket."""

import asyncio
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pinisi.services.mobility.atcs.layout import read_layout
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.site.traffic import Counted
from pinisi.vocabulary.instant import SECOND, Instant
from ports import free_port

from .conftest import ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
LAYOUTS = ROOT / "tests" / "services" / "mobility" / "atcs"
SITE = "KK+MKS001="
JUNCTION = "/?lang=en&page=place&id=urn:ngsi-ld:Junction:ahmad-yani"
LIVE = """\
[[sources]]
id = "signal-control"
kind = "mobility.atcs"
options = {{ port = {port}, junctions = ["signals/crossing.toml"] }}
"""


def now() -> Instant:
    return round(time.time() * SECOND)


class Corner:
    """A simulated controller at the corner of the street, in a thread of its own; one of its detectors is dead."""

    def __init__(self, port: int) -> None:
        plot = read_layout(LAYOUTS / "crossing.toml")
        street = Street(site=SITE, junction=plot.junction, detectors=5, counts=True, external=1, first_wish=2)
        self.cabinet = Cabinet(street, now())
        self.cabinet.state.started -= 20 * SECOND
        self.site = Site(SITE, self.cabinet, now, reconnect=0.2)
        self.port = port
        self._gone = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._stand(),))

    def __enter__(self) -> "Corner":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go()

    def go(self) -> None:
        """As if a digger had cut the line."""
        self._gone.set()
        self._thread.join()

    async def _stand(self) -> None:
        link = asyncio.create_task(self.site.run("127.0.0.1", self.port))
        while not self._gone.is_set():
            await asyncio.sleep(0.2)
            second = (now() // SECOND - 1) * SECOND
            if second > self.cabinet.counted:
                heard = {number: Counted(vehicles=1, speed=0, occupancy=40) for number in (1, 2, 3, 5)}
                self.cabinet.traffic.second(second, heard)
                self.site.look()
        link.cancel()
        await asyncio.gather(link, return_exceptions=True)


@pytest.fixture(scope="module")
def signals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WarRoom, Corner]]:
    folder = tmp_path_factory.mktemp("signals")
    port = free_port()
    with WarRoom(folder / "data", city_with_signals(folder, port)) as room, Corner(port) as corner:
        yield room, corner


def city_with_signals(folder: Path, port: int) -> Path:
    city = folder / "surabaya"
    shutil.copytree(ROOT / "cities" / "surabaya", city)
    shutil.copytree(LAYOUTS, city / "signals")
    (city / "live.toml").write_text(LIVE.format(port=port))
    return city


def test_an_operator_sees_the_junction_run_and_that_it_is_simulated(
    page: Page, signals: tuple[WarRoom, Corner]
) -> None:
    room, corner = signals
    witness = Witness(page, room.address)
    open_console(page, room, JUNCTION)
    junction = page.locator("mobility-junction")
    expect(junction.get_by_role("note")).to_contain_text("This controller is simulated")
    expect(junction.locator("junction-status")).to_contain_text(re.compile("stored plan 1", re.IGNORECASE))
    north = junction.locator("li[data-group=north]")
    expect(north).to_contain_text(re.compile(r"(red|amber|green) for \d:\d\d"))
    expect(north.get_by_role("button", name=re.compile("Vehicles that stand before the signal"))).to_be_visible()
    expect(junction.locator("li[aria-current=step]")).to_contain_text(re.compile(r"\d+ of 25 s"))
    expect(junction.get_by_role("img", name=re.compile("^east: green for"))).to_be_visible()
    expect(junction.locator("junction-detectors tr[data-state=heard]")).to_have_count(3)
    expect(junction.locator("tr[data-state=faulty], tr[data-state=silent]")).to_have_count(1)
    expect(junction.get_by_role("region", name="Controller in the street")).to_contain_text("in control")
    faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    assert faults == []
    corner.go()
    expect(junction.locator("[data-link=false]")).to_contain_text("Link lost")
    assert witness.complaints == []


def test_a_junction_that_nobody_controls_says_so_and_stands_behind_those_in_trouble(
    page: Page, signals: tuple[WarRoom, Corner]
) -> None:
    room, _ = signals
    link = f'<{room.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    lonely = {"id": "urn:ngsi-ld:Junction:lonely", "type": "Junction", "name": {"type": "Property", "value": "Sunyi"}}
    answer = page.request.post(f"{room.address}/ngsi-ld/v1/entities", data=lonely, headers={"link": link})
    assert answer.status == 201, answer.text()
    open_console(page, room, JUNCTION.replace("ahmad-yani", "lonely"))
    expect(page.locator("mobility-junction")).to_contain_text("No signal control runs this junction yet.")
    page.get_by_role("button", name="Place", exact=True).click()
    page.locator("place-index").get_by_role("button", name="Traffic signals").click()
    rows = page.locator("mobility-signals tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(re.compile("Ahmad Yani.*Link lost", re.DOTALL))
    expect(rows.last).to_contain_text(re.compile("Sunyi.*no control", re.DOTALL))
    faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}).response["violations"]
    assert faults == []
