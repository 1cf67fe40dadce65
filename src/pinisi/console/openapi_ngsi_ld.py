"""What the NGSI-LD part of our OpenAPI document says beside routes and bodies: headers, and shapes of answers."""

from typing import Any

from pinisi.console.http import Route

NGSI_LD = "/ngsi-ld/v1/"
_TEXT: dict[str, Any] = {"type": "string"}
_URI: dict[str, Any] = {"type": "string", "format": "uri"}
_MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_CONTEXT: dict[str, Any] = {"description": "in application/ld+json"}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_TYPED = {"id": _URI, "type": _TEXT, "@context": _CONTEXT}
_PROBLEM_ITEM = _object(("type", "title"), type=_URI, title=_TEXT, status={"type": "integer"}, detail=_TEXT)

ANSWERS: dict[str, dict[str, Any]] = {
    "EntityShown": {
        "description": "An entity: normalized, concise or simplified, as asked; as a Feature in application/geo+json",
        **_object(("id", "type"), id=_URI, type={"anyOf": [_TEXT, _list(_TEXT)]}, **{"@context": _CONTEXT}),
    },
    "EntitiesShown": {
        "anyOf": [
            _list(_ref("EntityShown")),
            _object(("type", "features"), type={"const": "FeatureCollection"}, features=_list({"type": "object"})),
        ]
    },
    "HistoryShown": {
        "description": "An entity whose attributes are lists of values in time (4.5.6), or pairs, or aggregates",
        **_object(("id", "type"), id=_URI, type={"anyOf": [_TEXT, _list(_TEXT)]}),
    },
    "BatchOperationResult": _object(
        ("success", "errors"),
        success=_list(_URI),
        errors=_list(_object(("error",), entityId=_TEXT, registrationId=_URI, error=_PROBLEM_ITEM)),
    ),
    "UpdateResult": _object(
        ("updated", "notUpdated"),
        updated=_list(_TEXT),
        notUpdated=_list(_object(("attributeName", "reason"), attributeName=_TEXT, reason=_TEXT)),
    ),
    "EntityTypeList": _object(("id", "type", "typeList"), typeList=_list(_TEXT), **_TYPED),
    "EntityTypes": _object(("id", "type", "typeName", "attributeNames"), typeName=_TEXT, attributeNames=_list(_TEXT)),
    "EntityTypeInfo": _object(
        ("id", "type", "typeName", "entityCount", "attributeDetails"),
        typeName=_TEXT,
        entityCount=_COUNT,
        attributeDetails=_list({"type": "object"}),
        **_TYPED,
    ),
    "AttributeList": _object(("id", "type", "attributeList"), attributeList=_list(_TEXT), **_TYPED),
    "AttributeInfo": _object(("id", "type", "attributeName"), attributeName=_TEXT, **_TYPED),
    "ContextSourceIdentity": _object(
        ("id", "type", "contextSourceAlias", "contextSourceUptime", "contextSourceTimeAt"),
        contextSourceAlias=_TEXT,
        contextSourceUptime=_TEXT,
        contextSourceTimeAt=_MOMENT,
        **_TYPED,
    ),
    "Conformance": _object(
        ("id", "type", "specification", "specificationVersion", "coreContext", "operations", "operationGroups"),
        specification=_TEXT,
        specificationVersion=_TEXT,
        coreContext=_URI,
        implementation=_TEXT,
        implementationVersion=_TEXT,
        operations=_list(_object(("clause", "method", "path"), clause=_TEXT, method=_TEXT, path=_TEXT, name=_TEXT)),
        operationGroups=_list(_TEXT),
        **_TYPED,
    ),
    "StoredContext": _object(
        ("URL", "localId", "kind", "createdAt"),
        URL=_URI,
        localId=_URI,
        kind={"enum": ["Hosted", "Cached", "ImplicitlyCreated"]},
        createdAt=_MOMENT,
        expiresAt=_MOMENT,
        lastUsage=_MOMENT,
        numberOfHits=_COUNT,
        extraInfo=_TEXT,
    ),
    "JsonLdContextDocument": _object(("@context",), **{"@context": {}}),
    "SubscriptionShown": _object(("id", "type", "notification", "status"), notification={"type": "object"}, **_TYPED),
    "RegistrationShown": _object(("id", "type", "endpoint", "information"), endpoint=_URI, **_TYPED),
    "EntityMapShown": _object(("id", "type", "expiresAt", "entityMap"), entityMap={"type": "object"}, **_TYPED),
    "SnapshotShown": _object(("id", "type"), **_TYPED),
}
"""Name of an answer -> its schema. The exact rules are in the code that writes it, not here."""

_OF_ROUTE: dict[str, dict[str, Any]] = {
    "GET entities": _ref("EntitiesShown"),
    "POST entityOperations/query": _ref("EntitiesShown"),
    "GET entities/{id}": _ref("EntityShown"),
    "GET temporal/entities": _list(_ref("HistoryShown")),
    "POST temporal/entityOperations/query": _list(_ref("HistoryShown")),
    "GET temporal/entities/{id}": _ref("HistoryShown"),
    "GET types": {"anyOf": [_ref("EntityTypeList"), _list(_ref("EntityTypes"))]},
    "GET types/{type}": _ref("EntityTypeInfo"),
    "GET attributes": {"anyOf": [_ref("AttributeList"), _list(_ref("AttributeInfo"))]},
    "GET attributes/{attribute}": _ref("AttributeInfo"),
    "GET info/sourceIdentity": _ref("ContextSourceIdentity"),
    "GET info/conformance": _ref("Conformance"),
    "GET jsonldContexts": _list({"anyOf": [_URI, _ref("StoredContext")]}),
    "GET jsonldContexts/{id}": {"anyOf": [_ref("JsonLdContextDocument"), _ref("StoredContext")]},
    "GET subscriptions": _list(_ref("SubscriptionShown")),
    "GET subscriptions/{id}": _ref("SubscriptionShown"),
    "GET csourceSubscriptions": _list(_ref("SubscriptionShown")),
    "GET csourceSubscriptions/{id}": _ref("SubscriptionShown"),
    "GET csourceRegistrations": _list(_ref("RegistrationShown")),
    "GET csourceRegistrations/{id}": _ref("RegistrationShown"),
    "GET entityMaps/{id}": _ref("EntityMapShown"),
    "GET snapshots/{id}": _ref("SnapshotShown"),
    "PATCH snapshots/{id}": _ref("SnapshotShown"),
}
"""What a route answers with 200 and 206."""

_TENANT = {
    "name": "NGSILD-Tenant",
    "in": "header",
    "required": False,
    "description": "The tenant that is meant (6.3.14); without it the city's own",
    "schema": _TEXT,
}
_LINK = {
    "name": "Link",
    "in": "header",
    "required": False,
    "description": 'The @context: <address>; rel="http://www.w3.org/ns/json-ld#context" (6.3.5)',
    "schema": _TEXT,
}


def headers_of(route: Route) -> list[dict[str, Any]]:
    """The headers that a route of NGSI-LD reads, beside those of HTTP."""
    if not route.path.startswith(NGSI_LD):
        return []
    named = "/jsonldContexts" not in route.path and not (route.method == "DELETE" and "{attribute}" not in route.path)
    return [_TENANT, _LINK] if named else [_TENANT]


def content_of(route: Route, status: int) -> dict[str, Any] | None:
    """Media types and schema of an answer; None where there is none, or the route is not one of NGSI-LD."""
    if not route.path.startswith(NGSI_LD):
        return None
    name = f"{route.method} {route.path.removeprefix(NGSI_LD)}"
    if status == 207:
        schema = _ref("UpdateResult" if route.path.endswith("/attrs") else "BatchOperationResult")
        return {"application/json": {"schema": schema}}
    if status == 201 and "entityOperations/" in name and not name.endswith("query"):
        return {"application/json": {"schema": _list(_URI)}}
    schema = _OF_ROUTE.get(name)
    if schema is None or status not in (200, 206):
        return None
    medias = ["application/json", "application/ld+json"]
    if name.endswith(("entities", "entities/{id}", "entityOperations/query")) and "temporal" not in name:
        medias.append("application/geo+json")
    return {media: {"schema": schema} for media in medias}
