"""Attributes in the simplified representation, also called keyValues (NGSI-LD 4.5.4): the value and nothing else.

It does not tell a Relationship from a text; the kinds that are told apart by a key of their own are `languageMap`,
`vocab`, `json`, `valueList` and `objectList`. Several instances stand under `dataset`, by their datasetId.
"""

from typing import Any

from pinisi.context.attribute_payload import read_dataset, read_value
from pinisi.context.geometry import is_geometry
from pinisi.context.json_shapes import is_object
from pinisi.context.term_table import TermTable
from pinisi.context.validate import refuse
from pinisi.vocabulary.entity import GEO, JSON, LANGUAGE, LIST, LIST_RELATIONSHIP, PROPERTY, VOCAB, Instance

DATASET = "dataset"
KEYED = {"languageMap": LANGUAGE, "vocab": VOCAB, "json": JSON, "valueList": LIST, "objectList": LIST_RELATIONSHIP}


def read_simplified(member: Any, name: str, terms: TermTable, *, nulls: bool = False) -> list[Instance]:
    """All instances of an attribute.

    Raises:
        BadRequestData: with the path of the member that is wrong.
    """
    if is_object(member) and len(member) == 1 and is_object(datasets := member.get(DATASET)):
        if not datasets:
            refuse(f"{name}.{DATASET}", "holds no value")
        return [_read(value, f"{name}.{DATASET}", key, terms, nulls) for key, value in datasets.items()]
    return [_read(member, name, "@none", terms, nulls)]


def simplified_kind(member: Any) -> tuple[str, str | None]:
    """The kind that a simplified value is taken for, and the key that it stands under, if any."""
    if is_object(member):
        if len(member) == 1 and (key := next(iter(member))) in KEYED:
            return KEYED[key], key
        if is_geometry(member):
            return GEO, None
    return PROPERTY, None


def _read(member: Any, field: str, dataset: str, terms: TermTable, nulls: bool) -> Instance:
    kind, key = simplified_kind(member)
    value = member if key is None else member[key]
    return Instance(kind, read_value(kind, value, field, terms, nulls), read_dataset(dataset, field))
