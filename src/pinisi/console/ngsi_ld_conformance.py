"""Which standard this broker keeps, and what of it is served: read from the route table, never told by hand.

V1.9.1 defines no such resource; other brokers of that version answer at this address. What the test suites say of us is
no part of it: such figures hold for one commit (docs/reference/conformance.md).
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from pinisi import __version__
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_identity import alias_of
from pinisi.console.ngsi_ld_request import asked
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.context.core_context import CORE_URL
from pinisi.context.registration_operations import CLAUSES, GROUPS

PATH = "/ngsi-ld/v1/info/conformance"
SPECIFICATION = "ETSI GS CIM 009"
VERSION = "1.9.1"
_CLAUSE = re.compile(r"\b(5\.\d+\.\d+)\b")
_REFUSED = "Refused: "


class ServedOperation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An operation of clauses 5.6 to 5.16 as it is bound here; `name` is that of 4.20, where it has one."""

    clause: str
    method: str
    path: str
    name: str | None = None


def served_operations(routes: Iterable[Route]) -> list[ServedOperation]:
    """What the routes serve, by clause. A route that several operations share stands once for each."""
    return sorted(
        (
            ServedOperation(clause, route.method, route.path, name)
            for route in routes
            if not route.summary.startswith(_REFUSED)
            for clause, name in _named(route)
        ),
        key=lambda each: ([int(part) for part in each.clause.split(".")], each.path, each.method),
    )


def _named(route: Route) -> Iterable[tuple[str, str | None]]:
    if route.path.endswith("entityOperations/query"):
        temporal = "/temporal/" in route.path
        return [("5.7.4", "queryTemporal") if temporal else ("5.7.2", "queryBatch")]
    return [(clause, CLAUSES.get(clause)) for clause in _CLAUSE.findall(route.summary)]


def with_conformance(routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """The routes, and one more that tells of them."""
    operations = served_operations(routes)
    names = {each.name for each in operations}
    groups = sorted(group for group, members in GROUPS.items() if members <= names)

    async def conformance(house: House, call: Call) -> Reply:
        how = asked(house.contexts, call)
        document: dict[str, Any] = {
            "id": f"urn:ngsi-ld:Conformance:{alias_of(house, call.tenant)}",
            "type": "Conformance",
            "specification": SPECIFICATION,
            "specificationVersion": VERSION,
            "coreContext": CORE_URL,
            "implementation": "Pinisi",
            "implementationVersion": __version__,
            "operations": [msgspec.to_builtins(each) for each in operations],
            "operationGroups": groups,
        }
        return document_reply(document, how)

    return (
        *routes,
        Route(
            method="GET",
            path=PATH,
            permission="context.read",
            endpoint=conformance,
            summary="Which version of NGSI-LD is served here, and which operations (5.15)",
        ),
    )
