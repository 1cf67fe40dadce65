"""References that lead nowhere: to the one row that is meant, if there is one; else what depends on them goes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pinisi.services.mobility.engine.gtfs.check_keys import known
from pinisi.services.mobility.engine.gtfs.fares import FARES
from pinisi.services.mobility.engine.gtfs.mend import ASSUMED, REMOVED, REPAIRED, Mend, Mended
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS, Column
from pinisi.services.mobility.engine.gtfs.table import Feed, Table

_CODE = "foreign_key_violation"
_NARROW = frozenset({"routes.txt", *FARES})
"""An emptied reference there would mean more than was said: every zone, every rider."""
_SEPARATORS = "-_.: "
_EXACT = frozenset({"trip_id", "stop_id"})
"""Where a part of an identifier can be another trip, another stop: only case and blanks may differ."""


def meant(wanted: str, there: Iterable[str], used: frozenset[str] = frozenset()) -> str | None:
    """The one known identifier that differs only by case, blanks, or a part before or behind a separator.

    Of several the one that nobody names yet (not in `used`).
    """
    plain = _plain(wanted)
    found = {name for name in there if _plain(name) == plain}
    if not found:
        found = {name for name in there if _part(plain, _plain(name)) or _part(_plain(name), plain)}
    if len(found) > 1:
        found -= used
    return found.pop() if len(found) == 1 else None


def _plain(name: str) -> str:
    return name.strip().casefold()


def _part(short: str, long: str) -> bool:
    """Whether one name is the other with something before or behind it."""
    if not short or len(short) >= len(long):
        return False
    before, behind = long[: -len(short)], long[len(short) :]
    return (long.endswith(short) and before[-1] in _SEPARATORS) or (long.startswith(short) and behind[0] in _SEPARATORS)


def mend_references(feed: Feed) -> Mended:
    mends: list[Mend] = []
    feed = _services(feed, mends)
    for name in LAYOUTS:
        for column in LAYOUTS[name].columns:
            table = feed.tables.get(name)
            if table is not None and column.of is not None and column.name in table.header:
                feed = feed.putting(_mended(feed, table, column, column.of, mends))
    return feed, mends


def _mended(feed: Feed, table: Table, column: Column, of: tuple[str, str], mends: list[Mend]) -> Table:
    there = known(feed, *of)
    values = table.values(column.name)
    lost = Counter(value for value in values if value and value not in there)
    if not lost:
        return table
    used = frozenset(values) & there
    replaced = {value: _one(feed, table.name, column, value, there, used) for value in lost}
    found = {value: name for value, name in replaced.items() if name is not None}
    if found:
        count = sum(lost[value] for value in found)
        how = f"{column.name} now names the one row of {of[0]} that is meant"
        example = "; ".join(f"{value} is {name}" for value, name in list(found.items())[:6])
        mends.append(Mend(_CODE, table.name, REPAIRED, count, how, example))
        table = table.having(column.name, [found.get(value, value) for value in values])
    gone = [value for value in lost if value not in found]
    return _without(feed, table, column, gone, sum(lost[value] for value in gone), of, mends) if gone else table


def _one(feed: Feed, file: str, column: Column, value: str, there: frozenset[str], used: frozenset[str]) -> str | None:
    if file == "frequencies.txt":
        trips = [
            trip
            for trip, route in zip(
                feed.values("trips.txt", "trip_id"), feed.values("trips.txt", "route_id"), strict=True
            )
            if route == value
        ]
        return trips[0] if len(trips) == 1 else None
    if file == "routes.txt" and len(there) == 1:
        return next(iter(there))
    if column.name in _EXACT:
        alike = [name for name in there if _plain(name) == _plain(value)]
        return alike[0] if len(alike) == 1 else None
    return meant(value, there, used)


def _without(
    feed: Feed, table: Table, column: Column, gone: Sequence[str], count: int, of: tuple[str, str], mends: list[Mend]
) -> Table:
    """Optional references are emptied; a row that cannot be without goes."""
    values, lost = table.values(column.name), frozenset(gone)
    if not column.required and table.name not in _NARROW:
        how = f"{column.name} is emptied: nothing of {of[0]} is meant by it"
        mends.append(Mend(_CODE, table.name, REMOVED, count, how, gone[0]))
        return table.having(column.name, ["" if value in lost else value for value in values])
    how = f"the row is left out: nothing of {of[0]} is meant by its {column.name}"
    if table.name == "frequencies.txt" and lost <= known(feed, "routes.txt", "route_id"):
        how = (
            "the row is left out: it names a route, not a trip, and all departures of that route are written "
            "one by one, so that a frequency beside them would count them twice"
        )
    mends.append(Mend(_CODE, table.name, REMOVED, count, how, gone[0]))
    return table.only([value not in lost for value in values])


def _services(feed: Feed, mends: list[Mend]) -> Feed:
    """Days of service of trips that name none: those of the other trips of the route, else those of most trips."""
    trips = feed.tables.get("trips.txt")
    services = known(feed, "calendar.txt", "service_id")
    if trips is None or not services:
        return feed
    values, routes = trips.values("service_id"), trips.values("route_id")
    of_route: dict[str, set[str]] = defaultdict(set)
    for service, route in zip(values, routes, strict=True):
        if service in services:
            of_route[route].add(service)
    most = Counter(service for service in values if service in services).most_common(1)
    usual = most[0][0] if most else min(services)
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place, (service, route) in enumerate(zip(values, routes, strict=True)):
        if service in services:
            continue
        code = _CODE if service else "missing_required_field"
        alone = of_route[route]
        values[place] = next(iter(alone)) if len(alone) == 1 else usual
        how = "the days of the other trips of the route" if len(alone) == 1 else "the days of most trips of the feed"
        told[code, f"{how} are taken ({values[place]})"].append(route)
    for (code, how), found in told.items():
        mends.append(Mend(code, "trips.txt", ASSUMED, len(found), how, f"route {found[0]}"))
    return feed.putting(trips.having("service_id", values)) if told else feed
