"""The live stream: changes arrive without asking, a cut is told, tabs share one connection."""

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from .conftest import WarRoom, open_console, raise_incident

pytestmark = pytest.mark.screen


def test_a_new_alarm_arrives_without_reloading(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    raise_incident(page, war_room, "Latihan: alarm baru")
    expect(page.locator("incident-row", has_text="Latihan: alarm baru")).to_be_visible()


def test_new_rows_wait_while_the_pointer_is_over_the_list(page: Page, war_room: WarRoom) -> None:
    raise_incident(page, war_room, "Latihan: sudah ada")
    open_console(page, war_room)
    page.locator("incident-list ul").hover()
    raise_incident(page, war_room, "Latihan: menunggu")
    expect(page.get_by_role("button", name="1 baru")).to_be_visible()
    expect(page.locator("incident-row", has_text="Latihan: menunggu")).to_have_count(0)
    page.get_by_role("button", name="1 baru").click()
    expect(page.locator("incident-row", has_text="Latihan: menunggu")).to_be_visible()


def test_a_cut_is_told_and_ends_when_the_server_is_back(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    war_room.stop()
    expect(page.locator("cut-bar")).to_contain_text("Aliran terputus sejak")
    expect(page.locator("stream-line")).to_contain_text("Aliran terputus sejak")
    war_room.start()
    expect(page.locator("cut-bar")).not_to_contain_text("Aliran terputus")
    expect(page.locator("stream-line")).to_contain_text("Terhubung")


def test_what_happened_during_a_cut_is_there_afterwards(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room)
    war_room.stop()
    expect(page.locator("cut-bar")).to_contain_text("Aliran terputus sejak")
    war_room.start()
    raise_incident(page, war_room, "Latihan: selama terputus")
    expect(page.locator("incident-row", has_text="Latihan: selama terputus")).to_be_visible(timeout=30_000)


def test_tabs_of_a_browser_share_one_stream(context: BrowserContext, war_room: WarRoom) -> None:
    streams: list[str] = []

    def count(request: Request) -> None:
        if "/pinisi/v1/stream" in request.url:
            streams.append(request.url)

    context.on("request", count)
    first, second = context.new_page(), context.new_page()
    open_console(first, war_room)
    open_console(second, war_room)
    raise_incident(second, war_room, "Latihan: dua tab")
    for tab in (first, second):
        expect(tab.locator("incident-row", has_text="Latihan: dua tab")).to_be_visible()
    assert len(streams) == 1
    first.close()
    raise_incident(second, war_room, "Latihan: tab pertama ditutup")
    expect(second.locator("incident-row", has_text="Latihan: tab pertama ditutup")).to_be_visible()
    assert len(streams) == 2
