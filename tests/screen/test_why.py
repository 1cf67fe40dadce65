"""Why this number? From a value on the screen over the reaction that made it to the message as it came."""

import re
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from wells_package import WELLS, city_with_gauges, install

from .conftest import LOOKS_OF_A_PART, ROOT, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
STATE = "urn:ngsi-ld:WellState"
MESSAGE = '[{"id":"7","at":"2026-11-20T05:00:00Z","level":1.25}]'
TIDES = '''\
"""Another third party's service: the mean level of the last ten years."""
from pinisi.city.text import Text
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import Past, Reaction, Wake, Writes

def mean(inputs):
    levels = [each.number for each in inputs.past("waterLevel")]
    id = inputs.subject.id.replace("Gauge", "Tide")
    return [{"id": id, "type": "Tide", "mean": {"type": "Property", "value": sum(levels) / len(levels)}}]

TEXT = Text("Pasang", "Tides", "潮汐")
SERVICE = Service(
    name="tides",
    title=TEXT,
    types=("Tide",),
    reactions=(
        Reaction(
            name="mean",
            title=TEXT,
            rule=TEXT,
            react=mean,
            wakes=(Wake(type="Gauge", attributes=("waterLevel",)),),
            inputs=(Past(attributes=("waterLevel",), hours=87_600),),
            writes=(Writes(type="Tide"),),
        ),
    ),
)
'''
HISTORY = [{"id": "9", "at": f"2024-03-01T{hour:02}:00:00Z", "level": hour} for hour in range(7)]
DOUBLED = f"/?page=place&id={STATE}:7"


@pytest.fixture(scope="module")
def with_wells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room with a third party's service, which has answered one message."""
    folder = tmp_path_factory.mktemp("with-wells")
    packages = folder / "packages"
    packages.mkdir()
    install(packages, "wells", WELLS)
    install(packages, "tides", TIDES)
    room = WarRoom(folder / "data", city_with_gauges(folder, ROOT / "cities" / "makassar"), packages)
    try:
        room.start()
        headers = {"content-type": "application/json"}
        answer = httpx.post(f"{room.address}/pinisi/v1/push/gauges", content=MESSAGE, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        answer = httpx.post(f"{room.address}/pinisi/v1/push/gauges", json=HISTORY, timeout=30)
        assert answer.status_code == 200, answer.text
        yield room
    finally:
        room.stop()


def context_of(room: WarRoom) -> str:
    context = f"<{room.address}/pinisi/v1/context.jsonld>"
    return f'{context}; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


def question(page: Page) -> Locator:
    return page.locator("why-dialog").get_by_role("dialog")


def why(page: Page, room: WarRoom, address: str, words: str) -> Locator:
    """Opens a page and asks of one of its numbers."""
    open_console(page, room, address)
    page.get_by_role("link", name=words).click()
    return question(page)


def test_a_value_leads_over_its_reaction_to_the_message_as_it_came(page: Page, with_wells: WarRoom) -> None:
    witness = Witness(page, with_wells.address)
    dialog = why(page, with_wells, f"{DOUBLED}&lang=en", "Why this number? doubled")
    expect(dialog).to_have_accessible_name("Why this number?")
    top = dialog.locator("why-tree li.top > details")
    expect(top.locator("> summary")).to_contain_text(re.compile(r"2\.5\s+doubled"))
    made = top.locator("> .inner > made-view")
    expect(made).to_contain_text("Computed by “doubled” (service Wells, rule version 1) for ")
    expect(made).to_contain_text("twice the level")
    level = top.locator("> .inner > ul > li")
    expect(level.locator("summary")).to_contain_text(re.compile(r"1\.25\s+m\s+waterLevel, Gauge"))
    expect(level.locator("summary method-mark [role=img]")).to_have_accessible_name("measured")
    expect(level.locator("pre")).to_have_text(MESSAGE)
    for part in ("A message from Gauges, as it came:", "push by ", "application/json", f"{len(MESSAGE)} bytes"):
        expect(level.locator("made-view")).to_contain_text(part)
    assert witness.complaints == []


def test_a_window_says_how_many_values_it_had_and_follows_the_newest(page: Page, with_wells: WarRoom) -> None:
    dialog = why(page, with_wells, "/?page=place&id=urn:ngsi-ld:Tide:9&lang=en", "Why this number? mean")
    window = dialog.locator("why-tree ul ul > li").first
    expect(window).to_contain_text("7 values, from 1 Mar 2024, 08:00 WITA to 1 Mar 2024, 14:00 WITA")
    expect(window).to_contain_text("the newest 5 of them")
    newest = window.locator("> details > .inner > ul > li")
    expect(newest).to_have_count(5)
    newest.first.locator("summary").click()
    expect(newest.first.locator("pre")).to_contain_text('"level":6')


def test_it_is_opened_read_and_closed_by_keyboard_and_the_focus_returns(page: Page, with_wells: WarRoom) -> None:
    open_console(page, with_wells, f"{DOUBLED}&lang=id")
    asked = page.get_by_role("link", name="Mengapa angka ini? doubled")
    asked.focus()
    page.keyboard.press("Enter")
    dialog = question(page)
    expect(dialog.get_by_role("button", name="Tutup")).to_be_focused()
    assert "why=fact%20doubled" in page.url
    expect(dialog.locator("pre")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.locator("pre")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(dialog.locator("pre")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(asked).to_be_focused()
    expect(page).to_have_url(f"{with_wells.address}{DOUBLED}&lang=id")


def test_its_address_opens_it_again(page: Page, with_wells: WarRoom) -> None:
    open_console(page, with_wells, f"{DOUBLED}&lang=ja&why=fact%20doubled")
    expect(question(page)).to_have_accessible_name("なぜこの数字か")
    expect(question(page).locator("pre")).to_have_text(MESSAGE)


def test_a_tile_is_explained_by_the_entries_that_it_counted(page: Page, with_wells: WarRoom) -> None:
    dialog = why(page, with_wells, "/?lang=en", "Why this number? Health centres mapped")
    rows = dialog.locator("why-tree li.top > details > .inner > ul > li")
    expect(rows).to_have_count(20)
    expect(dialog).to_contain_text("and 17 more values")
    first = rows.first
    expect(first.locator("made-view")).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator("made-view")).to_contain_text("Written by City folder, ")
    expect(first.locator("made-view")).to_contain_text("(37 rows)")


def test_an_indicator_of_the_programme_says_its_formula_and_what_it_divided(page: Page, with_wells: WarRoom) -> None:
    asked = "Why this number? Health centres that are on the map"
    dialog = why(page, with_wells, "/?page=programme&lang=en", asked)
    expect(dialog).to_contain_text("divided by")
    expect(dialog).to_contain_text("Rests upon: 38 inputs")


def test_the_drawer_of_a_value_asks_too(page: Page, with_wells: WarRoom) -> None:
    open_console(page, with_wells, "/?lang=en&value=tile%20population")
    page.locator("value-drawer").get_by_role("link", name="Why this number?").click()
    expect(question(page)).to_contain_text("1,482,354")


def test_a_tile_that_shows_a_figure_as_it_is_written_does_not_say_that_it_was_computed(
    page: Page, with_wells: WarRoom
) -> None:
    dialog = why(page, with_wells, "/?lang=en", "Why this number? Population")
    expect(dialog).to_contain_text("Shown as it is written, nothing is computed; as of ")
    expect(dialog).to_contain_text("Taken from")
    expect(dialog.locator("why-tree ul ul > li")).to_have_count(1)
    expect(dialog).not_to_contain_text("Computed")


def test_a_doubt_about_a_value_stands_beside_it_in_the_tree(page: Page, with_wells: WarRoom) -> None:
    doubt = {"code": "guessed", "attribute": "waterLevel", "text": {"id": "dikira", "en": "a guess", "ja": "推測"}}
    answer = httpx.post(
        f"{with_wells.address}/ngsi-ld/v1/entities/urn:ngsi-ld:Gauge:7/attrs",
        json={"dataQuality": {"type": "JsonProperty", "json": [doubt]}},
        headers={"link": context_of(with_wells)},
        timeout=30,
    )
    assert answer.status_code == 204, answer.text
    dialog = why(page, with_wells, f"{DOUBLED}&lang=en", "Why this number? doubled")
    expect(dialog.locator("why-tree ul ul > li summary .flag")).to_have_text("a guess")
    expect(dialog.locator("why-tree li.top > details > summary .flag")).to_have_count(0)


def test_at_a_moment_of_the_past_it_is_asked_for_that_moment(page: Page, with_wells: WarRoom) -> None:
    with page.expect_request(re.compile("indicators/population/lineage")) as asked:
        open_console(page, with_wells, "/?lang=en&page=now&at=2020-01-01T00:00:00.000Z&why=tile%20population")
    assert "at=2020-01-01T00%3A00%3A00.000Z&known=then" in asked.value.url
    dialog = question(page)
    expect(dialog).to_contain_text("1 Jan 2020, 08:00 WITA")
    expect(dialog).to_contain_text("There is no figure to compute it from yet.")


@pytest.mark.parametrize(("language", "theme"), LOOKS_OF_A_PART)
def test_axe_finds_no_violation(page: Page, with_wells: WarRoom, language: str, theme: str) -> None:
    for address in (f"{DOUBLED}&why=fact%20doubled", "/?why=tile%20puskesmas"):
        open_console(page, with_wells, f"{address}&lang={language}&theme={theme}")
        expect(question(page).locator("why-tree")).to_be_visible()
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert [(each["id"], each["nodes"]) for each in result.response["violations"]] == []
