"""Bad input: each answered in under a second with the right problem document, and nothing written."""

import time
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from house_at_hand import NGSI, OURS, Opened, raw_call

pytestmark = pytest.mark.anyio
ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
INVALID, BAD = ERRORS + "InvalidRequest", ERRORS + "BadRequestData"
ENTITIES = f"{NGSI}/entities"
JSON_LD = "application/ld+json"
ID = "urn:ngsi-ld:Vehicle:bad"


def entity(**members: object) -> bytes:
    return msgspec.json.encode({"id": ID, "type": "Vehicle", **members})


def geo(kind: str, coordinates: object) -> bytes:
    return entity(location={"type": "GeoProperty", "value": {"type": kind, "coordinates": coordinates}})


DEEP = b'{"id": "urn:x:1", "type": "T", "a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
BODIES: dict[str, tuple[bytes, int, str, str]] = {
    # what is wrong: body, status, type of the problem, what its detail names
    "an empty body": (b"", 400, INVALID, "empty"),
    "no JSON": (b"{", 400, INVALID, "JSON"),
    "JSON with a rest": (entity() + b"}", 400, INVALID, "JSON"),
    "a body of 50 MB": (b'"' + b"x" * 50_000_000 + b'"', 413, "urn:pinisi:error:TooLarge", "16 MB"),
    "10,000 levels": (DEEP, 400, BAD, "deep"),
    "10,000 objects in objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, BAD, "deep"),
    "invalid UTF-8": (b'{"id": "urn:x:\xff", "type": "T"}', 400, INVALID, "JSON"),
    "half a surrogate": (b'{"id": "urn:x:1", "type": "T", "a": "\\ud800"}', 400, INVALID, "JSON"),
    "NaN": (b'{"id": "urn:x:1", "type": "T", "a": NaN}', 400, INVALID, "JSON"),
    "Infinity": (b'{"id": "urn:x:1", "type": "T", "a": 1e999}', 400, INVALID, "JSON"),
    "a list": (b"[]", 400, INVALID, ""),
    "a word": (b'"x"', 400, INVALID, ""),
    "no type": (b'{"id": "urn:x:1"}', 400, BAD, "type"),
    "no URI": (b'{"id": "x", "type": "T"}', 400, BAD, "id"),
    "an id with a line break": (b'{"id": "urn:x:1\\r\\nset-cookie: a=b", "type": "T"}', 400, BAD, "id"),
    "a name with a blank": (entity(**{"a b": 1}), 400, BAD, "a b"),
    "latitude 95": (geo("Point", [119.4, 95]), 400, BAD, "location"),
    "longitude 181": (geo("Point", [181, 0]), 400, BAD, "location"),
    "a ring that is open": (geo("Polygon", [[[0, 0], [1, 0], [1, 1], [0, 1]]]), 400, BAD, "location"),
    "a point without place": (geo("Point", []), 400, BAD, "location"),
    "a date of year 0": (
        entity(speed={"type": "Property", "value": 1, "observedAt": "0000-01-01T00:00:00Z"}),
        400,
        BAD,
        "speed.observedAt",
    ),
    "30 February": (
        entity(speed={"type": "Property", "value": 1, "observedAt": "2026-02-30T00:00:00Z"}),
        400,
        BAD,
        "speed.observedAt",
    ),
    "a local time": (
        entity(speed={"type": "Property", "value": 1, "observedAt": "2026-01-01T00:00:00+08:00"}),
        400,
        BAD,
        "speed.observedAt",
    ),
    "an unknown kind": (entity(speed={"type": "Propperty", "value": 1}), 400, BAD, "speed"),
    "an @context without its media type": (entity(**{"@context": "urn:x"}), 400, BAD, "@context"),
}


async def ask(client: httpx.AsyncClient, method: str, path: str, **how: object) -> httpx.Response:
    """Ask, and see that the answer cost less than a second of this process's time (other programs do not count)."""
    start = time.process_time()
    answer = await client.request(method, path, **how)  # type: ignore[arg-type]
    assert time.process_time() - start < 1
    return answer


@pytest.fixture
async def steady(calm: Opened) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a house whose log must stand where it stood."""
    before = await calm.position()
    async with calm.client() as client:
        yield client
    assert await calm.position() == before


def check(answer: httpx.Response, status: int, type: str, named: str = "") -> None:
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (status, type), problem
    of_ngsi_ld = answer.request.url.path.startswith("/ngsi-ld/")
    assert answer.headers["content-type"] == ("application/json" if of_ngsi_ld else "application/problem+json")
    assert problem["status"] == status
    assert problem["title"]
    assert named in problem["detail"], problem
    assert "Traceback" not in answer.text
    assert len(problem["detail"]) < 1000


@pytest.mark.parametrize("wrong", BODIES)
async def test_an_entity_with(steady: httpx.AsyncClient, wrong: str) -> None:
    body, status, type, named = BODIES[wrong]
    answer = await ask(steady, "POST", ENTITIES, content=body, headers={"content-type": "application/json"})
    check(answer, status, type, named)


@pytest.mark.parametrize("wrong", ["an empty body", "10,000 levels", "invalid UTF-8", "NaN", "a word"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", f"{ENTITIES}/urn:x:1"),
        ("POST", f"{ENTITIES}/urn:x:1/attrs"),
        ("POST", f"{NGSI}/entityOperations/upsert"),
        ("POST", f"{NGSI}/entityOperations/query"),
        ("POST", f"{NGSI}/subscriptions"),
    ],
)
async def test_every_body_of_the_context_is_read_alike(
    steady: httpx.AsyncClient, method: str, path: str, wrong: str
) -> None:
    body = BODIES[wrong][0]
    answer = await ask(steady, method, path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 404)
    assert answer.json()["type"] in (INVALID, BAD, ERRORS + "ResourceNotFound")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 10_000, b'{"title": "\xff"}', b'{"title": 7}', b'{"titel": "x"}',
             b'{"title": "x", "location": [119.4, 95]}', b'{"title": "x", "location": [NaN, 0]}',
             b'{"title": "x", "location": [1e999, 0]}', b'{"title": "x", "location": [1]}',
             b'{"title": "   "}', b'{"title": "x", "severity": "worse"}', b'{"title": "x", "subject": "no uri"}',
             b'{"title": "x", "subject": "urn:x:1\\r\\na: b"}', b'{"title": "' + b"x" * 201 + b'"}']
)  # fmt: skip
async def test_an_incident_that_cannot_be_raised_names_what_is_wrong(steady: httpx.AsyncClient, body: bytes) -> None:
    answer = await ask(steady, "POST", f"{OURS}/incidents", content=body, headers={"content-type": "application/json"})
    check(answer, 400, BAD)


@pytest.mark.parametrize(
    "context",
    [
        "http://127.0.0.1:9090/secret",
        "http://localhost/x",
        "http://[::1]:1/x",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "https://example.org/never.jsonld",
        "http://[",
        "http://127.0.0.1:9090/pinisi/v1/context.jsonld/../../../etc/passwd",
    ],
)
async def test_an_at_context_that_points_elsewhere_is_never_fetched(steady: httpx.AsyncClient, context: str) -> None:
    body = entity(**{"@context": [context]})
    answer = await ask(steady, "POST", ENTITIES, content=body, headers={"content-type": JSON_LD})
    assert answer.status_code in (400, 504)
    check(answer, answer.status_code, BAD if answer.status_code == 400 else ERRORS + "LdContextNotAvailable")
    link = f'<{context}>; rel="http://www.w3.org/ns/json-ld#context"'
    linked = await ask(steady, "GET", ENTITIES, params={"type": "T"}, headers={"link": link})
    assert linked.status_code == answer.status_code


@pytest.mark.parametrize(
    "context",
    [7, True, {"a": {"@id": 7}}, {"@vocab": 7}, [[[["x"]]]], {"a": "a:b", "@version": 2}, {"a": "b", "b": "a"}],
)
async def test_an_at_context_that_is_none_is_refused(steady: httpx.AsyncClient, context: object) -> None:
    body = entity(**{"@context": context})
    answer = await ask(steady, "POST", ENTITIES, content=body, headers={"content-type": JSON_LD})
    assert answer.status_code in (400, 504)


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/jsonx", "*/*", "application/geo+json"])
async def test_a_wrong_media_type_is_refused(steady: httpx.AsyncClient, media: str) -> None:
    answer = await ask(steady, "POST", ENTITIES, content=entity(), headers={"content-type": media})
    assert (answer.status_code, answer.content) == (415, b"")
    assert answer.headers["accept"] == "application/json, application/ld+json"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", "image/*"])
async def test_an_answer_that_nobody_can_give_is_not_acceptable(steady: httpx.AsyncClient, accept: str) -> None:
    answer = await ask(steady, "GET", ENTITIES, params={"type": "T"}, headers={"accept": accept})
    check(answer, 406, "urn:pinisi:error:NotAcceptable")


QUERIES: dict[str, tuple[dict[str, str], int]] = {
    "a bomb in idPattern": ({"type": "WasteBank", "idPattern": "(a{1,1000}){1,1000}"}, 400),
    "a broken idPattern": ({"type": "WasteBank", "idPattern": "(["}, 400),
    "a bomb in q": ({"type": "WasteBank", "q": 'name~="((a{1,1000}){1,1000}){1,1000}"'}, 400),
    "a broken pattern in q": ({"type": "WasteBank", "q": 'name~="(["'}, 400),
    "a q of 10,000 brackets": ({"type": "WasteBank", "q": "(" * 10_000 + "a" + ")" * 10_000}, 403),
    "a q of nothing": ({"type": "WasteBank", "q": ""}, 400),
    "a q that ends in the middle": ({"type": "WasteBank", "q": "a=="}, 400),
    "a type of 5,000 brackets": ({"type": "(" * 5_000 + "A" + ")" * 5_000}, 403),
    "an empty type": ({"type": ""}, 400),
    "nothing asked": ({}, 400),
    "a huge limit": ({"type": "WasteBank", "limit": "999999999"}, 403),
    "a limit beyond numbers": ({"type": "WasteBank", "limit": "9" * 400}, 400),
    "a negative limit": ({"type": "WasteBank", "limit": "-1"}, 400),
    "a limit in words": ({"type": "WasteBank", "limit": "ten"}, 400),
    "a limit in other digits": ({"type": "WasteBank", "limit": "٣"}, 400),
    "a limit of 0 without count": ({"type": "WasteBank", "limit": "0"}, 400),
    "a negative offset": ({"type": "WasteBank", "offset": "-1"}, 400),
    "an unknown option": ({"type": "WasteBank", "options": "everything"}, 400),
    "count maybe": ({"type": "WasteBank", "count": "maybe"}, 400),
    "an unknown georel": ({"georel": "around", "geometry": "Point", "coordinates": "[0,0]"}, 400),
    "coordinates that are none": ({"georel": "within", "geometry": "Point", "coordinates": "[[["}, 400),
    "latitude 95": ({"georel": "within", "geometry": "Point", "coordinates": "[0,95]"}, 400),
    "a distance of NaN": ({"georel": "near;maxDistance==NaN", "geometry": "Point", "coordinates": "[0,0]"}, 400),
    "an id that is none": ({"type": "WasteBank", "id": "x y"}, 400),
    "an empty attrs": ({"type": "WasteBank", "attrs": ""}, 400),
    "a scope of dots": ({"type": "WasteBank", "scopeQ": "/../.."}, 400),
    "101 parameters": ({f"a{n}": "1" for n in range(101)} | {"type": "WasteBank"}, 400),
}


@pytest.mark.parametrize("wrong", QUERIES)
async def test_a_query_with(steady: httpx.AsyncClient, wrong: str) -> None:
    told, status = QUERIES[wrong]
    answer = await ask(steady, "GET", ENTITIES, params=told)
    problem = answer.json()
    assert answer.status_code == status, problem
    assert problem["detail"]


@pytest.mark.parametrize(
    "told",
    [
        {"q": 'name~="^(a+)+$"'},
        {"q": 'name~="(.*)*(.*)*(.*)*x"'},
        {"idPattern": "^(([a-z])+.)+[A-Z]([a-z])+$"},
        {"idPattern": ".*.*.*.*.*.*=.*"},
        {"offset": "999999999"},
        {"limit": "0", "count": "true"},
    ],
)
async def test_what_would_bring_other_engines_down_is_answered_at_once(
    steady: httpx.AsyncClient, told: dict[str, str]
) -> None:
    answer = await ask(steady, "GET", ENTITIES, params={"type": "WasteBank,GreenSpace", **told})
    assert answer.status_code == 200
    if "offset" in told or "limit" in told:
        assert answer.json() == []


@pytest.mark.parametrize(
    "path",
    [
        f"{OURS}/incidents?state=sleeping",
        f"{OURS}/incidents?limit=201",
        f"{OURS}/incidents?offset=-1",
        f"{OURS}/search?limit=0",
        f"{OURS}/search?limit=51",
        f"{OURS}/history",
        f"{OURS}/history?entity=urn:x:1",
        f"{OURS}/history?entity=urn:x:1&attribute=a&from=yesterday",
        f"{OURS}/history?entity=urn:x:1&attribute=a&known=0000-01-01T00:00:00Z",
        f"{ENTITIES}/no-uri",
        f"{ENTITIES}/%00",
        f"{ENTITIES}/%ff%fe",
        f"{NGSI}/temporal/entities/urn:x:1?timerel=whenever",
        f"{NGSI}/temporal/entities/urn:x:1?lastN=0",
    ],
)
async def test_a_parameter_that_cannot_be_is_named(steady: httpx.AsyncClient, path: str) -> None:
    answer = await ask(steady, "GET", path)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("query", [b"q=%ff", b"type=\xc3\xa9", b"type=\xff", b"%", b"&&&&==", b"type=T&q=%00"])
async def test_bytes_that_are_no_text_are_met(calm: Opened, query: bytes) -> None:
    status, _ = await raw_call(calm, "GET", ENTITIES, query=query)
    assert status in (200, 400)


@pytest.mark.parametrize(
    "tenant",
    ["../makassar", "..", ".hidden", "a/b", "a\\b", "a b", "x" * 65, "a%2fb", "a\tb", "münchen", "-a", "a;b", "'"],
)
async def test_a_tenant_that_is_a_path_is_refused(steady: httpx.AsyncClient, calm: Opened, tenant: str) -> None:
    before = sorted(calm.house.settings.tenant_folder.iterdir())
    name = tenant.encode("latin-1")
    for method, path, body in (
        ("GET", f"{ENTITIES}?type=T", b""),
        ("POST", ENTITIES, entity()),
        ("GET", f"{OURS}/now", b""),
        ("GET", f"{OURS}/stream", b""),
    ):
        headers = [(b"ngsild-tenant", name), (b"content-type", b"application/json")]
        answer = await ask(steady, method, path, content=body, headers=headers)
        check(answer, 400, BAD, "NGSILD-Tenant")
    assert sorted(calm.house.settings.tenant_folder.iterdir()) == before


@pytest.mark.parametrize("tenant", ["_people", "_", "_makassar"])
async def test_the_tenants_of_the_house_are_nobodys(steady: httpx.AsyncClient, tenant: str) -> None:
    answer = await ask(steady, "GET", f"{ENTITIES}?type=T", headers={"ngsild-tenant": tenant})
    assert answer.status_code == 403


async def test_a_tenant_that_nobody_wrote_to_does_not_exist_and_is_not_made(
    steady: httpx.AsyncClient, calm: Opened
) -> None:
    for path in (f"{ENTITIES}?type=T", f"{ENTITIES}/urn:x:1"):
        answer = await ask(steady, "GET", path, headers={"ngsild-tenant": "atlantis"})
        check(answer, 404, ERRORS + "NonexistentTenant")
    for path in ("now", "city", "areas", "search?q=a", "incidents"):
        assert (await steady.get(f"{OURS}/{path}", headers={"ngsild-tenant": "atlantis"})).status_code < 500
    assert not (calm.house.settings.tenant_folder / "atlantis.sqlite").exists()


@pytest.mark.parametrize("name", ["host", "ngsild-tenant", "content-type", "authorization", "origin"])
async def test_a_header_that_decides_comes_once(steady: httpx.AsyncClient, name: str) -> None:
    one = {"host": "127.0.0.1:9090", "content-type": "application/json", "origin": "http://127.0.0.1:9090"}
    value = one.get(name, "makassar")
    headers = [(k, v) for k, v in one.items() if k != name] + [(name, value), (name, value)]
    answer = await ask(steady, "POST", ENTITIES, content=entity(), headers=headers)
    check(answer, 400, BAD, name)


async def test_half_a_body_is_never_acted_upon(calm: Opened) -> None:
    before = await calm.position()
    part = {"type": "http.request", "body": entity(), "more_body": True}
    status, _ = await raw_call(calm, "POST", ENTITIES, part, {"type": "http.disconnect"})
    assert status == 400
    assert await calm.position() == before


async def test_a_body_without_length_is_cut_at_the_limit(calm: Opened) -> None:
    async def pour() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 1_000_000

    async with calm.client() as client:
        answer = await client.post(ENTITIES, content=pour(), headers={"content-type": "application/json"})
    check(answer, 413, "urn:pinisi:error:TooLarge")
