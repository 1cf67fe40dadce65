"""A query that goes by a plan is answered as one that goes the long way; a plan is made once for many queries."""

import itertools
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from house_at_hand import NGSI, PINISI_CONTEXT, Opened
from hypothesis import given
from hypothesis import strategies as st

from pinisi.console import ngsi_ld_consumption, query_plan
from pinisi.console.ngsi_ld_request import Asked
from pinisi.console.query_shape import Shape, shape_of
from pinisi.vocabulary.memory import Memory

pytestmark = pytest.mark.anyio
QUERIES = (
    "type=WasteBank",
    "type=WasteBank&limit=3&offset=4",
    "offset=4&limit=3&type=WasteBank&count=true",
    "type=WasteBank&limit=0&count=true",
    "type=WasteBank&limit=3&options=keyValues,count&offset=00002",
    "type=WasteBank|HealthFacility&limit=5&sysAttrs=true&format=concise",
    "type=WasteBank&pick=id,name&limit=2&lang=ja",
    "type=WasteBank&attrs=name&limit=2&offset=100000000",
    "type=WasteBank&omit=location&limit=2&local=true",
    "type=WasteBank&limit=2&q=wasteReceived%3E1",
    "q=name%3D=%22a%20b%22&type=WasteBank&limit=2",
    "type=WasteBank&q=name&limit=2&offset=1",
    "type=WasteBank&q=name&q=wasteReceived==5",
    "type=WasteBank&q=",
    "type=WasteBank&q=name=%3D&limit=2",
    "type=WasteBank&offset=",
    "type=WasteBank&offset=-1",
    "type=WasteBank&offset=1e3",
    "type=WasteBank&offset=9999999999",
    "type=WasteBank&offset=%32",
    "type=WasteBank&offset=2&offset=3",
    "type=WasteBank&limit=2000",
    "type=WasteBank&limit=0",
    "type=WasteBank&limit=x",
    "type=WasteBank&orderBy=name&limit=3&offset=1",
    "type=WasteBank&scopeQ=/a&limit=3",
    "type=WasteBank&georel=near;maxDistance==3000&geometry=Point&coordinates=[119.4,-5.1]&limit=2",
    "type=*&q=name&limit=2",
    "type=*&limit=2",
    "type=&limit=2",
    "type=WasteBank&unknown=1",
    "type=WasteBank&pick=id&omit=id",
    "type=Nothing&limit=2&count=true",
    "q=name&limit=2",
    "limit=2",
    "type=WasteBank&limit=2&entityMap=true&offset=1",
    "type=WasteBank&%71=name&limit=2",
    "type=WasteBank&&limit=2&",
    "type=WasteBank&limit=2&lang",
)
PARTS = {
    "pick": ("id,name", "name{a}", "ward{name{a}}", "", "id,,name", "type", "scope", "createdAt"),
    "omit": ("name", "ward{name}", "", "id,type", "location,id"),
    "attrs": ("name", "name{a}", "", "unknownName", "name,location"),
    "options": ("concise", "simplified", "keyValues,sysAttrs", "count", "unknown", ""),
    "format": ("concise", "keyValues", "unknown"),
    "lang": ("ja", "*", "id;q=0.3,ja", "", "x y"),
    "datasetId": ("@none", "urn:x:1,@none", "x y", ""),
    "local": ("true", "false", "maybe"),
    "count": ("true", "maybe"),
    "sysAttrs": ("true", "1"),
    "limit": ("2", "0"),
}
"""Plain parameters and what is said of them, right and wrong: every pair is asked."""

MEDIA = ("application/json", "application/ld+json", "application/geo+json", "text/plain")


def _without(how: Asked, shape: Shape | None) -> None:
    """No query has a plan."""


async def answered(client: httpx.AsyncClient, query: str, media: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    answer = await client.get(f"{NGSI}/entities?{query}", headers={"accept": media})
    headers = [pair for pair in answer.headers.multi_items() if pair[0] != "ngsild-entitymap"]
    return answer.status_code, answer.content, headers


async def test_every_query_is_answered_as_on_the_long_way(calm: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    links: tuple[dict[str, str], ...] = ({"link": PINISI_CONTEXT}, {})
    planned = 0
    for link in links:
        async with calm.client(**link) as client:
            for query, media in itertools.product(QUERIES, MEDIA):
                first = await answered(client, query, media)
                again = await answered(client, query, media)
                with monkeypatch.context() as long:
                    long.setattr(ngsi_ld_consumption, "plan_of", _without)
                    assert await answered(client, query, media) == first == again, (query, media)
                planned += first[0] == 200 and len(first[1]) > 2
    assert planned > 60, "the queries found nothing"


async def test_every_pair_of_plain_parameters_is_answered_as_on_the_long_way(
    calm: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [(name, value) for name, values in PARTS.items() for value in values]
    statuses = set[int]()
    async with calm.client(link=PINISI_CONTEXT) as client:
        for pair in itertools.combinations(told, 2):
            query = "type=WasteBank&offset=1&" + "&".join(f"{name}={value}" for name, value in pair)
            first = await answered(client, query, MEDIA[0])
            with monkeypatch.context() as long:
                long.setattr(ngsi_ld_consumption, "plan_of", _without)
                assert await answered(client, query, MEDIA[0]) == first, query
            statuses.add(first[0])
    assert statuses == {200, 400}


async def test_pages_share_one_plan_and_plans_are_bounded(calm: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_plan, "_plans", kept := Memory[Any, Any](4))
    async with calm.client(link=PINISI_CONTEXT) as client:
        for offset in range(5):
            await client.get(f"{NGSI}/entities?type=WasteBank&offset={offset}&q=wasteReceived>{offset}")
        assert len(kept) == 1
        for limit in range(1, 20):
            await client.get(f"{NGSI}/entities?type=WasteBank&limit={limit}")
            assert len(kept) <= 4
        for lat in range(5):
            await client.get(
                f"{NGSI}/entities?type=WasteBank&georel=near;maxDistance==9&geometry=Point&coordinates=[119,{lat}]"
            )
        assert not any(b"coordinates" in key[0] for key in kept), "what is asked once is not kept"


NAMES = st.sampled_from(["offset", "q", "type", "limit", "qq", "scopeQ", "xoffset", "%71", "a+b", ""])
VALUES = st.text(alphabet="aq=%&+;1 offset", max_size=12)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6))
def test_a_shape_is_the_query_without_the_two_values(pairs: list[tuple[str, str]]) -> None:
    text = "&".join(f"{name}={value}" for name, value in pairs)
    shape = shape_of(text.encode())
    told = dict(parse_qsl(text, keep_blank_values=True))
    if shape is not None:
        rest = dict(parse_qsl(shape.rest.decode(), keep_blank_values=True))
        given_back = parse_qsl(f"offset={(shape.offset or b'').decode()}", keep_blank_values=True)
        assert (shape.offset is not None) == any(part.startswith("offset=") for part in text.split("&"))
        assert (shape.q is not None) == any(part.startswith("q=") for part in text.split("&"))
        for name in told.keys() - {"offset", "q"}:
            assert rest[name] == told[name]
        if shape.offset is not None:
            assert given_back[0][1] == told["offset"]
