"""A city with one of each kind in it, and the names of what is there: calls that fit then meet something."""

import random
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from any_request import NAMED, THERE

OURS = "/pinisi/v1"
NOWHERE = "http://127.0.0.1:1/"
WARNING = {
    "words": {"id": {"event": "x", "headline": "x", "description": "x", "instruction": "x"}},
    "category": "Met", "urgency": "Immediate", "severity": "Severe", "certainty": "Observed", "responses": ["Avoid"],
    "expires": "2040-01-01T00:00:00Z",
    "polygon": {"type": "Polygon", "coordinates": [[[119.4, -5.1], [119.5, -5.1], [119.5, -5.2], [119.4, -5.1]]]},
}  # fmt: skip
MADE: tuple[tuple[str, Any], ...] = (
    *THERE,
    ("/v2/registrations", {"dataProvided": {"entities": [{"id": "R9"}]}, "provider": {"http": {"url": NOWHERE}}}),
    ("/ngsi-ld/v1/jsonldContexts", {"@context": {"a": "https://a.example/a"}}),
    (f"{OURS}/incidents", {"title": "Banjir", "severity": "danger", "location": [119.41, -5.14]}),
    (f"{OURS}/incidents", {"title": "Kebakaran", "category": "fire"}),
    (f"{OURS}/units", {"code": "f-1", "name": "F", "agency": "damkar", "capabilities": ["fire-engine"],
                       "base": [119.41, -5.13]}),
    (f"{OURS}/calls", {"number": "0811 1"}),
    (f"{OURS}/shifts", {"words": "x"}),
    (f"{OURS}/contacts", {"name": "A", "groups": ["damkar"], "channel": "webhook", "address": NOWHERE}),
    (f"{OURS}/warnings", WARNING),
    (f"{OURS}/places", {"type": "WasteBank", "position": [119.41, -5.14],
                        "values": [{"attribute": "name", "value": "x"}, {"attribute": "kind", "value": "unit"}]}),
)  # fmt: skip
KEEPS_ITS_NAMES = tuple(
    f"{OURS}/{kind}/{{" for kind in ("accounts", "sessions", "tokens", "sources", "services", "crew/members")
)
"""Of these nothing that is there is named: the fuzz would shut itself out, ask the world outside, or stop a service."""
NAMING = frozenset({"id", "key", "code", "identifier", "uid", "type"})
MOST_NAMES = 200


def inhabit(client: httpx.Client) -> None:
    """Make one of each kind; raises `AssertionError` for what is refused."""
    for path, body in MADE:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code in (200, 201), f"{path}: {answer.status_code} {answer.text[:300]}"


def names_in(document: Any) -> Iterator[str]:
    """Each name that stands in a document."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in NAMING and isinstance(value, str | int) and value != "":
                yield str(value)
            yield from names_in(value)
    elif isinstance(document, list):
        for each in document:
            yield from names_in(each)


def names_for(client: httpx.Client, path: str) -> dict[str, list[str]]:
    """What may stand for each name in braces of a path: what its collection tells, or the city, or is made above."""
    braces = re.findall(r"\{(\w+)\}", path)
    if not braces or path.startswith(KEEPS_ITS_NAMES):
        return {}
    if not path.startswith("/pinisi"):
        return {brace: [*NAMED.get(brace, NAMED["id"])] for brace in braces}
    city = told(client, f"{OURS}/city")
    return dict.fromkeys(braces, city) | {braces[0]: told(client, path.partition("/{")[0]) or city}


def told(client: httpx.Client, path: str) -> list[str]:
    """The names that an address tells, of entities alone where there are such; none where it cannot be asked."""
    answer = client.get(path)
    if answer.status_code != 200 or "json" not in answer.headers["content-type"]:
        return []
    names = list(dict.fromkeys(names_in(answer.json())))
    return [name for name in names if name.startswith("urn:")][:MOST_NAMES] or names[:MOST_NAMES]


def meet(case: Any, names: dict[str, list[str]], seed: int) -> None:
    """Let most cases name what is there, and ask for little at once: a word too many and nothing else is looked at."""
    draw = random.Random(seed)
    if draw.random() < 0.8:
        case.path_parameters.update({brace: draw.choice(there) for brace, there in names.items()})
    if case.query and draw.random() < 0.8:
        kept = draw.sample(sorted(case.query), draw.randrange(2))
        case.query = {name: case.query[name] for name in kept}
    if draw.random() < 0.8:
        case.headers = {}
