"""A client of NGSI-LD that says in one line what a test sends, and the small world that tests speak of."""

from typing import Any

import httpx

V1 = "/ngsi-ld/v1"
CONTEXT = "https://contexts.example/test.jsonld"
X = "https://terms.example/"
CONTEXT_DOCUMENT = {"@context": {name: X + name for name in ("Bus", "Depot", "speed", "name", "parkedAt", "colour")}}
LINK = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
JSON = "application/json"
JSON_LD = "application/ld+json"
DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"


class Broker:
    """Calls NGSI-LD in one tenant. `link` False: without naming the @context of the tests."""

    def __init__(self, wire: httpx.Client, tenant: str) -> None:
        self.wire = wire
        self.tenant = tenant

    def call(
        self, method: str, path: str, body: Any = None, *, link: bool = True, media: str = JSON,
        headers: dict[str, str] | None = None, **query: Any,
    ) -> httpx.Response:  # fmt: skip
        sent = {"NGSILD-Tenant": self.tenant} | ({"Link": LINK} if link and media != JSON_LD else {})
        content = None
        if body is not None:
            content = body if isinstance(body, bytes) else httpx.Request("POST", "http://x", json=body).content
            sent["Content-Type"] = media
        sent |= headers or {}
        return self.wire.request(method, V1 + path, content=content, headers=sent, params=query or None)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", path, **options)

    def create(self, id: str, type: Any = "Bus", **members: Any) -> str:
        answer = self.call("POST", "/entities", {"id": id, "type": type, **members})
        assert answer.status_code == 201, answer.text
        return id

    def entity(self, id: str, **query: Any) -> dict[str, Any]:
        answer = self.get(f"/entities/{id}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def entity_history(self, id: str, **query: Any) -> dict[str, Any]:
        answer = self.get(f"/temporal/entities/{id}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, **query: Any) -> list[str]:
        answer = self.get("/entities", **query)
        assert answer.status_code == 200, answer.text
        return [entity["id"] for entity in answer.json()]


def prop(value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, **more}


def relation(to: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Relationship", "object": to, **more}


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, lat]}}


def refused(answer: httpx.Response, status: int, error: str, named: str = "") -> None:
    """The answer is a problem document of this kind, and names what is wrong."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json", "6.3.3"
    problem = answer.json()
    assert problem["type"] == ERRORS + error, problem
    assert problem["title"]
    assert problem["status"] == status
    assert named in problem["detail"]
