"""What a service writes: types and attributes that are declared, numbers that have a unit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pinisi.city.context import terms
from pinisi.city.facts import types_of
from pinisi.city.words import ServiceWords, catalogue
from pinisi.testing.models_text import models_text

_NOT_ATTRIBUTES = frozenset({"id", "type", "scope", "@context", "expiresAt"})
_OF_THE_CORE = frozenset({"location", "observationSpace", "operationSpace", "name", "description"})
_MEMBERS = frozenset({"value", "object", "languageMap", "vocab", "json", "unitCode", "observedAt", "datasetId"})

Documents = Iterable[Mapping[str, Any]]


def undeclared(package: str, types: Collection[str], documents: Documents) -> list[str]:
    """Types that the manifest does not name, attributes that neither Pinisi's @context nor `models.py` names."""
    said = models_text(package)
    faults: set[str] = set()
    for document in documents:
        faults |= {f"the type {type} is not in the manifest" for type in types_of(document) if type not in types}
        for name in document.keys() - _NOT_ATTRIBUTES - _OF_THE_CORE:
            if name not in terms() and name not in said:
                faults.add(f"{name} of {document['type']} is neither in the @context nor in models.py")
    return sorted(faults)


def nameless(types: Collection[str], words: ServiceWords, documents: Documents) -> list[str]:
    """Types and attributes that neither Pinisi's words nor the service's own name: people would read the short name."""
    house = catalogue()
    unnamed = [f"the type {type}" for type in types if type not in house.types and type not in words.types]
    attributes = {name for document in documents for name in document.keys() - _NOT_ATTRIBUTES - _OF_THE_CORE}
    unnamed += sorted(attributes - house.attributes.keys() - words.attributes.keys())
    return [f"{each} has no name in three languages: strings/words.toml is the place" for each in unnamed]


def without_unit(unitless: Collection[str], documents: Documents) -> list[str]:
    """Numbers that have no `unitCode`, and are not declared to have none."""
    found = {
        f"{name} of {document['type']} is a number without a unitCode"
        for document in documents
        for name in _bare_numbers(document)
        if name not in unitless
    }
    return sorted(found)


def _bare_numbers(members: Mapping[str, Any]) -> Iterator[str]:
    for name, value in members.items():
        if name in _NOT_ATTRIBUTES or name in _MEMBERS:
            continue
        for instance in value if isinstance(value, list) else [value]:  # pyright: ignore[reportUnknownVariableType]
            if not isinstance(instance, Mapping):
                continue
            attribute: Mapping[str, Any] = instance  # pyright: ignore[reportUnknownVariableType]
            number = attribute.get("value")
            if isinstance(number, int | float) and not isinstance(number, bool) and not attribute.get("unitCode"):
                yield name
            yield from _bare_numbers(attribute)
