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

CLAUSES: dict[str, str] = {
    "5.6.1": "createEntity",
    "5.6.2": "updateEntity",
    "5.6.3": "appendAttrs",
    "5.6.4": "updateAttrs",
    "5.6.5": "deleteAttrs",
    "5.6.6": "deleteEntity",
    "5.6.7": "createBatch",
    "5.6.8": "upsertBatch",
    "5.6.9": "updateBatch",
    "5.6.10": "deleteBatch",
    "5.6.11": "upsertTemporal",
    "5.6.12": "appendAttrsTemporal",
    "5.6.13": "deleteAttrsTemporal",
    "5.6.14": "updateAttrInstanceTemporal",
    "5.6.15": "deleteAttrInstanceTemporal",
    "5.6.16": "deleteTemporal",
    "5.6.17": "mergeEntity",
    "5.6.18": "replaceEntity",
    "5.6.19": "replaceAttrs",
    "5.6.20": "mergeBatch",
    "5.6.21": "purgeEntity",
    "5.7.1": "retrieveEntity",
    "5.7.2": "queryEntity",
    "5.7.3": "retrieveTemporal",
    "5.7.4": "queryTemporal",
    "5.7.5": "retrieveEntityTypes",
    "5.7.6": "retrieveEntityTypeDetails",
    "5.7.7": "retrieveEntityTypeInfo",
    "5.7.8": "retrieveAttrTypes",
    "5.7.9": "retrieveAttrTypeDetails",
    "5.7.10": "retrieveAttrTypeInfo",
    "5.8.1": "createSubscription",
    "5.8.2": "updateSubscription",
    "5.8.3": "retrieveSubscription",
    "5.8.4": "querySubscription",
    "5.8.5": "deleteSubscription",
    "5.14.1": "retrieveEntityMap",
    "5.14.2": "updateEntityMap",
    "5.14.3": "deleteEntityMap",
    "5.14.4": "createEntityMapQueryEntity",
    "5.14.5": "createEntityMapQueryTemporal",
    "5.15.1": "retrieveContextSourceIdentity",
}
"""Clause -> the operation that it defines, where that has a name (Table 4.20-1); a posted 5.7.2 is `queryBatch`."""

OPERATIONS = frozenset(CLAUSES.values()) | {"queryBatch"}
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
