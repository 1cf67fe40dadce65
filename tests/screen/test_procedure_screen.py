"""A procedure in a real browser: from proposed to finished by the keyboard alone, in every language, on a phone."""

from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Route, expect

from patience import PATIENCE

from .conftest import LOOKS, WarRoom, Witness, open_console

pytestmark = pytest.mark.screen
WORDS = {
    "id": ("Diusulkan", "Mulai", "Prosedur"),
    "en": ("Proposed", "Start", "Procedure"),
    "ja": ("提案", "開始", "対応手順"),
}


def raise_flood(page: Page, room: WarRoom) -> str:
    body = {"title": "Banjir di Rappocini", "severity": "danger", "location": [119.4386, -5.158]}
    answer = page.request.post(f"{room.address}/pinisi/v1/incidents", data=body | {"category": "flood", "priority": 2})
    assert answer.status == 201, answer.text()
    return str(answer.json()["id"])


def open_incident(page: Page, room: WarRoom, incident: str, language: str = "en", theme: str = "dark") -> None:
    open_console(page, room, f"/?page=events&incident={incident}&lang={language}&theme={theme}")
    expect(page.locator("incident-procedure .start")).to_be_visible()


def runs_of(page: Page, room: WarRoom, incident: str) -> list[dict[str, object]]:
    return page.request.get(f"{room.address}/pinisi/v1/incidents/{incident}/procedures").json()["runs"]


def test_a_flood_is_followed_to_its_end_by_the_keyboard_alone(page: Page, war_room: WarRoom) -> None:
    witness = Witness(page, war_room.address)
    incident = raise_flood(page, war_room)
    open_incident(page, war_room, incident)
    page.keyboard.press("g")
    page.keyboard.press("Enter")
    focused = page.locator("procedure-step article:focus")
    expect(focused).to_contain_text("Confirm the flood")
    page.keyboard.press("Enter")
    expect(focused).to_contain_text("Ask who is trapped")
    page.keyboard.press("1")
    expect(focused).to_contain_text("rescue teams with boats")
    expect(focused.locator(".message")).to_contain_text("BOAT TEAM REQUESTED. Banjir di Rappocini")
    page.keyboard.press("o")
    expect(focused).to_contain_text("Sent by")
    page.keyboard.press("Enter")
    expect(page.locator("procedure-step article.done")).to_have_count(3)
    page.keyboard.press("u")
    expect(page.locator("procedure-step article.done")).to_have_count(2)
    keys = 6
    while page.locator("procedure-step article.open").count():
        expect(focused).to_have_count(1)
        before = focused.get_attribute("aria-label")
        page.keyboard.press("2" if focused.locator("kbd", has_text="2").count() else "Enter")
        page.wait_for_function(_MOVED_ON, arg=before, timeout=PATIENCE * 1_000)
        keys += 1
    run = runs_of(page, war_room, incident)[0]
    assert (run["state"], run["done"]) == ("finished", run["of"])
    assert keys <= 25
    expect(page.locator("procedure-run .about")).to_contain_text("Finished")
    assert (witness.complaints, witness.strangers) == ([], [])


_MOVED_ON = """(before) => {
  const inside = (e) => [e, ...(e.shadowRoot ? seek(e.shadowRoot) : [])];
  const seek = (root) => [...root.querySelectorAll("*")].flatMap(inside);
  const steps = seek(document).filter((e) => e.localName === "article" && e.classList.contains("open"));
  return !steps.some((e) => e.getAttribute("aria-label") === before);
}"""


def test_a_step_is_skipped_only_with_a_reason(page: Page, war_room: WarRoom) -> None:
    incident = raise_flood(page, war_room)
    open_incident(page, war_room, incident)
    page.keyboard.press("g")
    page.keyboard.press("Enter")
    focused = page.locator("procedure-step article:focus")
    expect(focused).to_contain_text("Confirm the flood")
    page.keyboard.press("x")
    expect(page.locator("procedure-step form")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(focused).to_contain_text("Ask who is trapped")
    page.keyboard.press("ArrowDown")
    expect(focused).to_contain_text("Ask PLN")
    page.keyboard.press("x")
    page.keyboard.type("No power lines there")
    page.keyboard.press("Enter")
    expect(page.locator("procedure-step article.skipped")).to_contain_text("No power lines there")


def test_an_answer_from_before_the_start_takes_neither_the_procedure_nor_the_keyboard(
    page: Page, war_room: WarRoom
) -> None:
    incident = raise_flood(page, war_room)
    open_incident(page, war_room, incident)
    held: list[tuple[Route, APIResponse]] = []
    address = f"**/incidents/{quote(incident, safe='')}/procedures"

    def hold_the_first(route: Route) -> None:
        if route.request.method == "GET" and not held:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route(address, hold_the_first)
    act = {"act": "note", "note": "The neighbours call too"}
    told = page.request.post(f"{war_room.address}/pinisi/v1/incidents/{incident}/acts", data=act)
    assert told.ok, told.text()
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(50)
    page.keyboard.press("g")
    page.keyboard.press("Enter")
    focused = page.locator("procedure-step article:focus")
    expect(focused).to_contain_text("Confirm the flood")
    route, answer = held[0]
    page.evaluate(_WATCH_FOR_LOSS)
    route.fulfill(response=answer)
    page.wait_for_timeout(500)
    assert page.evaluate("window.lost") is False
    expect(focused).to_contain_text("Confirm the flood")


_WATCH_FOR_LOSS = """() => {
  window.lost = false;
  document.addEventListener("focusout", () => { window.lost = true; });
}"""


def test_a_drill_says_so_on_the_screen(page: Page, war_room: WarRoom) -> None:
    incident = raise_flood(page, war_room)
    open_incident(page, war_room, incident)
    page.get_by_role("button", name="Start as an exercise").first.click()
    expect(page.locator("procedure-run .exercise")).to_contain_text("Exercise: nothing is sent outside")


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_it_speaks_the_readers_language(context: BrowserContext, war_room: WarRoom, language: str, theme: str) -> None:
    page = context.new_page()
    incident = raise_flood(page, war_room)
    open_incident(page, war_room, incident, language, theme)
    panel = page.locator("incident-procedure")
    for word in WORDS[language]:
        expect(panel).to_contain_text(word)


def test_it_fits_a_phone(browser: Browser, war_room: WarRoom) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True) as phone:
        page = phone.new_page()
        incident = raise_flood(page, war_room)
        open_incident(page, war_room, incident, "id", "light")
        page.locator("incident-procedure .start").tap()
        step = page.locator("procedure-step article.open").first
        expect(step).to_be_visible()
        box = step.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_tasks_of_every_incident_stand_above_the_queue_and_lead_to_it(page: Page, war_room: WarRoom) -> None:
    incident = raise_flood(page, war_room)
    answer = page.request.post(
        f"{war_room.address}/pinisi/v1/incidents/{incident}/procedures", data={"procedure": "earthquake"}
    )
    assert answer.status == 201, answer.text()
    open_console(page, war_room, "/?page=events&lang=en")
    task = page.locator("task-list .task", has_text="Read the official data of BMKG").first
    expect(task).to_contain_text("left")
    task.focus()
    page.keyboard.press("Enter")
    expect(page.locator("procedure-step article.open").first).to_be_visible()
    page.keyboard.press("g")
    focused = page.locator("procedure-step article:focus")
    expect(focused).to_contain_text("Take cover first")
    page.keyboard.press("n")
    page.keyboard.type("All safe")
    page.keyboard.press("Enter")
    expect(page.locator("procedure-step article.done")).to_contain_text("All safe")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_no_violation_in_what_is_followed(page: Page, war_room: WarRoom, theme: str) -> None:
    incident = raise_flood(page, war_room)
    open_incident(page, war_room, incident, "en", theme)
    page.get_by_role("button", name="Start as an exercise").first.click()
    page.locator("procedure-step article:focus").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("procedure-step article.done")).to_have_count(1)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(600)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
