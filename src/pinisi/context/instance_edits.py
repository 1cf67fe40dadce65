"""One instance of an attribute and its successor."""

from collections.abc import Sequence
from typing import Any, cast

from pinisi.context.attribute_payload import DELETE
from pinisi.context.geometry import check_geometry
from pinisi.context.json_shapes import each, is_object
from pinisi.context.patch_payload import ABSENT, AttributePatch
from pinisi.context.validate import check_languages, check_uri, refuse
from pinisi.vocabulary.entity import (
    GEO,
    JSON,
    LANGUAGE,
    LIST,
    LIST_RELATIONSHIP,
    PROPERTY,
    RELATIONSHIP,
    VOCAB,
    Attributes,
    Instance,
    with_times,
)
from pinisi.vocabulary.instant import Instant, parse_instant

_MERGEABLE = frozenset((PROPERTY, JSON, LANGUAGE))


def find(instances: Sequence[Instance], dataset_id: str | None) -> Instance | None:
    """The instance with a datasetId; None names the default instance."""
    for instance in instances:
        if instance.dataset_id == dataset_id:
            return instance
    return None


def kept(instances: Sequence[Instance], gone: Sequence[Instance]) -> list[Instance]:
    """The instances but for those (by identity)."""
    return [instance for instance in instances if not any(instance is one for one in gone)]


def is_older(new: Instance, old: Instance) -> bool:
    """Whether `new` was observed before `old`, both being dated ("Two times" of the architecture)."""
    first, second = new.observed_at, old.observed_at
    if first is None or second is None or first == second:
        return False
    return parse_instant(first) < parse_instant(second)


def stamped(instance: Instance, old: Instance | None, now: Instant) -> Instance:
    """A copy with the times of the system: created when its predecessor was, modified now; sub-attributes too."""
    attributes: Attributes = instance.attributes
    if attributes:
        before: Attributes = {} if old is None else old.attributes
        attributes = {
            name: [stamped(one, find(before.get(name, ()), one.dataset_id), now) for one in many]
            for name, many in attributes.items()
        }
    created = now if old is None or not old.created_at else old.created_at
    return with_times(instance, created, now, attributes)


def merged(
    old: Instance | None,
    patch: AttributePatch,
    now: Instant,
    *,
    deep: bool,
    observed_at: str | None = None,
    language: str | None = None,
) -> Instance:
    """The instance that a patch makes of another, or of nothing (NGSI-LD 5.5.8, 5.5.12).

    Args:
        deep: merge objects inside values and sub-attributes member by member; otherwise replace them.
        observed_at: when it was observed, if the patch does not say.
        language: the tag under which a bare text enters a LanguageProperty.

    Raises:
        BadRequestData: for a value that does not fit, or for a patch of nothing that brings no value.
    """
    kind, value = _take(old, patch, language)
    if deep and old is not None and old.kind != kind:
        refuse(patch.field, f"the attribute is a {old.kind}, and a merge cannot make a {kind} of it (6.5.3.4)")
    base = old if old is not None and old.kind == kind else None
    if value is ABSENT:
        if base is None:
            refuse(patch.field, f"there is no such {kind} yet, so a value is needed")
        value = _without(base, patch.gone) if patch.gone else base.value
    elif is_object(value) and kind in _MERGEABLE:
        value = merge_json(base.value if deep and base is not None else None, value)
        if kind == LANGUAGE:
            check_languages(value, patch.field)
    new = Instance(kind, value, patch.dataset_id)
    if base is not None:
        new.observed_at, new.unit_code = base.observed_at, base.unit_code
        new.object_type, new.expires_at = base.object_type, base.expires_at
    if observed_at is not None:
        new.observed_at = observed_at
    for member, content in patch.members.items():
        setattr(new, member, None if content == DELETE else content)
    new.attributes = _merged_attributes(base.attributes if base is not None else {}, patch, now, deep)
    new.created_at = old.created_at if old is not None else now
    new.modified_at = now
    return new


def _without(base: Instance, gone: Sequence[str]) -> Any:
    """The value without members that are named alone; what names a sub-attribute is none of its members."""
    value, names = base.value, [name for name in gone if name not in base.attributes]
    if base.kind != PROPERTY or not is_object(value) or not names:
        return value
    return {key: content for key, content in value.items() if key not in names}


def _merged_attributes(before: Attributes, patch: AttributePatch, now: Instant, deep: bool) -> Attributes:
    if not patch.attributes:
        return before
    after = dict(before)
    for name, patches in patch.attributes.items():
        instances: list[Instance] = list(after.get(name, ()))
        for single in patches:
            old = find(instances, single.dataset_id)
            instances = [one for one in instances if one is not old]
            if single.value != DELETE:
                instances.append(merged(old if deep else None, single, now, deep=deep))
        if instances:
            after[name] = instances
        else:
            after.pop(name, None)
    return after


def merge_json(before: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396) with `urn:ngsi-ld:null` in the place of null."""
    if not is_object(patch):
        return patch
    result: dict[str, Any] = dict(before) if is_object(before) else {}
    for key, member in patch.items():
        if member == DELETE:
            result.pop(key, None)
        else:
            result[key] = merge_json(result.get(key), member)
    return result


def _take(old: Instance | None, patch: AttributePatch, language: str | None) -> tuple[str, Any]:
    """Kind and value of a patch, of a bare value by the attribute that it meets."""
    if patch.kind is not None:
        return patch.kind, patch.value
    if old is None:
        return PROPERTY, patch.value
    if patch.value is ABSENT:
        return old.kind, ABSENT
    return _fit(old, patch, language)


def _fit(old: Instance, patch: AttributePatch, language: str | None) -> tuple[str, Any]:
    value, field = patch.value, patch.field
    if old.kind in (RELATIONSHIP, LIST_RELATIONSHIP):
        items = [check_uri(item, field) for item in each(value)]
        return old.kind, items if isinstance(value, list) or old.kind == LIST_RELATIONSHIP else items[0]
    if old.kind == VOCAB and patch.word is not ABSENT:
        words = cast(list[str], patch.word)
        return old.kind, words if isinstance(value, list) else words[0]
    if old.kind == LANGUAGE and (isinstance(value, str) or _are_texts(value)):
        return old.kind, {language or "@none": value}
    if old.kind == GEO:
        return old.kind, check_geometry(value, field)
    if old.kind == LIST and isinstance(value, list):
        return old.kind, cast(list[Any], value)
    if old.kind not in (PROPERTY, LANGUAGE, VOCAB):
        refuse(field, f"a bare value does not fit the {old.kind} that is there")
    return PROPERTY, value


def _are_texts(value: Any) -> bool:
    texts = cast(list[Any], value) if isinstance(value, list) else []
    return bool(texts) and all(isinstance(one, str) for one in texts)
