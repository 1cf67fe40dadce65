"""Pictures of the past: the state of entities at a moment, as it was known then or as it is known now.

What an entity was (its types, its areas, whether it was there at all) follows from the last row of its location and
its last passage, and decides who may see it: a reader sees of a picture what he would have seen then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

import msgspec

from pinisi.store.as_born import AsBorn, as_born
from pinisi.store.history import Picture, PictureQuery
from pinisi.store.interning import Families, Names
from pinisi.store.match import compile_query
from pinisi.store.partly_told import PartlyTold, Place
from pinisi.store.picture_sql import SQLITE, Dialect, Walk
from pinisi.store.query import EntityQuery
from pinisi.store.record import Family, Record
from pinisi.store.sql_rows import Connection, first, rows
from pinisi.vocabulary.entity import PROPERTY, Attributes, Entity, Instance, decode_entity, decode_instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import Projection
from pinisi.vocabulary.terms import HOURLY, LOCATION, SCOPE

_FOREVER = 2**62
_USED = "SELECT DISTINCT attribute FROM usage WHERE family IN {families}"
_ANY_PASSAGE = "SELECT 1 FROM passage WHERE received <= :heard"
_Shown = frozenset[str] | None
_NOWHERE: Place = (0, 0, 0, None)


class Past(Record):
    """An entity as it was, of what its reader sees; decoded when asked, as every record is.

    A picture that is decoded as a whole costs ten times as much: the garbage collector walks its million objects.
    """

    __slots__ = ("_bodies", "_hours", "_named", "_names", "_shown")

    def __init__(self, found: "_Found", position: int, family: Family, names: Sequence[str], shown: _Shown) -> None:
        super().__init__(found.row, found.id, position, family, b"")
        self._names = names
        self._bodies = found.bodies
        self._shown = shown
        self._named = found.named
        self._hours = found.hours

    @property
    def entity(self) -> Entity:
        shown = self._shown
        attributes: Attributes = {}
        for name, body in zip(self._names, self._bodies, strict=True):
            if body is not None and (shown is None or name in shown):
                attributes[name] = [decode_instance(body)]
        for name, body in self._named:
            if shown is None or name in shown:
                attributes.setdefault(name, []).append(decode_instance(body))
        for name, mean in self._hours:
            if shown is None or name in shown:
                named = [one for one in attributes.get(name, ()) if one.dataset_id is not None]
                attributes[name] = [mean, *named]
        scopes = attributes.pop(SCOPE, None)
        times = [instance.modified_at for instances in attributes.values() for instance in instances]
        first, last = min(times, default=0), max(times, default=0)
        types = list(self.family.types)
        return Entity(self.id, types, attributes, scopes[0].value if scopes else [], None, first, last)


class _Found:
    """One entity while its picture is put together."""

    __slots__ = ("bodies", "family", "hours", "id", "known_then", "named", "passed", "row", "there")

    def __init__(self, row: int, id: str, family: int, bodies: tuple[bytes | None, ...], known_then: bool) -> None:
        self.row = row
        self.id = id
        self.family = family
        self.bodies = bodies
        self.known_then = known_then
        self.passed = 0
        self.there = False
        self.named: Sequence[tuple[str, bytes]] = ()
        self.hours: Sequence[tuple[str, Instance]] = ()

    def record(self, position: int, family: Family, names: Sequence[str], shown: _Shown) -> Past:
        """What one reader sees of it; `names`: of its bodies."""
        return Past(self, position, family, names, shown)


class PictureReader:
    """Reads pictures through one connection (in the reading thread).

    `view`: family -> what is seen of it. `kin`: the families of the types asked for, whoever may see them: what is seen
    of an entity follows from its family then, not from its family now.
    """

    def __init__(
        self,
        connection: Connection,
        names: Names,
        families: Families,
        view: Mapping[int, Projection],
        kin: frozenset[int],
        position: int,
        dialect: Dialect = SQLITE,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._names = names
        self._families = families
        self._view = view
        self._kin = kin
        self._position = position
        self._partly: PartlyTold | None = None

    def picture(self, query: PictureQuery) -> Picture:
        wanted = self._attributes(query)
        numbers = [self._names.number[name] for name in wanted]
        values = self._parameters(query)
        walk = self._walk(query, values)
        born = self._untold(walk, numbers, values, query) if self._dialect.untold else []
        found = self._found(walk, numbers, values)
        self._fill_ahead(walk, found, numbers, values)
        found = [each for each in found if each.there]
        if query.known is None:
            self._fill_undated(walk, found, numbers, query.at)
        condensed = self._condensed(query.at)
        self._add_named(walk, found, numbers, values)
        if condensed:
            self._add_hours(walk, found, numbers, values)
        of_all = merge(found, born, key=_row) if born else found
        records = list(islice(self._records(of_all, (LOCATION, *wanted), query), query.limit))
        return Picture(records, self._position, condensed)

    def _untold(
        self, walk: Walk, numbers: Sequence[int], values: Mapping[str, Any], query: PictureQuery
    ) -> list[AsBorn]:
        """Entities that are as they were born; those that are partly told are kept for the walks."""
        names, location = self._names.text, self._names.number.get(LOCATION)
        self._partly = PartlyTold(names, location, numbers)
        for row, body, birth, untold in self._connection.execute(walk.partly_told(), values):
            self._partly.take(row, body, (birth, untold))
        lines = self._connection.execute(walk.as_born(), values)
        wanted = numbers if location is None else (*numbers, location)
        return list(as_born(lines, names, wanted, query.at, query.known))

    def _records(
        self, found: Iterable["_Found | AsBorn"], names: Sequence[str], query: PictureQuery
    ) -> Iterator[Record]:
        """What the reader may see of it, proved where the query asks for more than types and ids."""
        holds = _predicate(query.entities)
        for each in found:
            projection = self._view.get(each.family)
            if projection is None or each.family not in self._kin:
                continue
            record = each.record(self._position, self._families.all[each.family], names, projection.attributes)
            if holds is None or holds(record.entity, projection.attributes):
                yield record

    def _attributes(self, query: PictureQuery) -> list[str]:
        """The attributes to read, of those that such entities ever had; the location comes by itself."""
        sql = _USED.format(families=self._dialect.listed("families"))
        used = rows(self._connection, sql, {"families": msgspec.json.encode(sorted(self._kin)).decode()})
        known = {self._names.text[number]: number for number in sorted(number for (number,) in used)}
        if SCOPE in self._names.number:
            known[SCOPE] = self._names.number[SCOPE]
        if query.attributes is None or query.entities.filter is not None:
            names = list(known)
        else:
            asked = (*query.attributes, *(query.entities.attributes or ()))
            names = list(dict.fromkeys(asked))
            if query.entities.geo is not None and query.entities.geo.attribute not in names:
                names.append(query.entities.geo.attribute)
        return [name for name in names if name in known and name != LOCATION]

    def _parameters(self, query: PictureQuery) -> dict[str, Any]:
        families = [*self._kin, *(-family for family in self._kin)]
        ids = query.entities.ids
        return {
            "at": query.at,
            "known": _FOREVER if query.known is None else query.known,
            "heard": query.at if query.known is None else min(query.at, query.known),
            "families": msgspec.json.encode(families).decode(),
            "ids": None if ids is None else msgspec.json.encode(ids).decode(),
        }

    def _walk(self, query: PictureQuery, values: Mapping[str, Any]) -> Walk:
        passed = first(self._connection, _ANY_PASSAGE, values) is not None
        gone = passed and first(self._connection, _ANY_PASSAGE + " AND family < 0", values) is not None
        return Walk(query.entities.ids is not None, query.known is not None, passed, gone, self._dialect)

    def _found(self, walk: Walk, numbers: Sequence[int], values: Mapping[str, Any]) -> list[_Found]:
        """The entities that have not gone; `there` are those of which something is true at the moment."""
        location = self._names.number.get(LOCATION)
        found = self._walked(walk.values(numbers, location), numbers, numbers, values)
        if not self._partly:
            return found
        for told, entities in self._partly.together():
            sought = [number for number in numbers if number not in told]
            sql = walk.values(sought, None if location in told else location, among=True)
            among = {**values, "rows": msgspec.json.encode(entities).decode()}
            found += self._walked(sql, sought, numbers, among, self._partly)
        found.sort(key=_row)
        return found

    def _walked(
        self,
        sql: str,
        sought: Sequence[int],
        numbers: Sequence[int],
        values: Mapping[str, Any],
        partly: PartlyTold | None = None,
    ) -> list[_Found]:
        """What one walk finds; `sought` of the `numbers` are in its rows."""
        found: list[_Found] = []
        at, known = values["at"], values["known"]
        for row, id, family, passed, stands, placed, *bodies in self._connection.execute(sql, values):
            place = _placed(placed)
            if partly is not None:
                place, told = partly.with_them(row, place, dict(zip(sought, bodies, strict=True)), at, known)
                bodies = [told.get(number) for number in numbers]
            since, received, area, body = place
            if passed is not None and passed > since:
                family = stands
            elif since:
                family = area
            if family < 0:
                continue
            each = _Found(row, id, family, (body, *bodies), passed is not None or (0 < received <= at))
            each.passed = passed or 0
            each.there = passed is not None or since > 0 or any(bodies)
            found.append(each)
        return found

    def _fill_ahead(
        self, walk: Walk, found: Iterable[_Found], numbers: Sequence[int], values: Mapping[str, Any]
    ) -> None:
        """What had been said by then of a time still to come (a register whose period runs yet) was on the screen then:
        it is shown where nothing of an earlier time is known."""
        poor = {each.row: each for each in found if None in each.bodies}
        if not poor:
            return
        location = self._names.number.get(LOCATION)
        places = range(len(numbers) + 1)
        lacking = [n for n in places if any(each.bodies[n] is None for each in poor.values())]
        wanted = [numbers[n - 1] for n in lacking if n]
        sql = walk.said_ahead(wanted, location if 0 in lacking else None)
        asked = {**values, "rows": msgspec.json.encode(list(poor)).decode()}
        for row, placed, *bodies in self._connection.execute(sql, asked):
            place = _placed(placed)
            if place[0] or any(bodies):
                told = dict(zip((n for n in lacking if n), bodies, strict=True))
                _said_ahead(poor[row], place if 0 in lacking else _NOWHERE, told)

    def _fill_undated(self, walk: Walk, found: Iterable[_Found], numbers: Sequence[int], at: Instant) -> None:
        """As known now: what tells no time of its own (a name, a place) held before it was first written down."""
        poor = {each.row: each for each in found if None in each.bodies and not each.known_then}
        if not poor:
            return
        sql = walk.undated_first(numbers, self._names.number.get(LOCATION))
        values = {"at": at, "known": _FOREVER, "heard": at, "rows": msgspec.json.encode(list(poor)).decode()}
        for row, placed, *bodies in self._connection.execute(sql, values):
            each = poor[row]
            place = _placed(placed)
            if self._partly:
                place, told = self._partly.with_undated(row, place, dict(zip(numbers, bodies, strict=True)))
                bodies = [told.get(number) for number in numbers]
            since, _, area, body = place
            if since:
                each.family = area
            firsts = zip(each.bodies, (body, *bodies), strict=True)
            each.bodies = tuple(old if old is not None else new for old, new in firsts)

    def _add_named(
        self, walk: Walk, found: Iterable[_Found], numbers: Sequence[int], values: Mapping[str, Any]
    ) -> None:
        """The instances that have a dataset id."""
        if first(self._connection, "SELECT 1 FROM strand LIMIT 1") is None:
            return
        named: dict[int, list[tuple[str, bytes]]] = {}
        location = self._names.number.get(LOCATION)
        asked = numbers if location is None else [*numbers, location]
        sql = walk.named_instances(asked)
        for row, attribute, body in self._connection.execute(sql, values):
            named.setdefault(row, []).append((self._names.text[attribute], body))
        for each in found:
            each.named = named.get(each.row, ())

    # beyond raw retention

    def _condensed(self, at: Instant) -> bool:
        """Whether values of that time have become statistics of their hours."""
        fact = first(self._connection, "SELECT value FROM fact WHERE name = 'condensed'")
        return fact is not None and at < fact[0]

    def _add_hours(
        self, walk: Walk, found: Iterable[_Found], numbers: Sequence[int], values: Mapping[str, Any]
    ) -> None:
        """The mean of the hour, where no value is kept that is newer."""
        hours: dict[int, list[tuple[str, Instance]]] = {}
        sql = walk.hours(numbers)
        for row, attribute, hour, n, total, low, high, observed in self._connection.execute(sql, values):
            if observed is None or observed < hour:
                mean = _mean(hour, n, total, low, high)
                hours.setdefault(row, []).append((self._names.text[attribute], mean))
        for each in found:
            each.hours = [(name, self._like_today(each.row, name, mean)) for name, mean in hours.get(each.row, ())]

    def _like_today(self, row: int, name: str, mean: Instance) -> Instance:
        """The mean with the unit and the sub-attributes that the attribute has now: statistics keep none."""
        body = first(self._connection, "SELECT body FROM entity WHERE row = ? AND body IS NOT NULL", (row,))
        instances = decode_entity(body[0]).attributes.get(name, ()) if body is not None else ()
        kin = next((one for one in instances if one.dataset_id is None), None)
        if kin is not None:
            mean.unit_code = kin.unit_code
            mean.attributes = {**kin.attributes, **mean.attributes}
        return mean


_row = attrgetter("row")


def _said_ahead(each: _Found, placed: Place, told: Mapping[int, bytes | None]) -> None:
    """Fill what an entity lacks; `told`: place in its bodies -> what was said of that attribute."""
    since, _, family, body = placed
    if since > each.passed:
        each.family = family
    each.there = each.known_then = True
    filled = {0: body, **told}
    each.bodies = tuple(old if old is not None else filled.get(n) for n, old in enumerate(each.bodies))


def _placed(text: str | None) -> Place:
    """Position, received, family and body of a location's row; zeros where there is none."""
    if text is None:
        return _NOWHERE
    position, received, family, body = text.split(" ", 3)
    return int(position), int(received), int(family), body.encode() or None


def _mean(hour: Instant, n: int, total: float, low: float, high: float) -> Instance:
    statistics = Instance(PROPERTY, {"n": n, "low": low, "high": high})
    return Instance(PROPERTY, total / n, observed_at=format_instant(hour), attributes={HOURLY: [statistics]})


def _predicate(query: EntityQuery) -> Any:
    """What is left to prove of an entity: all but ids and types, which the walk has chosen."""
    rest = msgspec.structs.replace(query, types=None, ids=None, datasets=None)
    return None if rest == EntityQuery() else compile_query(rest)
