"""History as answers: the temporal representations of an entity (NGSI-LD 4.5.6 to 4.5.9, 4.5.19).

A value that was written without `observedAt` counts as observed when it was received. A deletion shows as the
NGSI-LD Null, and only where the question is about deletions (`timeproperty=deletedAt`).
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from pinisi.context.aggregation import aggregate
from pinisi.context.ngsi_null import null_of
from pinisi.context.problems import InvalidRequest
from pinisi.context.render import View, describe, encode, in_language, simplified_value, value_of
from pinisi.context.temporal_query import TemporalQuery
from pinisi.context.temporal_scope import scope_instances, scope_pairs, split_scopes
from pinisi.context.term_table import TermTable
from pinisi.store.history import Hour, Moment, Story
from pinisi.vocabulary.entity import LANGUAGE, LIST_RELATIONSHIP, PROPERTY, VALUE_MEMBER, Instance
from pinisi.vocabulary.instant import Instant, format_instant

TemporalForm = Literal["normalized", "temporalValues", "aggregatedValues"]
_PLURAL = {
    "value": "values", "object": "objects", "languageMap": "languageMaps", "vocab": "vocabs", "json": "jsons",
    "valueList": "valueLists", "objectList": "objectLists",
}  # fmt: skip
Silent = Sequence[tuple[str, str | None, str]]
"""Attribute, datasetId and kind of instances that have values, but none in this answer."""

INSTANCE_ID = "urn:ngsi-ld:Instance:"


def render_story(
    story: Story,
    terms: TermTable,
    query: TemporalQuery,
    form: TemporalForm = "normalized",
    view: View | None = None,
    silent: Silent = (),
) -> bytes:
    """The JSON of an entity's history, without `@context`.

    Args:
        view: core members, attributes, datasets, languages and system times to show; its `form` is not looked at.
        silent: attribute instances whose values all lie beyond the page: told as empty.
    """
    return encode(story_document(story, terms, query, form, view, silent))


def story_document(
    story: Story,
    terms: TermTable,
    query: TemporalQuery,
    form: TemporalForm = "normalized",
    view: View | None = None,
    silent: Silent = (),
) -> dict[str, Any]:
    """The history as a JSON object, without `@context`."""
    view = view or View()
    scopes, story = split_scopes(story)
    document: dict[str, Any] = {}
    if view.shows("id"):
        document["id"] = story.id
    if view.shows("type"):
        names = [terms.compact_iri(iri) for iri in story.types]
        document["type"] = names[0] if len(names) == 1 else names
    if view.shows("scope"):
        _add_scopes(document, scopes, query, form, view)
    if view.sys_attrs and story.created_at:
        document["createdAt"] = format_instant(story.created_at)
        document["modifiedAt"] = format_instant(story.modified_at)
    if story.deleted_at and (view.sys_attrs or query.timeproperty == "deletedAt"):
        document["deletedAt"] = format_instant(story.deleted_at)
    periods = _periods(story, query) if form == "aggregatedValues" else _NO_PERIODS
    for name, strands in _strands(story, query, view, form, silent).items():
        document[terms.compact_iri(name)] = _attribute(strands, periods, terms, query, form, view)
    return document


class Periods(msgspec.Struct, frozen=True):
    """What the statistics of all attributes share: where the first period begins, and what is told by the hour."""

    start: Instant
    hours: dict[tuple[str, str | None], list[Hour]]


_NO_PERIODS = Periods(0, {})


def _periods(story: Story, query: TemporalQuery) -> Periods:
    hours: dict[tuple[str, str | None], list[Hour]] = {}
    for hour in story.hours:
        hours.setdefault((hour.attribute, hour.dataset), []).append(hour)
    return Periods(_start(story, query), hours)


def _add_scopes(
    document: dict[str, Any], moments: Sequence[Moment], query: TemporalQuery, form: TemporalForm, view: View
) -> None:
    found: Any = None
    if form == "normalized":
        found = scope_instances(moments, query, view.sys_attrs, instance_id)
    elif form == "temporalValues":
        found = scope_pairs(moments, query)
    if found:
        document["scope"] = found


class Strand(msgspec.Struct):
    """The history of one instance of an attribute (one datasetId), in the order of time."""

    attribute: str
    dataset: str | None
    moments: list[Moment]
    kind: str = PROPERTY


def instance_id(moment: Moment) -> str:
    """A name for one value in history, the same in every answer and after a correction."""
    if moment.instance is not None and moment.instance.corrected is not None:
        return moment.instance.corrected[0]
    subject = f"{moment.attribute} {moment.dataset or ''}".encode()
    return f"{INSTANCE_ID}{moment.observed}-{zlib.crc32(subject):08x}"


def first_told(moment: Moment) -> Instant:
    """When a value of history was told, before whatever correction (5.6.14)."""
    corrected = None if moment.instance is None else moment.instance.corrected
    return moment.received if corrected is None else corrected[1]


def as_known_now(moments: Sequence[Moment]) -> list[Moment]:
    """Of the values of one instance that are said to be true at the same time, the one that was told last."""
    newest = {moment.observed: moment for moment in sorted(moments, key=lambda moment: moment.position)}
    return [moment for moment in moments if moment is newest[moment.observed]]


def time_of(moment: Moment, query: TemporalQuery) -> Instant:
    """The time of a value under the time property that the question is about."""
    return moment.observed if query.timeproperty == "observedAt" else moment.received


def content_range(stories: Sequence[Story], query: TemporalQuery) -> str | None:
    """The Content-Range of an answer that does not hold all that was asked for (206; NGSI-LD 6.3.10), else None.

    It runs from where the question begins to the last value of the answer; with `lastN` backwards in time.
    """
    if all(story.complete for story in stories):
        return None
    times = [time_of(moment, query) for story in stories for moment in story.moments]
    if not times:
        return None
    if query.last is not None:
        start, end = query.until if query.until is not None else max(times), min(times)
    else:
        start, end = query.since if query.since is not None else min(times), max(times)
    size = "*" if query.last is None else str(query.last)
    return f"date-time {format_instant(start)}-{format_instant(end)}/{size}"


def _strands(
    story: Story, query: TemporalQuery, view: View, form: TemporalForm, silent: Silent
) -> dict[str, list[Strand]]:
    """Moments by attribute and datasetId, of what the view and the question show."""
    empty = {(attribute, dataset): Strand(attribute, dataset, [], kind) for attribute, dataset, kind in silent}
    found: dict[tuple[str, str | None], Strand] = dict(empty)
    for moment in story.moments:
        key = moment.attribute, moment.dataset
        strand = found.get(key)
        if strand is None:
            strand = found[key] = Strand(moment.attribute, moment.dataset, [])
        if moment.instance is not None:
            strand.kind = moment.instance.kind
        if (moment.instance is None) == (query.timeproperty == "deletedAt"):
            strand.moments.append(moment)
    if form == "aggregatedValues":
        for hour in story.hours:
            found.setdefault((hour.attribute, hour.dataset), Strand(hour.attribute, hour.dataset, []))
    strands: dict[str, list[Strand]] = {}
    for strand in found.values():
        if query.timeproperty == "observedAt":
            strand.moments = as_known_now(strand.moments)
        told = strand.moments or form == "aggregatedValues" or (strand.attribute, strand.dataset) in empty
        if told and _shown(strand, view):
            strand.moments.sort(key=lambda moment: (time_of(moment, query), moment.position))
            strands.setdefault(strand.attribute, []).append(strand)
    return strands


def _shown(strand: Strand, view: View) -> bool:
    if view.datasets is not None and strand.dataset not in view.datasets:
        return False
    if view.attributes is not None and strand.attribute not in view.attributes:
        return False
    if view.pick is not None and strand.attribute not in view.pick.members:
        return False
    return view.omit is None or strand.attribute not in view.omit.members


def _attribute(
    strands: Sequence[Strand],
    periods: Periods,
    terms: TermTable,
    query: TemporalQuery,
    form: TemporalForm,
    view: View,
) -> Any:
    if form == "normalized":
        return [_moment(one, strand, terms, view, query) for strand in strands for one in strand.moments]
    if form == "temporalValues":
        documents = [_pairs(strand, terms, query, view) for strand in strands]
    else:
        documents = list(_aggregated(strands, periods, query, terms, view))
    return documents[0] if len(documents) == 1 else documents


def _moment(moment: Moment, strand: Strand, terms: TermTable, view: View, query: TemporalQuery) -> dict[str, Any]:
    """One value in history as an instance of its attribute."""
    instance = moment.instance
    if instance is None:
        return _deletion(moment, strand)
    document: dict[str, Any] = {"type": instance.kind, VALUE_MEMBER[instance.kind]: value_of(instance, terms)}
    if instance.kind == LANGUAGE and view.languages is not None:
        document = {"type": PROPERTY, **in_language(instance, view.languages)}
    describe(document, instance, terms, _PLAIN)
    if view.sys_attrs and instance.expires_at is not None:
        document["expiresAt"] = instance.expires_at
    document["instanceId"] = instance_id(moment)
    if view.sys_attrs or query.timeproperty in ("createdAt", "modifiedAt"):
        document["createdAt"] = format_instant(first_told(moment))
        document["modifiedAt"] = format_instant(moment.received)
    return document


_PLAIN = View()


def _deletion(moment: Moment, strand: Strand) -> dict[str, Any]:
    document: dict[str, Any] = {"type": strand.kind, VALUE_MEMBER[strand.kind]: null_of(strand.kind)}
    if strand.dataset is not None:
        document["datasetId"] = strand.dataset
    document["instanceId"] = instance_id(moment)
    document["deletedAt"] = format_instant(moment.received)
    return document


def _pairs(strand: Strand, terms: TermTable, query: TemporalQuery, view: View) -> dict[str, Any]:
    """Values with their times, and nothing else (4.5.9)."""
    pairs = [
        [_pair_value(moment.instance, strand.kind, terms, view), format_instant(time_of(moment, query))]
        for moment in strand.moments
    ]
    document: dict[str, Any] = {"type": strand.kind}
    if strand.dataset is not None:
        document["datasetId"] = strand.dataset
    document[_PLURAL[VALUE_MEMBER[strand.kind]]] = pairs
    return document


def _pair_value(instance: Instance | None, kind: str, terms: TermTable, view: View) -> Any:
    if instance is not None:
        return instance.value if instance.kind == LIST_RELATIONSHIP else simplified_value(instance, terms, view)
    return {"languageMap": null_of(kind)} if kind == LANGUAGE else null_of(kind)


def _aggregated(
    strands: Sequence[Strand], periods: Periods, query: TemporalQuery, terms: TermTable, view: View
) -> Iterable[dict[str, Any]]:
    """Statistics over periods (4.5.19).

    Raises:
        InvalidRequest: an attribute that was asked for by name has values that none of the methods counts (5.7.4.4).
    """
    for strand in strands:
        hours = periods.hours.get((strand.attribute, strand.dataset), [])
        values = [(time_of(moment, query), moment.instance) for moment in strand.moments]
        document: dict[str, Any] = {"type": strand.kind}
        if strand.dataset is not None:
            document["datasetId"] = strand.dataset
        told = aggregate(values, hours, query, periods.start)
        if not any(told.values()) and _named(view, strand.attribute) and any(one is not None for _, one in values):
            name = terms.compact_iri(strand.attribute)
            raise InvalidRequest(f"{name} has no values of which these can be told", "aggrMethods")
        yield document | told


def _named(view: View, attribute: str) -> bool:
    if view.attributes is not None:
        return attribute in view.attributes
    return view.pick is not None and attribute in view.pick.members


def _start(story: Story, query: TemporalQuery) -> Instant:
    """Where the first period begins: where the question does, else at the first value of the entity."""
    if query.since is not None:
        return query.since
    times = [time_of(moment, query) for moment in story.moments] + [hour.hour for hour in story.hours]
    return min(times, default=0)
