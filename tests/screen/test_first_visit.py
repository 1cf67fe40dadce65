"""What the first visit costs, and that faces load only for the words that need them."""

import re

import pytest
from playwright.sync_api import Page, Response

from .conftest import WarRoom, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]

BUDGET_BYTES = 600_000


def _files(page: Page, room: WarRoom, address: str) -> dict[str, int]:
    """Bytes as sent of each file of the console that a visit loads, by path."""
    loaded: dict[str, int] = {}

    def keep(response: Response) -> None:
        path = response.url.removeprefix(room.address)
        if not path.startswith(("/pinisi/", "/city/")):
            loaded[path] = int(response.headers.get("content-length", "0"))

    page.on("response", keep)
    with page.expect_response(re.compile("worker")), page.expect_response(re.compile(r"\.woff2")):
        open_console(page, room, address)
    page.wait_for_timeout(2500)
    return loaded


def test_the_first_visit_loads_at_most_600_kilobytes(page: Page, war_room: WarRoom) -> None:
    files = _files(page, war_room, "/")
    assert any("worker" in path for path in files)
    assert any(path.endswith(".woff2") for path in files)
    assert sum(files.values()) <= BUDGET_BYTES, files


def test_one_face_serves_indonesian_for_page_and_map(page: Page, war_room: WarRoom) -> None:
    files = _files(page, war_room, "/")
    assert [path for path in files if path.endswith(".woff2")] == [
        path for path in files if "ibm-plex-sans-latin-wght" in path
    ]
    assert page.evaluate("document.fonts.check('500 48px \"IBM Plex Sans Medium\"')")


def test_japanese_faces_load_in_pieces_when_japanese_is_shown(page: Page, war_room: WarRoom) -> None:
    files = _files(page, war_room, "/?lang=ja")
    pieces = [path for path in files if "ibm-plex-sans-jp" in path]
    assert 0 < len(pieces) < 120
