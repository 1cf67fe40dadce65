"""The console can be read and used by everyone: axe-core finds nothing, in every page, language and theme."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import LOOKS, WarRoom, open_console, raise_incident

pytestmark = pytest.mark.screen

ADDRESSES = {
    "now": "page=now",
    "drawer": "value=tile%20population",
    "events": "page=events",
    "a warning": "page=events&warning=new",
    "place": "page=place",
    "a place": "page=place&id=urn:ngsi-ld:AdministrativeArea:id-73.71.09.1004",
    "a list": "page=place&list=waste-banks",
    "time": "page=time",
    "programme": "page=programme",
    "sources": "list=sources",
    "data": "page=programme&list=data",
    "a service's list": "page=place&list=warnings",
    "shaded": "legend=open&shade=layer:waste-banks:count@kelurahan~natural",
}
FORMS = {
    "a place's": ("page=place&id=urn:ngsi-ld:Landfill:makassar-tpa-tamangapa", "place-facts"),
    "a new place's": ("page=place&list=waste-banks", "layer-list"),
    "an event's": ("page=events", "events-page"),
}
OPENS = re.compile("^(Enter values|Add|Report an event)")
SILENCE_CSP = {"resultTypes": ["violations"]}


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_axe_finds_no_violation(page: Page, war_room: WarRoom, language: str, theme: str) -> None:
    raise_incident(page, war_room, f"Latihan: aksesibilitas {language} {theme}")
    found: list[str] = []
    for name, address in ADDRESSES.items():
        open_console(page, war_room, f"/?{address}&lang={language}&theme={theme}")
        page.wait_for_timeout(600)
        result = Axe().run(page, options=SILENCE_CSP)
        found += [f"{name}: {_told(violation)}" for violation in result.response["violations"]]
    assert found == []


@pytest.mark.parametrize("form", FORMS)
def test_axe_finds_no_violation_in_forms(page: Page, war_room: WarRoom, form: str) -> None:
    address, host = FORMS[form]
    found: list[str] = []
    for theme in ("dark", "light"):
        open_console(page, war_room, f"/?{address}&lang=en&theme={theme}")
        page.locator(host).get_by_role("button", name=OPENS).first.click()
        page.locator(f"{host} form").first.get_by_role("textbox").first.wait_for()
        page.wait_for_timeout(600)
        result = Axe().run(page, options=SILENCE_CSP)
        found += [f"{theme}: {_told(violation)}" for violation in result.response["violations"]]
    assert found == []


@pytest.mark.parametrize("mode", ["wall", "phone"])
def test_axe_finds_no_violation_on_a_wall_and_on_a_phone(page: Page, war_room: WarRoom, mode: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844} if mode == "phone" else {"width": 1920, "height": 1080})
    open_console(page, war_room, f"/?mode={mode}")
    page.wait_for_timeout(600)
    result = Axe().run(page, options=SILENCE_CSP)
    assert [_told(violation) for violation in result.response["violations"]] == []


def _told(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    where = [(node["target"], node.get("failureSummary", "")) for node in nodes[:3]]
    return f"{violation['id']} ({violation['help']}) at {where}"
