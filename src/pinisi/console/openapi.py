"""Our own OpenAPI document, drawn from the route table: what is not a route is not in it, and the other way round."""

import re
from typing import Any

from pinisi import __version__
from pinisi.console.http import Route
from pinisi.console.openapi_shapes import BODIES, PARAMETERS, SCHEMAS

_BRACES = re.compile(r"\{(\w+)\}")


def openapi(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The document (OpenAPI 3.1)."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pinisi",
            "version": __version__,
            "description": "NGSI-LD (ETSI GS CIM 009) under /ngsi-ld/v1, the console's own interface under /pinisi/v1.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "pinisi_session"},
            },
        },
        "security": [{"token": []}, {"session": []}, {}],
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "tags": [route.path.split("/")[1]],
        "x-permission": route.permission,
        "parameters": [_path_parameter(name) for name in _BRACES.findall(route.path)]
        + [_query_parameter(name) for name in route.parameters],
        "responses": {str(status): {"description": _DESCRIPTIONS.get(status, "Done")} for status in route.answers}
        | {"default": {"description": "A problem document (RFC 7807)", "content": _PROBLEM}},
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _body(route.body)}
    return operation


_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_DESCRIPTIONS = {
    200: "Done",
    201: "Created",
    204: "Done, nothing to say",
    206: "A part of what was asked",
    207: "Partly done",
    304: "Not changed",
    400: "The request cannot be understood",
    404: "Not there",
    409: "Does not fit the state",
}


def _body(name: str) -> dict[str, Any]:
    medias, schema = BODIES[name]
    return {media: {"schema": schema} for media in medias}


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": PARAMETERS.get(name, {"type": "string"})}
