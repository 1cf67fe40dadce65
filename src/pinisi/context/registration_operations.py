"""The names of operations that a context source may offer, and of their groups (NGSI-LD 4.20)."""

from collections.abc import Iterable

from pinisi.context.validate import refuse, shorten

_ASSOCIATION = frozenset(
    {
        "retrieveEntity",
        "queryEntity",
        "queryBatch",
        "retrieveEntityTypes",
        "retrieveEntityTypeDetails",
        "retrieveEntityTypeInfo",
        "retrieveAttrTypes",
        "retrieveAttrTypeDetails",
        "retrieveAttrTypeInfo",
        "createSubscription",
        "updateSubscription",
        "retrieveSubscription",
        "querySubscription",
        "deleteSubscription",
        "retrieveContextSourceIdentity",
    }
)
_ENTITY_MAPS = frozenset({"retrieveEntityMap", "updateEntityMap", "deleteEntityMap", "createEntityMapQueryEntity"})
_UPDATE = frozenset({"updateEntity", "updateAttrs", "replaceEntity", "replaceAttrs"})
_RETRIEVE = frozenset({"retrieveEntity", "queryEntity"})

GROUPS: dict[str, frozenset[str]] = {
    "federationOps": _ASSOCIATION | _ENTITY_MAPS,
    "associationOps": _ASSOCIATION,
    "updateOps": _UPDATE,
    "retrieveOps": _RETRIEVE,
    "redirectionOps": (_ASSOCIATION - {"queryBatch"}) - {name for name in _ASSOCIATION if name.endswith("Subscription")}
    | _ENTITY_MAPS
    | _UPDATE
    | {"createEntity", "appendAttrs", "deleteAttrs", "deleteEntity", "mergeEntity", "purgeEntity"},
}
"""Group -> its operations (Table 4.20-2)."""

OPERATIONS: frozenset[str] = frozenset[str]().union(*GROUPS.values()) | {
    "createBatch",
    "upsertBatch",
    "updateBatch",
    "deleteBatch",
    "mergeBatch",
    "upsertTemporal",
    "appendAttrsTemporal",
    "deleteAttrsTemporal",
    "updateAttrInstanceTemporal",
    "deleteAttrInstanceTemporal",
    "deleteTemporal",
    "retrieveTemporal",
    "queryTemporal",
    "createEntityMapQueryTemporal",
}
"""Every single operation (Table 4.20-1)."""

DEFAULT = GROUPS["federationOps"]
AUXILIARY = frozenset({"retrieveOps", "retrieveEntity", "queryEntity"})
"""What an auxiliary registration may name (NGSI-LD 5.9.2.4)."""
CONSUMPTION = frozenset(name for name in DEFAULT if name.startswith(("query", "retrieve"))) - {
    "retrieveSubscription",
    "querySubscription",
    "retrieveEntityMap",
    "retrieveContextSourceIdentity",
}
"""Of the default group, what an auxiliary registration that names nothing offers: consumption (4.3.6.2, 5.7)."""


def expand_operations(names: Iterable[object], field: str = "operations") -> frozenset[str]:
    """Single operations from names of operations and of groups.

    Raises:
        BadRequestData: for a name that is neither.
    """
    found: set[str] = set()
    for number, name in enumerate(names):
        if isinstance(name, str) and name in GROUPS:
            found |= GROUPS[name]
        elif isinstance(name, str) and name in OPERATIONS:
            found.add(name)
        else:
            refuse(f"{field}[{number}]", f"{shorten(name)} is no operation or group of operations (NGSI-LD 4.20)")
    return frozenset(found)
