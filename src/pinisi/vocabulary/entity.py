"""What the city knows: entities with attributes, in the form that the store keeps.

Names of types, attributes and sub-attributes are expanded IRIs; members of the core vocabulary keep their short
names. One `Instance` holds one attribute instance (NGSI-LD 4.5.5: one for each `datasetId`).
They are trees, so that the garbage collector need not follow them (a tenth of the CPU of a large batch).
Values are immutable by agreement: a change builds new objects and keeps the untouched ones identical (`is`), so that
the store sees what changed without comparing values.
"""

from typing import Any

import msgspec

from pinisi.vocabulary.instant import Instant

PROPERTY = "Property"
RELATIONSHIP = "Relationship"
GEO = "GeoProperty"
LANGUAGE = "LanguageProperty"
VOCAB = "VocabProperty"
JSON = "JsonProperty"
LIST = "ListProperty"
LIST_RELATIONSHIP = "ListRelationship"

VALUE_MEMBER: dict[str, str] = {
    PROPERTY: "value",
    RELATIONSHIP: "object",
    GEO: "value",
    LANGUAGE: "languageMap",
    VOCAB: "vocab",
    JSON: "json",
    LIST: "valueList",
    LIST_RELATIONSHIP: "objectList",
}
"""Kind of attribute -> the member that carries its value (NGSI-LD 4.5.2, 4.5.18 to 4.5.24)."""


class Instance(msgspec.Struct, omit_defaults=True, gc=False, rename={"kind": "t", "value": "v"}):
    """One instance of an attribute.

    `value` is the payload whatever the kind (`value`, `object`, `languageMap` ...): the member's name follows from
    `kind`. Terms inside (keys of a Property's object values, `vocab` words) are expanded. `observed_at` keeps the
    writer's own text. `corrected`: of a value of history that another took the place of (5.6.14): what it was called,
    and when it was first told; its successor in the present has none.
    """

    kind: str
    value: Any
    dataset_id: str | None = None
    observed_at: str | None = None
    unit_code: str | None = None
    object_type: str | list[str] | None = None
    expires_at: str | None = None
    created_at: Instant = 0
    modified_at: Instant = 0
    attributes: dict[str, list["Instance"]] = {}
    corrected: tuple[str, Instant] | None = None


Attributes = dict[str, list[Instance]]


def with_times(instance: Instance, created: Instant, modified: Instant, attributes: Attributes) -> Instance:
    """The same said with other times of the system, and with these attributes of the attribute."""
    return Instance(
        instance.kind,
        instance.value,
        instance.dataset_id,
        instance.observed_at,
        instance.unit_code,
        instance.object_type,
        instance.expires_at,
        created,
        modified,
        attributes,
    )


class Entity(msgspec.Struct, omit_defaults=True, gc=False):
    """One entity: `types` and `attributes` by IRI, scopes as written, times of the system."""

    id: str
    types: list[str]
    attributes: Attributes = {}
    scopes: list[str] = []
    expires_at: str | None = None
    created_at: Instant = 0
    modified_at: Instant = 0


encode_entity = msgspec.json.Encoder().encode
decode_entity = msgspec.json.Decoder(Entity).decode
encode_instance = msgspec.json.Encoder().encode
decode_instance = msgspec.json.Decoder(Instance).decode
