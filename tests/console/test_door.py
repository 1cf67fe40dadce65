"""The door: hosts, origins, headers, and the console's own files."""

import pytest
from house_at_hand import BASE, JSON, MAKASSAR, OURS, Opened, raw_call

pytestmark = pytest.mark.anyio
BASEMAP = MAKASSAR / "basemap.pmtiles"
RAISE = {"title": "Banjir di Jl. Pettarani"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9090", "127.0.0.1.evil.example", "", "[::2]:9090", "@"])
async def test_a_name_that_was_bound_to_our_address_is_not_ours(calm: Opened, host: str) -> None:
    async with calm.client() as client:
        for path in ("/", "/now", f"{OURS}/session", "/city/basemap.pmtiles"):
            answer = await client.get(path, headers={"host": host})
            assert answer.status_code == 421
            assert "allowed_hosts" in answer.json()["detail"]


@pytest.mark.parametrize("host", ["127.0.0.1:9090", "localhost:1", "LOCALHOST", "[::1]:9090", "127.0.0.1"])
async def test_this_machine_is_called_by_all_its_names(calm: Opened, host: str) -> None:
    async with calm.client() as client:
        assert (await client.get(f"{OURS}/session", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://[", "http://127.0.0.1:9091", "file://", "http://127.0.0.1:9090@x"],
)
async def test_a_page_of_another_origin_changes_nothing(calm: Opened, origin: str) -> None:
    before = await calm.position()
    async with calm.client(origin=origin) as client:
        for method, path in (("POST", f"{OURS}/incidents"), ("POST", f"{OURS}/login"), ("DELETE", "/ngsi-ld/v1/x")):
            answer = await client.request(method, path, json=RAISE)
            assert (answer.status_code, answer.json()["title"]) == (403, "Foreign origin")
        read = await client.get(f"{OURS}/session")
    assert "access-control-allow-origin" not in read.headers
    assert await calm.position() == before


async def test_a_page_of_our_own_may_write(fresh: Opened) -> None:
    async with fresh.client(origin=BASE) as client:
        assert (await client.post(f"{OURS}/incidents", json=RAISE)).status_code == 201


@pytest.mark.parametrize(
    "path", ["/", "/now", "/events", "/place/urn:ngsi-ld:X:1", "/time", "/programme", "/index.html"]
)
async def test_every_page_of_the_console_is_the_one_page_with_a_strict_policy(calm: Opened, path: str) -> None:
    async with calm.client() as client:
        answer = await client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert policy["default-src"] == policy["connect-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/", "/assets/app-1a2b.js", f"{OURS}/city", f"{OURS}/nothing", "/city/basemap.pmtiles"]
)
async def test_every_answer_keeps_browsers_from_guessing_and_telling(calm: Opened, path: str) -> None:
    async with calm.client() as client:
        headers = (await client.get(path, headers={"accept-encoding": "identity"})).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0.5, br;q=0", "gzip"),
        ("identity", None),
        ("", None),
        ("vbr, x-gzip", None),
        ("br;q=0, gzip;q=0", None),
    ],
)
async def test_files_go_out_compressed_as_the_browser_accepts(calm: Opened, accepts: str, encoding: str | None) -> None:
    async with (
        calm.client() as client,
        client.stream("GET", "/assets/app-1a2b.js", headers={"accept-encoding": accepts}) as answer,
    ):
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    expected = {"br": b"brotli bytes", "gzip": b"gzip bytes", None: b"console.log('plain')"}
    assert body == expected[encoding]
    assert answer.headers["vary"] == "accept-encoding"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/city/../city.toml",
        "/city/city.toml",
        "/city/%2e%2e/city.toml",
        "/city/..%2fcity.toml",
        "/city/%252e%252e%252fcity.toml",
        "/city/basemap.pmtiles/../city.toml",
        "/city//etc/passwd",
        "/city/%00basemap.pmtiles",
        "/assets/../secret.key",
        "/assets/%2e%2e/%2e%2e/pinisi.toml",
        "/secret.key",
        "/assets/app-1a2b.js.br",
        "/../../etc/passwd",
        "/assets",
    ],
)
async def test_no_path_leads_out_of_what_is_served(calm: Opened, path: str) -> None:
    status, body = await raw_call(calm, "GET", path)
    assert status == 404
    assert b"[[layers]]" not in body


SIZE = BASEMAP.stat().st_size


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-126", 206, (0, 126)),
        ("bytes=100-", 206, (100, SIZE - 1)),
        ("bytes=-16", 206, (SIZE - 16, SIZE - 1)),
        (f"bytes=0-{SIZE * 9}", 206, (0, SIZE - 1)),
        (f"bytes=-{SIZE * 9}", 206, (0, SIZE - 1)),
        (f"bytes={SIZE}-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=9-3", 200, (0, SIZE - 1)),
        ("bytes=0-1,4-5", 200, (0, SIZE - 1)),
        ("lines=1-2", 200, (0, SIZE - 1)),
        ("bytes=a-b", 200, (0, SIZE - 1)),
        ("bytes=-", 200, (0, SIZE - 1)),
        ("bytes=" + "9" * 5000 + "-", 200, (0, SIZE - 1)),
    ],
)
async def test_the_basemap_is_read_in_ranges(
    calm: Opened, asked: str, status: int, span: tuple[int, int] | None
) -> None:
    async with calm.client() as client:
        answer = await client.get("/city/basemap.pmtiles", headers={"range": asked})
    assert answer.status_code == status
    if span is None:
        assert answer.headers["content-range"] == f"bytes */{SIZE}"
    else:
        assert answer.content == BASEMAP.read_bytes()[span[0] : span[1] + 1]
        assert answer.headers["accept-ranges"] == "bytes"
    if status == 206 and span:
        assert answer.headers["content-range"] == f"bytes {span[0]}-{span[1]}/{SIZE}"


async def test_a_range_of_another_version_is_answered_whole(calm: Opened) -> None:
    async with calm.client() as client:
        etag = (await client.head("/city/basemap.pmtiles")).headers["etag"]
        same = await client.get("/city/basemap.pmtiles", headers={"range": "bytes=0-9", "if-range": etag})
        other = await client.get("/city/basemap.pmtiles", headers={"range": "bytes=0-9", "if-range": '"old"'})
        known = await client.get("/city/basemap.pmtiles", headers={"if-none-match": etag})
    assert (same.status_code, other.status_code) == (206, 200)
    assert (known.status_code, known.content) == (304, b"")


async def test_signing_in_and_out_over_http(lived_in: Opened) -> None:
    async with lived_in.client() as client:
        refused = await client.post(f"{OURS}/login", json={"account": "ani", "password": "wrong"})
        assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
        good = await client.post(f"{OURS}/login", json={"account": "ani", "password": "correct horse battery"})
        assert good.status_code == 200
        assert {"HttpOnly", "SameSite=Strict"} <= set(good.headers["set-cookie"].split("; "))
        session = (await client.get(f"{OURS}/session")).json()
        assert (session["principal"]["name"], session["demo"]) == ("Ani", False)
        assert (await client.post(f"{OURS}/logout")).status_code == 204
        assert (await client.get(f"{OURS}/session")).status_code == 401


async def test_the_demo_says_that_it_is_one(calm: Opened) -> None:
    async with calm.client() as client:
        session = (await client.get(f"{OURS}/session")).json()
    assert session["demo"] is True
    assert session["principal"]["name"] == "Administrator (demo)"
    assert session["tenants"] == ["makassar"]


@pytest.mark.parametrize("path", [f"{OURS}/incidents", f"{OURS}/incidents/urn:x/acts"])
@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
async def test_what_a_foreign_form_could_send_is_refused(calm: Opened, path: str, media: str) -> None:
    async with calm.client() as client:
        answer = await client.post(path, content=b'{"title": "x"}', headers=JSON | {"content-type": media})
    assert answer.status_code == 415
