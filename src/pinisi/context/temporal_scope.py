"""The history of an entity's scopes: kept and told as that of a Property (NGSI-LD 4.5.6, 4.18)."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pinisi.context.temporal_query import TemporalQuery
from pinisi.store.history import Moment, Story
from pinisi.store.match import compile_query
from pinisi.store.query import EntityQuery, ScopeSelection
from pinisi.vocabulary.entity import PROPERTY, Entity
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import SCOPE


def split_scopes(story: Story) -> tuple[list[Moment], Story]:
    """The moments of the scopes, and the story without them."""
    scopes = [moment for moment in story.moments if moment.attribute == SCOPE]
    if not scopes:
        return scopes, story
    rest = [moment for moment in story.moments if moment.attribute != SCOPE]
    return scopes, msgspec.structs.replace(story, moments=rest)


def scope_instances(
    moments: Sequence[Moment], query: TemporalQuery, sys_attrs: bool, name: Callable[[Moment], str]
) -> list[dict[str, Any]]:
    """The normalized form; `name` gives the instanceId of a moment."""
    return [_instance(moment, sys_attrs, name(moment)) for moment in _asked(moments, query)]


def scope_pairs(moments: Sequence[Moment], query: TemporalQuery) -> dict[str, Any] | None:
    """The form of values with their times; None if there are none."""
    pairs = [[_scopes(moment), format_instant(_time(moment, query))] for moment in _asked(moments, query)]
    return {"type": PROPERTY, "values": pairs} if pairs else None


def within_scopes(story: Story, scopes: Story | None, selection: ScopeSelection, query: TemporalQuery) -> Story | None:
    """The part of a story while the entity had scopes that are selected, those at its beginning told too; else None.

    Args:
        scopes: the whole history of the entity's scopes.
    """
    moments = [] if scopes is None else sorted(scopes.moments, key=lambda moment: (moment.observed, moment.position))
    matches = compile_query(EntityQuery(scopes=selection))
    starts = [moment.observed for moment in moments]
    valid = [matches(Entity(story.id, [], scopes=_scopes(moment)), None) for moment in moments]

    def held(time: Instant) -> bool:
        place = bisect_right(starts, time) - 1
        return place >= 0 and valid[place]

    kept = [moment for moment in story.moments if held(_time(moment, query))]
    if not kept:
        return None
    before = [] if query.since is None else [moment for moment in moments if moment.observed < query.since][-1:]
    return msgspec.structs.replace(story, moments=[*(one for one in before if held(one.observed)), *kept])


def _asked(moments: Sequence[Moment], query: TemporalQuery) -> list[Moment]:
    """Deletions where the question is about them, else the others; in the order of time."""
    chosen = [moment for moment in moments if (moment.instance is None) == (query.timeproperty == "deletedAt")]
    return sorted(chosen, key=lambda moment: (_time(moment, query), moment.position))


def _time(moment: Moment, query: TemporalQuery) -> Instant:
    return moment.observed if query.timeproperty == "observedAt" else moment.received


def _scopes(moment: Moment) -> list[str]:
    return [] if moment.instance is None else moment.instance.value


def _instance(moment: Moment, sys_attrs: bool, name: str) -> dict[str, Any]:
    document: dict[str, Any] = {"type": PROPERTY, "value": _scopes(moment), "instanceId": name}
    if moment.instance is None:
        return document | {"deletedAt": format_instant(moment.received)}
    document["observedAt"] = format_instant(moment.observed)
    if sys_attrs:
        document["createdAt"] = document["modifiedAt"] = format_instant(moment.received)
    return document
