"""Our own OpenAPI document, drawn from the route table: what is not a route is not in it, and the other way round."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from pinisi import __version__
from pinisi.console.http import Route, Shapes
from pinisi.console.openapi_ngsi_ld import ANSWERS, NGSI_LD, content_of, headers_of
from pinisi.console.openapi_shapes import BODIES, MERGE_PATCH, PARAMETERS, SCHEMAS
from pinisi.console.v2_refusals import is_v2

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
            "schemas": SCHEMAS | ANSWERS | _service_schemas(routes),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "pinisi_session"},
            },
        },
        "security": [{"token": []}, {"session": []}, {}],
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split("/")[1]],
        "x-permission": route.permission,
        "parameters": [_path_parameter(name) for name in _BRACES.findall(route.path)]
        + [_query_parameter(name, route.shapes) for name in route.parameters]
        + headers_of(route),
        "responses": {str(status): _answer(status, route) for status in route.answers}
        | {"default": _refusal(route.path)},
    }
    if route.body is not None:
        typed = route.shapes is not None and route.shapes.body is not None
        content = _body(route.body, route.method) if not typed else {_JSON: {"schema": _ref(route.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(route: Route) -> str:
    """`GET /v2/entities/{id}` is `getV2EntitiesById`: what generators of clients call it."""
    words = re.findall(r"\{?\w+", route.path)
    parts = [f"By{word[1:2].upper()}{word[2:]}" if word[0] == "{" else word[0].upper() + word[1:] for word in words]
    return route.method.lower() + "".join(parts)


_JSON = "application/json"


def _refusal(path: str) -> dict[str, Any]:
    """How an operation refuses, as `application.Application.reply` words it for each interface."""
    if is_v2(path):
        words = {"type": "object", "required": ["error"], "properties": {"error": _TEXT, "description": _TEXT}}
        return {"description": "An error of NGSI v2", "content": {_JSON: {"schema": words}}}
    media = _JSON if path.startswith(NGSI_LD) else "application/problem+json"
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "A problem document (RFC 7807)", "content": {media: {"schema": schema}}}


_TEXT = {"type": "string"}


def _service_schemas(routes: Iterable[Route]) -> dict[str, Any]:
    """Types of services, each with the name of its service before its own."""
    families: dict[str, set[type[msgspec.Struct]]] = {}
    for route in routes:
        if route.shapes is not None:
            shapes = (route.shapes.body, route.shapes.query, route.shapes.answer)
            families.setdefault(route.shapes.family, set()).update(shape for shape in shapes if shape is not None)
    found: dict[str, Any] = {}
    for family, types in families.items():
        template = f"#/components/schemas/{family}.{{name}}"
        schemas = msgspec.json.schema_components(_sorted(types), ref_template=template)[1]
        found |= {f"{family}.{name}": schema for name, schema in schemas.items()}
    return found


def _sorted(types: Iterable[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    return sorted(types, key=lambda each: (each.__module__, each.__name__))


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(status: int, route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {"description": _DESCRIPTIONS.get(status, "Done")}
    shapes, content = route.shapes, content_of(route, status)
    if content is not None:
        return told | {"content": content}
    if shapes is None or shapes.answer is None or status >= 300:
        return told
    return told | {"content": {_JSON: {"schema": _ref(f"{shapes.family}.{shapes.answer.__name__}")}}}


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
    503: "Does not run now",
}


def _body(name: str, method: str) -> dict[str, Any]:
    """A merge patch is taken by PATCH alone (NGSI-LD 6.3.4)."""
    medias, schema = BODIES[name]
    return {media: {"schema": schema} for media in medias if method == "PATCH" or media != MERGE_PATCH}


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query_parameter(name: str, shapes: Shapes | None) -> dict[str, Any]:
    told = {"name": name, "in": "query"}
    if shapes is None or shapes.query is None:
        return {**told, "required": False, "schema": PARAMETERS.get(name, {"type": "string"})}
    schema = msgspec.json.schema_components(
        [shapes.query], ref_template=f"#/components/schemas/{shapes.family}.{{name}}"
    )[1][shapes.query.__name__]
    return {**told, "required": name in schema.get("required", ()), "schema": schema["properties"][name]}
