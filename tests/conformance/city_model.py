"""What a broker must know after each change, as plain documents: NGSI-LD 5.5.8, 5.5.12 and 5.6 upon dictionaries.

Nothing of Pinisi is used here. An instance of an attribute is its normalized JSON; an instance that a change writes is
a new dictionary, one that it leaves alone stays the same one: so it is seen what a change touched (5.8.6).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

NULL = "urn:ngsi-ld:null"
VALUE = {
    "Property": "value", "GeoProperty": "value", "Relationship": "object", "LanguageProperty": "languageMap",
    "VocabProperty": "vocab", "JsonProperty": "json", "ListProperty": "valueList",
}  # fmt: skip
_NOT_SUB = frozenset({"type", "observedAt", "unitCode", "datasetId", *VALUE.values()})
_DEEP = frozenset({"Property", "JsonProperty", "LanguageProperty"})

Json = dict[str, Any]
Fragment = Mapping[str, Sequence[Json]]
"""Attribute -> its instances."""


class Missing(Exception):
    """404."""


class Refused(Exception):
    """400."""


class Exists(Exception):
    """409."""


@dataclass(frozen=True)
class Known:
    """One entity."""

    id: str
    types: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[Json, ...]] = field(default_factory=dict[str, tuple[Json, ...]])

    def shown(self) -> Json:
        """Normalized (4.5.4)."""
        document: Json = {"id": self.id, "type": one_or_all(self.types)}
        if self.scopes:
            document["scope"] = one_or_all(self.scopes)
        return document | {name: one_or_all(instances) for name, instances in self.attributes.items()}


def one_or_all(items: Sequence[Any]) -> Any:
    return items[0] if len(items) == 1 else list(items)


Change = tuple[Known | None, Known | None]
"""An entity before and after."""


class City:
    """The entities of one tenant or snapshot. What changes it answers the changes that it made, one after another."""

    def __init__(self, entities: Iterable[Known] = ()) -> None:
        self.entities = {entity.id: entity for entity in entities}

    def _put(self, before: Known | None, after: Known) -> list[Change]:
        self.entities[after.id] = after
        return [(before, after)]

    def _must(self, id: str) -> Known:
        if id not in self.entities:
            raise Missing
        return self.entities[id]

    def create(self, entity: Known) -> list[Change]:
        """5.6.1."""
        if entity.id in self.entities:
            raise Exists
        return self._put(None, entity)

    def replace(self, entity: Known) -> list[Change]:
        """5.6.18."""
        return self._put(self._must(entity.id), entity)

    def upsert(self, entity: Known, *, update: bool) -> list[Change]:
        """5.6.8."""
        before = self.entities.get(entity.id)
        if before is None or not update:
            return self._put(before, entity)
        return self.append(entity, overwrite=True)[0]

    def delete(self, id: str) -> list[Change]:
        """5.6.6."""
        gone = self._must(id)
        del self.entities[id]
        return [(gone, None)]

    def append(self, entity: Known, *, overwrite: bool) -> tuple[list[Change], bool]:
        """5.6.3, 5.6.9; and whether all was done."""
        before = self._must(entity.id)
        scopes = before.scopes
        if entity.scopes:
            scopes = entity.scopes if overwrite else union(before.scopes, entity.scopes)
        after = replace(before, types=union(before.types, entity.types), scopes=scopes)
        return self._written(before, after, entity.attributes, overwrite)

    def update(self, entity: Known) -> tuple[list[Change], bool]:
        """5.6.2; and whether all was done."""
        before = self._must(entity.id)
        after = replace(before, types=union(before.types, entity.types))
        if entity.scopes and before.scopes:
            after = replace(after, scopes=entity.scopes)
        changes, whole = self._written(before, after, entity.attributes, True)
        return changes, whole and (not entity.scopes or bool(before.scopes))

    def _written(self, before: Known, after: Known, fragment: Fragment, overwrite: bool) -> tuple[list[Change], bool]:
        whole = True
        for name, instances in fragment.items():
            for new in instances:
                old = instance_of(after, name, new.get("datasetId"))
                if new[VALUE[new["type"]]] == NULL:
                    whole = whole and old is not None
                    after = exchanged(after, name, old, None)
                elif old is None or (overwrite and not is_older(new, old)):
                    after = exchanged(after, name, old, dict(new))
                elif not overwrite:
                    whole = False
        return self._put(before, after), whole

    def merge(self, entity: Known) -> list[Change]:
        """5.6.17, 5.6.20."""
        before = after = self._must(entity.id)
        after = replace(after, types=union(before.types, entity.types), scopes=entity.scopes or before.scopes)
        for name, patches in entity.attributes.items():
            for patch in patches:
                old = instance_of(after, name, patch.get("datasetId"))
                if patch.get(VALUE.get(patch.get("type", ""), "")) == NULL:
                    after = exchanged(after, name, old, None)
                    continue
                new = merged(old, patch, deep=True)
                if old is None or not is_older(new, old):
                    after = exchanged(after, name, old, new)
        return self._put(before, after)

    def change_attribute(self, id: str, name: str, patch: Json) -> list[Change]:
        """5.6.4."""
        before = self._must(id)
        old = instance_of(before, name, patch.get("datasetId"))
        if old is None:
            raise Missing
        if patch.get("type", old["type"]) != old["type"]:
            raise Refused
        new = merged(old, patch, deep=False)
        return self._put(before, before if is_older(new, old) else exchanged(before, name, old, new))

    def replace_attribute(self, id: str, name: str, new: Json) -> list[Change]:
        """5.6.19."""
        before = self._must(id)
        old = instance_of(before, name, new.get("datasetId"))
        if old is None:
            raise Missing
        return self._put(before, exchanged(before, name, old, dict(new)))

    def delete_attribute(self, id: str, name: str, dataset: str | None, *, delete_all: bool) -> list[Change]:
        """5.6.5."""
        before = after = self._must(id)
        gone = [one for one in before.attributes.get(name, ()) if delete_all or one.get("datasetId") == dataset]
        if not gone:
            raise Missing
        for one in gone:
            after = exchanged(after, name, one, None)
        return self._put(before, after)

    def purge(self, which: Callable[[Known], bool], drop: str | None) -> list[Change]:
        """5.6.21."""
        changes: list[Change] = []
        for entity in [entity for entity in self.entities.values() if which(entity)]:
            if drop is None:
                changes += self.delete(entity.id)
            else:
                rest = {name: instances for name, instances in entity.attributes.items() if name != drop}
                changes += self._put(entity, replace(entity, attributes=rest))
        return changes

    def write_past(self, entity: Known) -> list[Change]:
        """5.6.11, 5.6.12: the newest of the values that are written is the present, unless there is a newer one."""
        before = self.entities.get(entity.id)
        after = before or Known(entity.id, entity.types)
        after = replace(after, types=union(after.types, entity.types))
        for name, instances in entity.attributes.items():
            for dataset in dict.fromkeys(one.get("datasetId") for one in instances):
                told = [one for one in instances if one.get("datasetId") == dataset]
                new = max(enumerate(told), key=lambda each: (each[1]["observedAt"], each[0]))[1]
                old = instance_of(after, name, dataset)
                if old is None or old.get("observedAt", "9") <= new["observedAt"]:
                    after = exchanged(after, name, old, dict(new))
        return self._put(before, after)

    def add_past(self, entity: Known) -> list[Change]:
        """5.6.12."""
        self._must(entity.id)
        return self.write_past(replace(entity, types=()))


def union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return (*first, *(item for item in second if item not in first))


def instance_of(entity: Known, name: str, dataset: str | None) -> Json | None:
    """The instance with a datasetId; None: the default one (4.5.5)."""
    return next((one for one in entity.attributes.get(name, ()) if one.get("datasetId") == dataset), None)


def exchanged(entity: Known, name: str, old: Json | None, new: Json | None) -> Known:
    """With one instance put in the place of another, added, or taken away."""
    instances = list(entity.attributes.get(name, ()))
    if old is not None:
        place = next(place for place, one in enumerate(instances) if one is old)
        instances[place : place + 1] = [] if new is None else [new]
    elif new is not None:
        instances.append(new)
    others = {key: content for key, content in entity.attributes.items() if key != name or instances}
    return replace(entity, attributes={**others, name: tuple(instances)} if instances else others)


def is_older(new: Json, old: Json) -> bool:
    """A value of the past enters history alone."""
    return "observedAt" in new and "observedAt" in old and new["observedAt"] < old["observedAt"]


def merged(old: Json | None, patch: Json, *, deep: bool) -> Json:
    """An instance and what a patch says of it (5.5.8, 5.5.12)."""
    kind = patch.get("type") or next((kind for kind, member in VALUE.items() if member in patch), None)
    kind = kind or (old["type"] if old is not None else "Property")
    if deep and old is not None and old["type"] != kind:
        raise Refused
    member = VALUE[kind]
    if member not in patch and old is None:
        raise Refused
    new: Json = {**(old or {}), "type": kind}
    for key, content in patch.items():
        if key in ("type", member):
            continue
        if content == NULL or (isinstance(content, dict) and content.get(VALUE.get(content.get("type"), "")) == NULL):
            new.pop(key, None)
        elif key in _NOT_SUB:
            new[key] = content
        else:
            new[key] = merged(new.get(key) if deep else None, content, deep=deep)
    if member in patch:
        value = patch[member]
        new[member] = merged_value(new.get(member), value) if deep and kind in _DEEP else value
        if kind == "LanguageProperty" and not new[member]:
            raise Refused
    return new


def merged_value(before: Any, patch: Any) -> Any:
    """RFC 7396, with the NGSI-LD Null."""
    if not isinstance(patch, dict):
        return patch
    result: Json = dict(before) if isinstance(before, dict) else {}
    for key, content in patch.items():
        if content == NULL:
            result.pop(key, None)
        else:
            result[key] = merged_value(result.get(key), content)
    return result
