"""A section of a report for one reader and one period: the tiles of a service, and a table of what it knows.

Tiles and the last values are those of the end of the period, or of now where it is not over. Statistics are of all
values of the period that the reader may see.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.facts import Selection
from pinisi.city.inheritance import common, weakest
from pinisi.city.text import Text, fill
from pinisi.city.value import Value, neat
from pinisi.city.words import attribute_label, rule_text, unit_text
from pinisi.console.facts import fact_of, name_of, normalized, state_of
from pinisi.console.house import House
from pinisi.console.past_values import PastValues, days_with_values, figure_of, past_values
from pinisi.console.report_period import bounds_of
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.runtime.view import MOST_ROWS, Cell, Section
from pinisi.store.history import HistoryQuery, Story
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant
from pinisi.vocabulary.terms import METHOD, PROVIDER

MOST_ORDERED = 20_000
"""Entities among which those with the highest value are looked for."""
MOST_VALUES = 50_000
"""Values of one entity in one period; of more the section says that it is cut."""


class Span(msgspec.Struct, frozen=True):
    """A period in the city's time: `period` as it is written, `since` to `until` (not included), as far as it went;
    `whole_until`: where it ends, in the past or the future.
    """

    period: str
    since: Instant
    until: Instant
    whole_until: Instant


class Row(msgspec.Struct, frozen=True):
    entity: str
    name: str
    cells: tuple[Value, ...]


class Table(msgspec.Struct, frozen=True):
    """`count` is how many entities there are; `cut`: some of their values, or of them, are left out."""

    rows: tuple[Row, ...]
    count: int = 0
    cut: bool = False


def span_of(town: Town, period: str, now: Instant) -> Span:
    """
    Raises:
        NotAPeriod: it is none.
    """
    zone = town.profile.zone
    since, until = map(parse_instant, bounds_of(period, zone))
    return Span(period, since, min(until, now + 1), until)


def at_the_end(view: Viewpoint, span: Span) -> Viewpoint:
    """The viewpoint from which the end of a period is seen: the present where it is not over."""
    if span.until > view.now:
        return view
    return Viewpoint(view.store, view.tenant, view.grants, view.now, span.until - 1, view.known)


async def table_of(house: House, town: Town, view: Viewpoint, section: Section, span: Span) -> Table:
    if not section.type:
        return Table(())
    desk = _Desk(house.pinisi_table, town, view, section, span, await town.sources.periods())
    found = await desk.entities()
    rows: list[Row] = []
    most = min(section.most, MOST_ROWS)
    cut = len(found) > most and not section.first_by
    for record, entity in found[:most]:
        story = await desk.story(record.id)
        cut |= story is not None and not story.complete
        rows.append(Row(entity.id, name_of(entity), tuple(desk.cell(entity, cell, story) for cell in section.columns)))
    if not section.first_by:
        rows.sort(key=lambda row: row.name.casefold())
    return Table(tuple(rows), len(found), cut)


async def one_row(house: House, town: Town, view: Viewpoint, section: Section, span: Span, id: str) -> Row | None:
    """The row of one entity; None where the table has none of it for this reader."""
    desk = _Desk(house.pinisi_table, town, view, section, span, await town.sources.periods())
    for _, entity in await desk.entities(id):
        story = await desk.story(id)
        return Row(entity.id, name_of(entity), tuple(desk.cell(entity, cell, story) for cell in section.columns))
    return None


class _Desk:
    """Fills the table of one section."""

    def __init__(
        self,
        table: TermTable,
        town: Town,
        view: Viewpoint,
        section: Section,
        span: Span,
        periods: Mapping[str, float],
    ) -> None:
        self._table = table
        self._zone = town.profile.zone
        self._view = view
        self._end = at_the_end(view, span)
        self._section = section
        self._span = span
        self._periods = periods

    async def entities(self, id: str | None = None) -> list[tuple[Record, Entity]]:
        """Those that fit, as they are seen at the end of the period."""
        wanted = TypeIs(self._table.expand_term(self._section.type))
        query = EntityQuery(types=wanted) if id is None else EntityQuery(types=wanted, ids=(id,))
        fits = Selection(type=self._section.type, where=self._section.where)
        found: list[tuple[Record, Entity]] = []
        limit = MOST_ORDERED if self._section.first_by else 10 * MOST_ROWS
        for record in await self._end.find(query, limit=limit):
            projection = projection_of(record, self._view.grants)
            if projection is not None and fits.holds(normalized(record.entity, self._table, projection)):
                found.append((record, seen(record, projection)))
        if self._section.first_by:
            found.sort(key=lambda each: self._height(each[1]), reverse=True)
        return found

    def _height(self, entity: Entity) -> float:
        """What the table is ordered by; of an entity without it the least."""
        instances = entity.attributes.get(self._table.expand_term(self._section.first_by), ())
        numbers = (float(each.value) for each in instances if type(each.value) in (int, float))
        return next(numbers, float("-inf"))

    async def story(self, id: str) -> Story | None:
        """What the reader may see of the values of the period; None where every cell is of the last one."""
        names = {cell.attribute for cell in self._section.columns if cell.over != "last"}
        if not names:
            return None
        query = HistoryQuery(
            attributes=tuple(map(self._table.expand_term, sorted(names))),
            since=self._span.since,
            until=self._span.until,
            known=self._view.known,
            limit=MOST_VALUES,
        )
        stories = await self._view.store.stories(self._view.tenant, [id], query, self._view.grants)
        return stories[0] if stories else None

    def cell(self, entity: Entity, cell: Cell, story: Story | None) -> Value:
        iri = self._table.expand_term(cell.attribute)
        value = self._last(entity, cell, iri) if cell.over == "last" else self._statistic(cell, iri, story)
        named = msgspec.structs.replace(value, entity=entity.id, attribute=cell.attribute)
        return named if cell.unit_text is None else msgspec.structs.replace(named, unit_text=cell.unit_text)

    def _last(self, entity: Entity, cell: Cell, iri: str) -> Value:
        """The value that stood at the end, if it is of the period."""
        instances = entity.attributes.get(iri, ())
        instance = next((each for each in instances if each.dataset_id == cell.dataset), None)
        if instance is None or not self._of_the_period(instance):
            return Value(label=cell.heading, value=None)
        value = fact_of(entity, iri, instance, self._table, None, self._end.now, self._periods)
        return msgspec.structs.replace(value, label=cell.heading)

    def _of_the_period(self, instance: Instance) -> bool:
        return instance.observed_at is None or parse_instant(instance.observed_at) >= self._span.since

    def _statistic(self, cell: Cell, iri: str, story: Story | None) -> Value:
        values = PastValues((), ()) if story is None else past_values(story, iri, cell.dataset)
        figure = figure_of(cell.over, cell.limit, values, self._zone)
        if figure is None:
            return Value(label=cell.heading, value=None, n=0)
        unit = None if cell.over == "days-above" else values.unit
        origin = _origin(values)
        return Value(
            label=cell.heading,
            value=neat(figure),
            unit=unit,
            unit_text=unit_text(unit) if unit else None,
            derived=self._rule(cell, values),
            n=values.n,
            missing=values.unlike or None,
            period=self._span.period,
            state=self._state(origin),
            **origin,
        )

    def _state(self, origin: Mapping[str, Any]) -> Any:
        observed = origin["observed_at"]
        period = self._periods.get(origin["provider"] or "")
        return state_of(max(0, self._end.now - parse_instant(observed)) if observed else None, period)

    def _rule(self, cell: Cell, values: PastValues) -> Text:
        rule = "over_days" if cell.over == "days-above" else f"over_{cell.over}"
        return fill(
            rule_text(rule),
            attribute=attribute_label(cell.attribute),
            count=values.n,
            period=self._span.period,
            days=days_with_values(values, self._zone),
            limit=cell.limit or 0,
        )


def _origin(values: PastValues) -> dict[str, Any]:
    """What a statistic inherits: the newest time, the weakest method, every source."""
    methods = {_word(instance, METHOD) for instance in values.instances}
    providers = {_word(instance, PROVIDER) for instance in values.instances}
    known = sorted(method for method in methods if method is not None)
    times = [instance.observed_at for instance in values.instances if instance.observed_at]
    return {
        "method": weakest(known) if known and None not in methods else None,
        "methods": tuple(known),
        "provider": common(providers),
        "providers": tuple(sorted(provider for provider in providers if provider is not None)),
        "observed_at": max(times, key=parse_instant, default=None),
    }


def _word(instance: Instance, name: str) -> str | None:
    found = instance.attributes.get(name)
    value = found[0].value if found else None
    return value if isinstance(value, str) else None


def shown_section(service: str, section: Section, span: Span, tiles: Sequence[Any], table: Table) -> dict[str, Any]:
    """The section as the console reads it."""
    return {
        "id": section.id,
        "service": service,
        "title": section.title,
        "note": section.note,
        "period": span.period,
        "tiles": tiles,
        "columns": [
            {"attribute": cell.attribute, "over": cell.over, "title": cell.heading, "limit": cell.limit}
            for cell in section.columns
        ],
        "rows": table.rows,
        "count": table.count,
        "cut": table.cut,
    }
