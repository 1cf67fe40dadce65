"""What a limited reader may not see changes nothing of what he is answered: not a byte, a count, a status, an order.

Two tenants hold the same world; in one of them there is more, or other, but only where his grants do not reach. He says
the same to both, every operation of NGSI-LD and NGSI v2 in turn, and the answers must be the same but for names drawn
at random and the time. A route that the play does not ask fails.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from house_at_hand import NGSI, Opened

from patience import PATIENCE
from pinisi.console.ngsi_ld_routes import NGSI_LD_ROUTES
from pinisi.console.v2_routes import V2_ROUTES
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.terms import DEFAULT_CONTEXT, LOCATION

pytestmark = pytest.mark.anyio
POOR, RICH = "poor", "rich"
TREE, VAULT = DEFAULT_CONTEXT + "Tree", DEFAULT_CONTEXT + "Vault"
SEEN = frozenset({*(DEFAULT_CONTEXT + name for name in ("height", "name", "stands")), LOCATION})
HERE, THERE = [0.5, 0.5], [1.5, 0.5]
ALWAYS = "timerel=after&timeAt=2000-01-01T00:00:00Z"

PRINCIPALS = {
    "some attributes of one type": Assignment(role="technician", types=frozenset({TREE}), attributes=SEEN),
    "one area": Assignment(role="technician", areas=frozenset({"7.1"})),
    "reads only": Assignment(role="technician", types=frozenset({TREE}), attributes=SEEN, write=False),
}


PINISI = "urn:pinisi:term:"


class Ask(msgspec.Struct, frozen=True):
    """One request: `said` is method, path and query; `body` goes as JSON."""

    said: str
    body: Any = None
    headers: dict[str, str] = {}


def value(content: Any) -> dict[str, Any]:
    return {"type": "Property", "value": content}


def point(place: list[float]) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}}


def vault(id: str = "urn:vault:1") -> dict[str, Any]:
    return {"type": "Relationship", "object": id, "objectType": "Vault"}


def area(code: str, left: float) -> dict[str, Any]:
    ring = [[left, 0], [left + 1, 0], [left + 1, 1], [left, 1], [left, 0]]
    place = {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [ring]}}
    return {
        "id": f"urn:area:{code}",
        "type": PINISI + "AdministrativeArea",
        PINISI + "code": value(code),
        "location": place,
    }


def tree(number: int, place: list[float], **more: Any) -> dict[str, Any]:
    return {"id": f"urn:tree:{number}", "type": "Tree", "height": value(number), "location": point(place), **more}


COMMON: tuple[dict[str, Any], ...] = (
    area("7.1", 0),
    area("7.2", 1),
    tree(1, HERE, name=value("oak"), stands=vault()),
    tree(2, HERE, name=value("elm")),
    tree(3, HERE, stands=vault("urn:vault:9")),
    {**tree(4, HERE), "height": {**value(1), "observedAt": "2024-01-01T00:00:00Z"}},
)
"""What both tenants hold."""


async def hide(rich: httpx.AsyncClient, poor: httpx.AsyncClient, who: str) -> None:
    """What one tenant holds besides, out of his sight."""
    place = THERE if who == "one area" else HERE
    for number in (1, 2, 3):
        gold = {"id": f"urn:vault:{number}", "type": "Vault", "gold": value(number), "location": point(THERE)}
        await done(rich.post(f"{NGSI}/entities", json={**gold, "scope": "/Hidden", "keeps": vault("urn:tree:1")}))
    await done(rich.delete(f"{NGSI}/entities/urn:vault:2"))
    more = {"price": value(1), "owner": vault(), "bark": {"type": "LanguageProperty", "languageMap": {"en": "x"}}}
    if who == "one area":
        await done(rich.post(f"{NGSI}/entities", json=tree(21, place, name=value("oak"), **more)))
        await done(rich.post(f"{NGSI}/entities", json={"id": "urn:tree:22", "type": ["Tree", "Rare"], **more}))
        await done(rich.post(f"{NGSI}/entities", json=tree(23, place, stands=vault(), **more)))
        await done(rich.patch(f"{NGSI}/entities/urn:tree:21/attrs", json={"height": value(99)}))
        await done(rich.delete(f"{NGSI}/entities/urn:tree:23"))
        return
    for number in (1, 2):
        await done(rich.post(f"{NGSI}/entities/urn:tree:{number}/attrs", json=more))
    await done(poor.post(f"{NGSI}/entities/urn:tree:2/attrs", json={"price": value(7)}))
    for price in (500, 30):
        await done(rich.patch(f"{NGSI}/entities/urn:tree:1/attrs", json={"price": value(price)}))
    await done(rich.delete(f"{NGSI}/entities/urn:tree:2/attrs/owner"))


async def done(asked: Any) -> httpx.Response:
    answer = await asked
    assert answer.is_success, answer.text
    return answer


IDS = ("urn:tree:1", "urn:tree:2", "urn:tree:21", "urn:tree:23", "urn:vault:1", "urn:vault:2", "urn:nothing:1")
ATTRIBUTES = ("height", "price", "gold", "stands")
QUERIES = (
    "type=Tree",
    "type=Vault",
    "type=Tree,Vault",
    "type=Rare",
    "type=(Tree;Rare)",
    "idPattern=urn:.*&type=*",
    "id=urn:vault:1,urn:tree:1,urn:tree:21",
    "attrs=price",
    "attrs=gold",
    "type=Tree&attrs=height,price",
    "type=Tree&pick=id,price",
    "type=Tree&omit=height",
    "type=Tree&q=price",
    "type=Tree&q=!price",
    "type=Tree&q=price>5",
    "type=Tree&q=price!=5",
    "type=Tree&q=(price>5|height>0)",
    "type=Tree&q=price>5;height>0",
    "type=Tree&q=price.unitCode",
    "type=Tree&q=bark[en]==%22x%22",
    "type=Tree&q=modifiedAt>2000-01-01T00:00:00Z",
    "type=Tree&q=price.createdAt>2000-01-01T00:00:00Z",
    "type=Tree&q=stands",
    "type=Tree&q=stands{gold}==1",
    "type=Tree&q=stands{Vault:gold}>0",
    "type=Tree&q=stands{gold}!=5",
    "type=Tree&q=owner{gold}==1",
    "type=Tree&q=owner==%22urn:vault:1%22",
    "type=Tree&join=inline",
    "type=Tree&join=flat&joinLevel=3",
    "type=Tree&join=flat&pick=stands{gold}",
    "type=Tree&orderBy=price",
    "type=Tree&orderBy=!price,height",
    "type=Tree&orderBy=height",
    "type=Tree&scopeQ=/Hidden",
    "type=Vault&scopeQ=/%23",
    "scopeQ=/Hidden",
    "type=Tree&georel=near;maxDistance==1000000&geometry=Point&coordinates=[1.5,0.5]",
    "type=Vault&georel=near;maxDistance==1000000&geometry=Point&coordinates=[1.5,0.5]",
    "type=Tree&georel=near;maxDistance==9&geometry=Point&coordinates=[0.5,0.5]&geoproperty=price",
    "type=Tree&limit=1&offset=1",
    "type=Tree&limit=0",
    "type=Tree&options=keyValues&lang=en",
    "type=Tree&datasetId=@none",
    "local=true&type=Tree",
)
V2_QUERIES = (
    "type=Tree&options=count",
    "type=Vault&options=count",
    "options=count",
    "typePattern=.*&options=count",
    "idPattern=.*&options=count,keyValues",
    "type=Tree&q=price>5&options=count",
    "type=Tree&q=!price&options=count",
    "type=Tree&q=price!=5&options=count",
    "type=Tree&q=name==oak&options=count",
    "type=Tree&mq=price.unitCode&options=count",
    "type=Tree&attrs=price,height,dateModified",
    "type=Tree&attrs=price&options=values",
    "type=Tree&orderBy=price",
    "type=Tree&orderBy=!price,height",
    "type=Tree&georel=near;maxDistance:1000000&geometry=point&coords=0.5,1.5&options=count",
)
POSTED: tuple[dict[str, Any], ...] = (
    {"type": "Query", "entities": [{"type": "Tree"}]},
    {"type": "Query", "entities": [{"type": "Vault"}]},
    {"type": "Query", "entities": [{"idPattern": ".*", "type": "*"}]},
    {"type": "Query", "entities": [{"type": "Tree"}], "q": "price>5"},
    {"type": "Query", "attrs": ["price"]},
    {"type": "Query", "entities": [{"type": "Tree"}], "join": "inline", "joinLevel": 2},
    {"type": "Query", "entities": [{"type": "Tree"}], "orderBy": "price"},
)
TEMPORAL = {"timerel": "after", "timeAt": "2000-01-01T00:00:00Z"}


def reads() -> Iterator[Ask]:
    """Each read of each interface."""
    for query in QUERIES:
        yield Ask(f"GET {NGSI}/entities?{query}&count=true")
        yield Ask(f"GET {NGSI}/entities?{query}&options=sysAttrs")
    for query in QUERIES[:30:3]:
        yield Ask(f"GET {NGSI}/entityMaps?{query}&count=true")
        yield Ask(f"GET {NGSI}/temporal/entityMaps?{query.replace('orderBy=price', '')}&{ALWAYS}")
    for query in QUERIES:
        if not any(word in query for word in ("join", "datasetId=@none&")):
            yield Ask(f"GET {NGSI}/temporal/entities?{query}&{ALWAYS}&count=true")
    for more in ("", "&options=temporalValues", "&lastN=1", "&options=aggregatedValues&aggrMethods=max,totalCount"):
        yield Ask(f"GET {NGSI}/temporal/entities?type=Tree&{ALWAYS}{more}")
    for when in ("timeproperty=deletedAt", "timeproperty=modifiedAt", "timeproperty=createdAt"):
        yield Ask(f"GET {NGSI}/temporal/entities?type=Tree,Vault&{ALWAYS}&{when}")
    for body in POSTED:
        yield Ask(f"POST {NGSI}/entityOperations/query?count=true", body)
        yield Ask(f"POST {NGSI}/entityMaps?count=true", body)
        past = {**{name: each for name, each in body.items() if not name.startswith("join")}, "temporalQ": TEMPORAL}
        yield Ask(f"POST {NGSI}/temporal/entityOperations/query?count=true", past)
        yield Ask(f"POST {NGSI}/temporal/entityMaps?count=true", past)
    for path in ("types", "types?details=true", "attributes", "attributes?details=true"):
        yield Ask(f"GET {NGSI}/{path}")
    for type in ("Tree", "Vault", "Rare", "Nothing"):
        yield Ask(f"GET {NGSI}/types/{type}")
        yield Ask(f"GET /v2/types/{type}")
    for name in (*ATTRIBUTES, "location", "bark", "nothing"):
        yield Ask(f"GET {NGSI}/attributes/{name}")
    for id in IDS:
        for more in ("", "?attrs=price", "?pick=price", "?join=inline&joinLevel=2", "?options=keyValues,sysAttrs"):
            yield Ask(f"GET {NGSI}/entities/{id}{more}")
        for more in ("", "?attrs=price", "?options=temporalValues", f"?{ALWAYS}&timeproperty=deletedAt"):
            yield Ask(f"GET {NGSI}/temporal/entities/{id}{more}")
        for more in ("", "?attrs=price", "?type=Vault", "?type=Tree", "?options=keyValues"):
            yield Ask(f"GET /v2/entities/{id}{more}")
            yield Ask(f"GET /v2/entities/{id}/attrs{more}")
        for name in ATTRIBUTES:
            yield Ask(f"GET /v2/entities/{id}/attrs/{name}")
            yield Ask(f"GET /v2/entities/{id}/attrs/{name}/value")
    for query in V2_QUERIES:
        yield Ask(f"GET /v2/entities?{query}")
    for path in ("/v2", "/v2/types", "/v2/types?options=values,count", "/v2/types?options=count", "/v2/subscriptions"):
        yield Ask(f"GET {path}")
    yield Ask("GET /v2/registrations")
    for asked in ({"entities": [{"idPattern": ".*"}]}, {"entities": [{"idPattern": ".*"}], "attrs": ["price"]}):
        yield Ask("POST /v2/op/query?options=count", asked)
        yield Ask("POST /v2/op/query?options=count", {**asked, "expression": {"q": "price>5"}})
    yield Ask(f"GET {NGSI}/info/sourceIdentity")
    yield Ask(f"GET {NGSI}/info/conformance")
    yield Ask(f"GET {NGSI}/jsonldContexts")
    yield Ask(f"GET {NGSI}/csourceRegistrations?type=Tree,Vault&count=true")
    yield Ask(f"GET {NGSI}/subscriptions?count=true")
    yield Ask(f"GET {NGSI}/csourceSubscriptions?count=true")


def snapshots() -> Iterator[Ask]:
    query = {"type": "Query", "entities": [{"type": "Tree,Vault"}]}
    yield Ask(f"POST {NGSI}/snapshots", {"type": "Snapshot", "snapshotQueries": [query]})
    yield Ask("GET {}")
    yield Ask(f"GET {NGSI}/entities?type=Tree,Vault&count=true", headers={"ngsild-snapshot": "{}"})
    yield Ask(f"GET {NGSI}/types?details=true", headers={"ngsild-snapshot": "{}"})
    yield Ask(f"GET {NGSI}/temporal/entities?type=Tree,Vault&{ALWAYS}", headers={"ngsild-snapshot": "{}"})
    yield Ask("POST {}/clone", {"type": "Snapshot"})
    yield Ask("PATCH {}", {"snapshotLifetime": "PT5M"})
    yield Ask("DELETE {}")
    yield Ask(f"DELETE {NGSI}/snapshots?q=snapshotStatus==%22success%22")
    yield Ask(f"GET {NGSI}/entityMaps?type=Tree")
    yield Ask("GET {map}")
    yield Ask("PATCH {map}", {"type": "EntityMap", "entityMapLifetime": "PT5M"})
    yield Ask("DELETE {map}")


def kept() -> Iterator[Ask]:
    """Things that a reader makes for himself, and deletes."""
    endpoint = {"endpoint": {"uri": "http://127.0.0.1:9/"}}
    for path in ("subscriptions", "csourceSubscriptions"):
        wish = {"type": "Subscription", "entities": [{"type": "Vault"}], "notification": endpoint}
        yield Ask(f"POST {NGSI}/{path}", wish)
        yield Ask("GET {}")
        yield Ask("PATCH {}", {"entities": [{"type": "Tree"}]})
        yield Ask("DELETE {}")
    yield Ask(f"POST {NGSI}/jsonldContexts", {"@context": {"a": "urn:a:b"}})
    yield Ask("GET {}")
    yield Ask("DELETE {}")
    held = {"propertyNames": ["height"]}
    for type in ("Tree", "Vault"):
        source = {"type": "ContextSourceRegistration", "endpoint": "http://127.0.0.1:9"}
        yield Ask(
            f"POST {NGSI}/csourceRegistrations", {**source, "information": [{**held, "entities": [{"type": type}]}]}
        )
        yield Ask("GET {}")
        yield Ask("PATCH {}", {"endpoint": "http://127.0.0.1:10"})
        yield Ask("DELETE {}")
        wish = {
            "subject": {"entities": [{"idPattern": ".*", "type": type}]},
            "notification": {"http": {"url": "http://127.0.0.1:9/"}},
        }
        yield Ask("POST /v2/subscriptions", wish)
        yield Ask("GET {}")
        yield Ask("PATCH {}", {"status": "inactive"})
        yield Ask("DELETE {}")
        provider = {"dataProvided": {"attrs": ["height"], "entities": [{"id": "Lamp", "type": type}]}}
        yield Ask("POST /v2/registrations", {**provider, "provider": {"http": {"url": "http://127.0.0.1:9"}}})
        yield Ask("GET {}")
        yield Ask("PATCH {}", {"description": "x"})
        yield Ask("DELETE {}")


HIDDEN_IDS = ("urn:vault:1", "urn:vault:2", "urn:tree:21", "urn:tree:22", "urn:nothing:1")


def writes() -> Iterator[Ask]:
    """Each write, upon what he cannot see; then upon what he can."""
    for id in HIDDEN_IDS:
        one, attrs, past = f"{NGSI}/entities/{id}", f"{NGSI}/entities/{id}/attrs", f"{NGSI}/temporal/entities/{id}"
        new = {"height": value(5)}
        yield Ask(f"PUT {one}", {"type": "Vault", **new})
        yield Ask(f"PATCH {one}", new)
        yield Ask(f"DELETE {one}")
        yield Ask(f"POST {attrs}", new)
        yield Ask(f"PATCH {attrs}", new)
        for name in ("height", "price", "gold"):
            yield Ask(f"PATCH {attrs}/{name}", {"value": 5})
            yield Ask(f"PUT {attrs}/{name}", value(5))
            yield Ask(f"DELETE {attrs}/{name}")
            yield Ask(f"DELETE {past}/attrs/{name}")
            yield Ask(f"PATCH {past}/attrs/{name}/urn:instance:1", {name: [value(5)]})
            yield Ask(f"DELETE {past}/attrs/{name}/urn:instance:1")
            yield Ask(f"DELETE /v2/entities/{id}/attrs/{name}")
            yield Ask(f"PUT /v2/entities/{id}/attrs/{name}", {"value": 5})
            yield Ask(f"PUT /v2/entities/{id}/attrs/{name}/value", {"a": 5})
        yield Ask(f"POST {past}/attrs", {"height": [{**value(5), "observedAt": "2020-01-01T00:00:00Z"}]})
        yield Ask(f"DELETE {past}")
        plain = {"height": {"value": 5}}
        yield Ask(f"POST /v2/entities/{id}/attrs", plain)
        yield Ask(f"PATCH /v2/entities/{id}/attrs", plain)
        yield Ask(f"PUT /v2/entities/{id}/attrs", plain)
        yield Ask(f"DELETE /v2/entities/{id}")
        for kind in ("update", "merge"):
            yield Ask(f"POST {NGSI}/entityOperations/{kind}", [{"id": id, "type": "Vault", **new}])
        yield Ask(f"POST {NGSI}/entityOperations/delete", [id, "urn:nothing:1"])
        for kind in ("update", "delete", "replace"):
            yield Ask("POST /v2/op/update", {"actionType": kind, "entities": [{"id": id, "type": "Vault", **plain}]})
    hidden = {"id": "urn:vault:1", "type": "Vault", "gold": value(9), "location": point(THERE)}
    yield Ask(f"POST {NGSI}/entities", hidden)
    yield Ask(f"POST {NGSI}/entityOperations/create", [hidden])
    yield Ask(f"POST {NGSI}/entityOperations/upsert", [hidden])
    yield Ask(f"POST {NGSI}/temporal/entities", {**hidden, "gold": [value(9)]})
    yield Ask("POST /v2/entities", {"id": "urn:vault:1", "type": "Vault", "gold": {"value": 1}})
    yield Ask("POST /v2/entities?options=upsert", {"id": "urn:vault:1", "type": "Vault", "gold": {"value": 1}})
    gold: dict[str, Any] = {"type": "Number", "value": 1, "metadata": {}}
    told = {"id": "urn:vault:1", "type": "Vault", "gold": gold}
    yield Ask("POST /v2/op/notify", {"subscriptionId": "x", "data": [told]})
    yield Ask(f"PUT {NGSI}/entities", {})
    yield Ask(f"PATCH {NGSI}/entities", {})
    yield Ask(f"DELETE {NGSI}/entities?type=Vault")
    yield Ask(f"DELETE {NGSI}/entities?type=Tree&q=price>5")
    yield Ask(f"DELETE {NGSI}/entities?type=Tree&attrs=price")
    yield Ask(f"DELETE {NGSI}/entities?type=Tree&drop=price")


def attribute_writes() -> Iterator[Ask]:
    """Each write of an attribute that he cannot see, of entities that he can."""
    for id in ("urn:tree:1", "urn:tree:2", "urn:tree:3"):
        one, past = f"{NGSI}/entities/{id}", f"{NGSI}/temporal/entities/{id}"
        new = {"price": value(5)}
        for method in ("PATCH", "PUT"):
            yield Ask(f"{method} {one}/attrs/price", value(5))
        yield Ask(f"DELETE {one}/attrs/price")
        yield Ask(f"DELETE {one}/attrs/price?deleteAll=true")
        yield Ask(f"POST {one}/attrs", new)
        yield Ask(f"POST {one}/attrs?options=noOverwrite", new)
        yield Ask(f"PATCH {one}/attrs", new)
        yield Ask(f"PATCH {one}", new)
        yield Ask(f"PATCH {one}", {"price": "urn:ngsi-ld:null"})
        yield Ask(f"POST {past}/attrs", {"price": [{**value(5), "observedAt": "2020-01-01T00:00:00Z"}]})
        yield Ask(f"DELETE {past}/attrs/price")
        yield Ask(f"DELETE {past}/attrs/price?deleteAll=true")
        for kind in ("upsert?options=update", "update", "update?options=noOverwrite", "merge"):
            yield Ask(f"POST {NGSI}/entityOperations/{kind}", [{"id": id, "type": "Tree", **new}])
        plain = {"price": {"value": 5}}
        yield Ask(f"POST /v2/entities/{id}/attrs", plain)
        yield Ask(f"POST /v2/entities/{id}/attrs?options=append", plain)
        yield Ask(f"PATCH /v2/entities/{id}/attrs", plain)
        yield Ask(f"PUT /v2/entities/{id}/attrs/price", {"value": 5})
        yield Ask(f"PUT /v2/entities/{id}/attrs/price/value", {"a": 5})
        yield Ask(f"DELETE /v2/entities/{id}/attrs/price")
        for kind in ("append", "appendStrict", "update", "delete"):
            yield Ask("POST /v2/op/update", {"actionType": kind, "entities": [{"id": id, "type": "Tree", **plain}]})


def play() -> list[Ask]:
    return [*reads(), *snapshots(), *kept(), *writes(), *attribute_writes(), *reads()]


CHANCE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{24,32}"), "DRAWN"),
    (re.compile(r"(?<=urn:ngsi-ld:Instance:)[^\"]+|(?<=contextSourceUptime\":\")\w+|pinisi-[0-9a-f]{16}"), "DRAWN"),
    (re.compile(f"{POOR}|{RICH}"), "TENANT"),
)
"""What differs by chance."""
TOLD = ("location", "link", "ngsild-results-count", "fiware-total-count", "content-range", "ngsild-warning", "allow")


def as_told(answer: httpx.Response) -> str:
    head = "".join(f"{name}: {answer.headers[name]}\n" for name in TOLD if name in answer.headers)
    text = f"{answer.status_code}\n{head}{answer.text}"
    for pattern, word in CHANCE:
        text = pattern.sub(word, text)
    return text


class Reader:
    """One who plays in one tenant."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._made = ""
        self._map = ""

    async def say(self, ask: Ask) -> httpx.Response:
        method, _, path = ask.said.partition(" ")
        path = path.replace("{map}", self._map).replace("{}", self._made)
        headers = {name: each.replace("{}", self._made.rpartition("/")[2]) for name, each in ask.headers.items()}
        answer = await self._client.request(method, path, json=ask.body, headers=headers)
        told = [each for name, each in answer.headers.multi_items() if name.lower() == "location"]
        self._made = told[0].partition("?")[0] if told else self._made
        if method == "POST" and path.startswith(f"{NGSI}/snapshots"):
            async with asyncio.timeout(PATIENCE):
                while (await self._client.get(self._made)).json()["snapshotStatus"] == "preparing":  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        self._map = answer.headers.get("ngsild-entitymap", self._map)
        return answer


Readers = tuple[str, Reader, Reader, httpx.AsyncClient]
"""Who it is, the same one in the poor and in the rich tenant, and who sees all of the rich one."""


def client(opened: Opened, tenant: str, cookie: str) -> httpx.AsyncClient:
    return opened.client(cookie=cookie, ngsild_tenant=tenant, fiware_service=tenant)


@pytest.fixture(scope="module", params=PRINCIPALS, ids=lambda who: who.replace(" ", "-"))
async def readers(lived_in: Opened, request: pytest.FixtureRequest) -> AsyncIterator[Readers]:
    who: str = request.param
    number = list(PRINCIPALS).index(who)
    admin = await lived_in.cookie("ani")
    cookie = await lived_in.account(f"interfering.{number}", PRINCIPALS[who])
    names = [f"{tenant}{number}" for tenant in (POOR, RICH)]
    async with client(lived_in, names[0], admin) as poor, client(lived_in, names[1], admin) as rich:
        for each in (poor, rich):
            for entity in COMMON:
                await done(each.post(f"{NGSI}/entities", json=entity))
        await hide(rich, poor, who)
        async with client(lived_in, names[0], cookie) as here, client(lived_in, names[1], cookie) as there:
            yield who, Reader(here), Reader(there), rich


async def hidden(admin: httpx.AsyncClient, who: str) -> list[Any]:
    """What the rich tenant holds out of his sight, with all its times."""
    shown = "options=sysAttrs&limit=1000"
    asked = [f"type=*&idPattern=urn:(vault:|tree:2[0-9]).*&{shown}"]
    if who != "one area":
        asked.append(f"type=Tree&pick=id,price,owner,bark&{shown}")
    return [(await done(admin.get(f"{NGSI}/entities?{query}"))).json() for query in asked]


async def test_nothing_that_is_hidden_changes_what_is_answered(readers: Readers) -> None:
    who, poor, rich, admin = readers
    before = await hidden(admin, who)
    assert all(before)
    other: list[str] = []
    for ask in play():
        told = [as_told(await each.say(ask)) for each in (poor, rich)]
        if told[0] != told[1]:
            other.append(f"{ask.said} {ask.body}\n  poor: {told[0]}\n  rich: {told[1]}")
    assert not other, f"{len(other)}\n" + "\n".join(other)
    assert await hidden(admin, who) == before


def routes_asked() -> set[tuple[str, str]]:
    """Method and path of each route that the play asks, `{}` for what was made before it."""
    asked: set[tuple[str, str]] = set()
    made = ""
    for ask in play():
        method, _, path = ask.said.partition(" ")
        path = path.partition("?")[0].replace("{map}", f"{NGSI}/entityMaps/x").replace("{}", made + "/x")
        if method == "POST" and "{}" not in ask.said:
            made = path
        asked.add((method, path))
    return asked


def test_the_play_asks_every_route() -> None:
    """A route that is new here is asked about in the play before it is served."""
    asked = routes_asked()
    left = [
        (route.method, route.path)
        for route in (*NGSI_LD_ROUTES, *V2_ROUTES)
        if not any(method == route.method and _fits(route.path, path) for method, path in asked)
    ]
    assert left == []


def _fits(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), path) is not None
