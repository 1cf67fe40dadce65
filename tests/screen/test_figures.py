"""Figures of areas on the screen: a legend that says what is in its classes, and a table that says the same."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import WarRoom, open_console

pytestmark = [pytest.mark.screen, pytest.mark.drawn]
MEAN = "layer:green-spaces:mean:area@kelurahan"


def numbers(texts: list[str]) -> list[int]:
    return [int("".join(filter(str.isdigit, text))) for text in texts]


def test_the_legend_counts_every_area_and_hatches_those_not_known(page: Page, war_room: WarRoom) -> None:
    answer = page.request.get(
        f"{war_room.address}/pinisi/v1/areas/values?layer=green-spaces&measure=mean&attribute=area"
    )
    told = answer.json()
    assert told["unknown"] > 0
    open_console(page, war_room, f"/?lang=en&shade={MEAN}")
    legend = page.locator("shade-legend section")
    expect(legend.locator("h2")).to_have_text("Green spaces: Area, mean")
    expect(legend.locator("li:not(.unknown)")).to_have_count(len(told["classes"]))
    assert numbers(legend.locator("li .n").all_inner_texts()) == [each["n"] for each in told["classes"]]
    expect(legend.locator("li.unknown")).to_contain_text(f"{told['unknown']} areas: no data")
    expect(legend).to_contain_text("from 1,798 records, 13 outside the areas")


def test_the_table_says_what_the_map_shows_in_order_and_opens_the_area(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?lang=en&shade=layer:waste-banks:count@kecamatan/area")
    page.get_by_role("button", name="Table").click()
    page.wait_for_url("**list=areas**")
    figures = [float(text) for text in page.locator("area-table td:last-child").all_inner_texts()]
    assert len(figures) == 15
    assert figures == sorted(figures, reverse=True)
    page.get_by_role("button", name="Figure").click()
    turned = [float(text) for text in page.locator("area-table td:last-child").all_inner_texts()]
    assert turned == sorted(figures)
    name = page.locator("area-table tbody button").first
    said = name.inner_text()
    name.press("Enter")
    expect(page.locator("place-facts h1")).to_contain_text(said)


def test_shading_is_chosen_in_the_layer_list_and_kept_in_the_address(page: Page, war_room: WarRoom) -> None:
    open_console(page, war_room, "/?lang=en&legend=open")
    page.get_by_label("Shade areas").select_option(label="Waste banks, number")
    page.wait_for_url("**shade=layer:waste-banks:count@kelurahan**")
    page.get_by_label("Level").select_option("kecamatan")
    page.wait_for_url("**@kecamatan**")
    page.get_by_label("Density of points").select_option(label="Waste banks")
    page.wait_for_url("**heat=waste-banks:500**")
    assert "shade=" not in page.url
    legend = page.locator("shade-legend section")
    expect(legend).to_contain_text("Waste banks: 167 points, radius 500 m")
    expect(legend).to_contain_text("strongest: 11 points or more")
    expect(legend).to_contain_text("no span of time")
    page.get_by_role("button", name="Remove the density").click()
    expect(legend).to_have_count(0)
