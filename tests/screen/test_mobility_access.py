"""The pages of mobility can be read and used by everyone: axe-core finds nothing, the keyboard reaches all of them."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from patience import PATIENCE
from ports import free_port

from .conftest import ROOT, WarRoom, open_console

pytestmark = pytest.mark.screen
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LIVE = """\
[[sources]]
id = "signal-control"
kind = "mobility.atcs"
options = {{ port = {port}, junctions = ["signals/crossing.toml"] }}

[[sources]]
id = "buses"
kind = "mobility.gtfs"
options = {{ feed = "transjakarta", publisher = "PT Transportasi Jakarta" }}

[[sources]]
id = "speeds"
kind = "mobility.speeds-csv"

[[sources]]
id = "twin-network"
kind = "mobility.twin-network"
options = {{ file = "nowhere.net.xml" }}
"""
OF_PLACE = "page=place&service=mobility/"
PAGES = {
    "junction": ("page=place&id=urn:ngsi-ld:Junction:ahmad-yani", "mobility-junction"),
    "signals": (f"{OF_PLACE}signals", "mobility-signals"),
    "network": (f"{OF_PLACE}network", "mobility-network"),
    "counting": (f"{OF_PLACE}junction-counting", "mobility-counting"),
    "what-if": (f"{OF_PLACE}what-if", "mobility-what-if"),
    "buses": (f"{OF_PLACE}buses", "mobility-buses"),
    "corridors": (f"{OF_PLACE}corridors", "mobility-corridors"),
}
REACH = """([host, seen]) => {
  const inner = (root) =>
    [...root.querySelectorAll("*")].flatMap((each) => [each, ...(each.shadowRoot ? inner(each.shadowRoot) : [])]);
  const page = inner(document).find((each) => each.localName === host);
  const wanted = 'button, a[href], input, select, textarea, summary';
  const usable = (each) => each.matches(wanted) && !each.disabled && each.checkVisibility();
  const open = inner(page.shadowRoot).filter(usable);
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const style = active ? getComputedStyle(active) : null;
  const tag = active ? `${active.localName} ${active.name ?? ''}` : '';
  return { open: open.length, at: open.indexOf(active), tag, ring: style ? style.outlineStyle : '' };
}"""
MOST_KEYS = 250


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A city that has something for each page, among it a congested road and a closed one."""
    folder = tmp_path_factory.mktemp("access")
    city = folder / "makassar"
    shutil.copytree(ROOT / "cities" / "makassar", city, ignore=shutil.ignore_patterns("building", "build.py"))
    shutil.copytree(ROOT / "tests" / "services" / "mobility" / "atcs", city / "signals")
    (city / "live.toml").write_text(LIVE.format(port=free_port()))
    with WarRoom(folder / "data", city=city) as found:
        entities(found)
        yield found


def entities(room: WarRoom) -> None:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def said(value: Any, unit: str | None = None) -> dict[str, Any]:
        method = {"type": "Property", "value": "modelled"}
        more = {} if unit is None else {"unitCode": unit}
        return {"type": "Property", "value": value, "observedAt": at, "method": method, **more}

    line = {"type": "LineString", "coordinates": [[119.41, -5.14], [119.42, -5.14]]}
    road = {"name": said("Jl. Veteran"), "location": {"type": "GeoProperty", "value": line}}
    traffic = {"trafficState": said("congested"), "speedNow": said(9, "KMH"), "speedShare": said(22, "P1")}
    counts = {"congestedRoads": said(1), "judgedRoads": said(1), "knownRoads": said(2), "vehicleType": said("all")}
    closed = {"closureState": said("closed"), "closureCause": said("works"), "reason": said("Galian pipa")}
    body = [
        {"id": "urn:ngsi-ld:RoadTraffic:veteran", "type": "RoadTraffic", **road, **traffic},
        {"id": "urn:ngsi-ld:CityTraffic:all", "type": "CityTraffic", **counts},
        {"id": "urn:ngsi-ld:RoadClosure:veteran", "type": "RoadClosure", **road, **closed},
    ]
    context = f'<{room.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
    path = f"{room.address}/ngsi-ld/v1/entityOperations/upsert"
    httpx.post(path, json=body, headers={"link": context}, timeout=PATIENCE).raise_for_status()


def shown(page: Page, room: WarRoom, name: str, theme: str) -> None:
    address, host = PAGES[name]
    open_console(page, room, f"/?{address}&lang=en&theme={theme}")
    expect(page.locator(host)).to_be_visible()
    expect(page.locator(f"{host} [aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation_of_wcag_22_aa(page: Page, room: WarRoom, name: str, theme: str) -> None:
    shown(page, room, name, theme)
    faults = Axe().run(page, options=WCAG).response["violations"]
    told = [(each["id"], [(node["target"], node.get("failureSummary")) for node in each["nodes"]]) for each in faults]
    assert told == []


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_alone_reaches_all_that_can_be_used_and_shows_where_it_is(
    page: Page, room: WarRoom, name: str
) -> None:
    shown(page, room, name, "dark")
    reached: set[int] = set()
    bare: set[str] = set()
    open_now = 0
    for _ in range(MOST_KEYS):
        page.keyboard.press("Tab")
        found = page.evaluate(REACH, [PAGES[name][1], 0])
        open_now = found["open"]
        if found["at"] >= 0:
            reached.add(found["at"])
            if found["ring"] == "none":
                bare.add(found["tag"])
        if len(reached) >= open_now:
            break
    assert len(reached) == open_now
    assert bare == set()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_counting_page_of_a_phone_has_no_violation(page: Page, room: WarRoom, theme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{room.address}/count")
    expect(page.locator("h1")).to_be_visible()
    faults = Axe().run(page, options=WCAG).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in faults] == []
