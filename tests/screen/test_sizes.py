"""The console on a laptop, a desk, a wall and a phone: nothing overflows, and a picture is kept of each."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]

SIZES = {
    "laptop": (1280, 720, ""),
    "desk": (1920, 1080, ""),
    "wall": (3840, 2160, "mode=wall"),
    "phone": (390, 844, ""),
}


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.long)])
@pytest.mark.parametrize("size", SIZES)
def test_the_console_fits(page: Page, war_room: WarRoom, tmp_path: Path, size: str, theme: str) -> None:
    width, height, mode = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    open_console(page, war_room, f"/?{mode}&theme={theme}")
    page.wait_for_timeout(1000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    picture = tmp_path / f"{size}-{theme}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000


def test_a_wall_is_legible_from_three_metres(page: Page, war_room: WarRoom) -> None:
    """36 px on a 4K screen of 1.2 m are 11 mm: about ten minutes of arc for a capital letter at 3 m (ISO 9241-303)."""
    page.set_viewport_size({"width": 3840, "height": 2160})
    open_console(page, war_room, "/?mode=wall")
    smallest = page.evaluate(
        """() => {
          const sizes = [];
          const walk = (root) => {
            for (const element of root.querySelectorAll('*')) {
              if (element.shadowRoot) walk(element.shadowRoot);
              const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
              const box = element.getBoundingClientRect();
              const plain = !element.closest('.unseen, style, title, noscript, .skip, [role=img]');
              if (words && box.width > 4 && plain) sizes.push(parseFloat(getComputedStyle(element).fontSize));
            }
          };
          walk(document.querySelector('pinisi-console').shadowRoot);
          return Math.min(...sizes);
        }"""
    )
    assert smallest >= 36


def test_on_a_phone_the_panel_is_the_page_and_the_map_a_sheet(page: Page, war_room: WarRoom) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, war_room)
    expect(page.locator("section.map")).not_to_be_visible()
    page.get_by_role("button", name="Buka peta").click()
    expect(page.locator("section.map")).to_be_visible()
    assert "sheet=map" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("section.map")).not_to_be_visible()
