"""Histories as context sources answer them, and one history out of what several know (NGSI-LD 5.7.3.4, 5.7.4.4)."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.context.attribute_payload import DELETE
from pinisi.context.contexts import Contexts
from pinisi.context.federation.reading import Unreadable, add_instance_times
from pinisi.context.json_shapes import is_list, is_object
from pinisi.context.payload import attribute_members
from pinisi.context.problems import NgsiLdError
from pinisi.context.temporal_payload import read_temporal_entity
from pinisi.context.term_table import TermTable
from pinisi.context.validate import check_moment
from pinisi.store.change import Refused
from pinisi.store.history import HistoryQuery, Moment, Story
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.terms import SCOPE

MOST_MOMENTS = 100_000


def read_histories(document: Any, contexts: Contexts, table: TermTable, source: str) -> list[Story]:
    """Histories of an answer: one object, or a list of them.

    Raises:
        Unreadable: one of them is no temporal representation of an entity.
    """
    return [_read(item, contexts, table, source) for item in (document if is_list(document) else [document])]


def _read(document: Any, contexts: Contexts, table: TermTable, source: str) -> Story:
    if not is_object(document):
        raise Unreadable("an entity is a JSON object")
    try:
        terms = contexts.table(document["@context"]) if "@context" in document else table
        id, fragment = read_temporal_entity(document, terms, most=MOST_MOMENTS)
        raw = {terms.expand_name(name, name): member for name, member in attribute_members(document)}
        created, modified = _time(document, "createdAt"), _time(document, "modifiedAt")
        moments: list[Moment] = []
        for name, instances in fragment.attributes.items():
            member: Any = document.get("scope") if name == SCOPE else raw[name]
            add_instance_times(instances, member)
            items: list[Any] = member if is_list(member) and len(member) == len(instances) else [member]
            for instance, item in zip(instances, items, strict=False):
                moments.append(_moment(name, instance, item, created, source))
        if len(moments) > MOST_MOMENTS:
            raise Unreadable(f"more than {MOST_MOMENTS} values in one history")
    except (NgsiLdError, Refused, NotAnInstant) as error:
        raise Unreadable(str(error)) from None
    scopes = tuple(next((m.instance.value for m in reversed(moments) if m.attribute == SCOPE and m.instance), ()))
    deleted = _time(document, "deletedAt")
    return Story(id, fragment.types, moments, (), True, created or modified, modified or created, scopes, deleted)


def _moment(name: str, instance: Instance, item: Any, created: Instant, source: str) -> Moment:
    document: dict[str, Any] = item if is_object(item) else {}
    deleted = _time(document, "deletedAt")
    received = deleted or instance.modified_at
    observed = 0 if instance.observed_at is None else parse_instant(instance.observed_at)
    gone = bool(deleted) or instance.value == DELETE
    return Moment(
        attribute=name,
        dataset=instance.dataset_id,
        observed=observed or instance.created_at or received or created,
        received=received or observed or created,
        position=0,
        principal=source,
        instance=None if gone else instance,
    )


def _time(document: dict[str, Any], name: str) -> Instant:
    text = document.get(name)
    return 0 if text is None else parse_instant(check_moment(text, name))


def joined(stories: Sequence[Story], query: HistoryQuery) -> Story:
    """One history out of several of the same entity, of what `query` asks.

    A value that several know of the same moment is told once: as it was told last (4.5.5.3).
    """
    first = stories[0]
    ends = [story.deleted_at for story in stories]
    moments = _newest(_each_once(moment for story in stories for moment in _asked(story.moments, query)), query)
    return msgspec.structs.replace(
        first,
        types=tuple(dict.fromkeys(type for story in stories for type in story.types)),
        moments=moments,
        hours=tuple(hour for story in stories for hour in story.hours),
        complete=all(story.complete for story in stories),
        created_at=min((story.created_at for story in stories if story.created_at), default=0),
        modified_at=max(story.modified_at for story in stories),
        scopes=tuple(dict.fromkeys(scope for story in stories for scope in story.scopes)),
        deleted_at=max(ends) if all(ends) else 0,
    )


def _asked(moments: Iterable[Moment], query: HistoryQuery) -> Iterable[Moment]:
    names = query.attributes
    return moments if names is None else (moment for moment in moments if moment.attribute in names)


def _each_once(moments: Iterable[Moment]) -> list[Moment]:
    found: dict[tuple[str, str | None, Instant, bool], Moment] = {}
    for moment in moments:
        key = (moment.attribute, moment.dataset, moment.observed, moment.instance is None)
        known = found.get(key)
        if known is None or moment.received > known.received:
            found[key] = moment
    return list(found.values())


def _newest(moments: list[Moment], query: HistoryQuery) -> list[Moment]:
    """The last n of each attribute instance, where the query asks for no more."""
    if query.last is None:
        return moments
    strands: dict[tuple[str, str | None], list[Moment]] = {}
    for moment in moments:
        strands.setdefault((moment.attribute, moment.dataset), []).append(moment)
    kept: list[Moment] = []
    for strand in strands.values():
        strand.sort(key=lambda moment: moment.observed if query.by == "observed" else moment.received)
        kept += strand[-query.last :]
    return kept
