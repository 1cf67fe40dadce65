"""Which types and attributes there are (NGSI-LD 5.7.5 to 5.7.10), of what the reader may see."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.ngsi_ld_request import Asked, asked, flag
from pinisi.console.ngsi_ld_show import document_reply
from pinisi.context.problems import ResourceNotFound
from pinisi.store.record import AttributeUse


async def list_types(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    counts = await house.store.type_counts(call.tenant, call.grants)
    if flag(call, "details"):
        uses = await house.store.attribute_uses(call.tenant, call.grants)
        return document_reply([_entity_type(how, iri, uses) for iri in sorted(counts)], how)
    names = sorted(how.table.compact_iri(iri) for iri in counts)
    return document_reply({"id": _list_id("EntityTypeList"), "type": "EntityTypeList", "typeList": names}, how)


async def get_type(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    iri = how.table.expand_term(call.params["type"])
    counts = await house.store.type_counts(call.tenant, call.grants)
    if iri not in counts:
        raise ResourceNotFound(f"there is no entity of type {call.params['type']}")
    uses = [use for use in await house.store.attribute_uses(call.tenant, call.grants) if iri in use.types]
    details = [
        {
            "id": name,
            "type": "Attribute",
            "attributeName": how.table.compact_iri(name),
            "attributeTypes": sorted({use.kind for use in uses if use.attribute == name}),
        }
        for name in sorted({use.attribute for use in uses})
    ]
    info = {
        "id": iri,
        "type": "EntityTypeInfo",
        "typeName": how.table.compact_iri(iri),
        "entityCount": counts[iri],
        "attributeDetails": details,
    }
    return document_reply(info, how)


async def list_attributes(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    uses = await house.store.attribute_uses(call.tenant, call.grants)
    iris = sorted({use.attribute for use in uses})
    if flag(call, "details"):
        return document_reply([_attribute(how, iri, uses, full=False) for iri in iris], how)
    names = sorted(how.table.compact_iri(iri) for iri in iris)
    return document_reply({"id": _list_id("AttributeList"), "type": "AttributeList", "attributeList": names}, how)


async def get_attribute(house: House, call: Call) -> Reply:
    how = asked(house.contexts, call)
    iri = how.table.expand_term(call.params["attribute"])
    uses = await house.store.attribute_uses(call.tenant, call.grants)
    if all(use.attribute != iri for use in uses):
        raise ResourceNotFound(f"no entity has the attribute {call.params['attribute']}")
    return document_reply(_attribute(how, iri, uses, full=True), how)


def _entity_type(how: Asked, iri: str, uses: Sequence[AttributeUse]) -> dict[str, Any]:
    names = sorted({how.table.compact_iri(use.attribute) for use in uses if iri in use.types})
    return {"id": iri, "type": "EntityType", "typeName": how.table.compact_iri(iri), "attributeNames": names}


def _attribute(how: Asked, iri: str, uses: Iterable[AttributeUse], *, full: bool) -> dict[str, Any]:
    own = [use for use in uses if use.attribute == iri]
    types = sorted({how.table.compact_iri(type) for use in own for type in use.types})
    described: dict[str, Any] = {
        "id": iri,
        "type": "Attribute",
        "attributeName": how.table.compact_iri(iri),
        "typeNames": types,
    }
    if full:
        described["attributeCount"] = sum(use.n for use in own)
        described["attributeTypes"] = sorted({use.kind for use in own})
    return described


def _list_id(kind: str) -> str:
    return f"urn:ngsi-ld:{kind}:{uuid4()}"


_READ = "context.read"

DISCOVERY_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/ngsi-ld/v1/types",
        permission=_READ,
        endpoint=list_types,
        summary="Types of the entities that there are (5.7.5, 5.7.6)",
        parameters=("details",),
    ),
    Route(
        method="GET",
        path="/ngsi-ld/v1/types/{type}",
        permission=_READ,
        endpoint=get_type,
        summary="One type with its attributes (5.7.7)",
        answers=(200, 404),
    ),
    Route(
        method="GET",
        path="/ngsi-ld/v1/attributes",
        permission=_READ,
        endpoint=list_attributes,
        summary="Attributes that entities have (5.7.8, 5.7.9)",
        parameters=("details",),
    ),
    Route(
        method="GET",
        path="/ngsi-ld/v1/attributes/{attribute}",
        permission=_READ,
        endpoint=get_attribute,
        summary="One attribute with the types that have it (5.7.10)",
        answers=(200, 404),
    ),
)
