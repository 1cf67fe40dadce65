"""Lines, alerts and timetables as the page of buses shows them, of entities and of what the timetables plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from pinisi.city.text import Text
from pinisi.city.value import Value
from pinisi.city.words import unit_text
from pinisi.runtime.known import Known
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.road_network.shown import shown
from pinisi.services.mobility.transit.bus_page_answer import AlertNow, LineNow, TimetableNow
from pinisi.services.mobility.words import WORDS
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.transit.planned_headways import Planned

TEXTS = texts_of("pinisi.services.mobility")
MOST_LINES = 600
_WEAKEST = ("simulated", "replayed", "forecast", "modelled", "reported", "measured")


class Plan(msgspec.Struct, frozen=True):
    """What a timetable plans now, by the ids of GtfsRoutes; `fault`: why it cannot be told."""

    lines: "Mapping[str, Planned]" = {}
    fault: str = ""


def lines_now(
    routes: Sequence[Known],
    plans: Mapping[str, tuple[Known, Plan]],
    vehicles: Sequence[Known],
    arrivals: Sequence[Known],
) -> list[LineNow]:
    """Those of which vehicles are seen first. `plans`: by the name of the feed."""
    seen, expected = _by_route(vehicles), _by_route(arrivals)
    rows = [_line(each, plans, seen.get(each.id, ()), expected.get(each.id, ())) for each in routes]
    return sorted(rows, key=lambda row: (row.rank, _natural(row.line), row.entity))


def _by_route(things: Sequence[Known]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for each in things:
        for route in each.related("refGtfsRoute"):
            found[route].append(each)
    return found


def _natural(name: str) -> tuple[int, str]:
    """`2` before `11`."""
    digits = "".join(letter for letter in name if letter.isdigit())
    return (int(digits[:9]) if digits and name[:1].isdigit() else 1_000_000_000, name)


def _line(
    route: Known,
    plans: Mapping[str, tuple[Known, Plan]],
    vehicles: Sequence[Known],
    arrivals: Sequence[Known],
) -> LineNow:
    feed = feed_of(route.id)
    timetable, plan = plans.get(feed, (None, Plan()))
    planned = plan.lines.get(route.id)
    short, name = route.text("shortName"), route.text("name") or ""
    told = None if timetable is None or planned is None else _planned(planned, timetable, route.id)
    return LineNow(
        entity=route.id,
        line=short or name or route.id.rpartition(":")[2],
        name=name if name != short else "",
        kind=route.text("routeType"),
        timetable=feed,
        planned=told,
        departures=None if planned is None else planned.departures,
        vehicles=count_of(vehicles, "location", TEXTS["buses-vehicles"], route.id),
        delay=_delay(arrivals, route.id),
        rank=0 if vehicles else 1 if told is not None else 2,
    )


def feed_of(entity: str) -> str:
    """The name of the timetable in an id: `urn:ngsi-ld:GtfsRoute:FEED:ID`."""
    parts = entity.split(":")
    return parts[3] if len(parts) > 4 else ""


def _planned(planned: "Planned", timetable: Known, route: str) -> Value | None:
    if planned.headway is None:
        return None
    said = timetable.said("timetableDigest")
    return Value(
        label=TEXTS["buses-planned"],
        value=round(planned.headway / 60, 1),
        unit="MIN",
        unit_text=unit_text("MIN"),
        method="modelled",
        provider=said.provider if said else None,
        observed_at=format_instant(said.observed) if said else None,
        derived=TEXTS["buses-planned-rule"],
        state="fresh" if said else "undated",
        entity=route,
    )


def count_of(things: Sequence[Known], attribute: str, label: Text, entity: str | None = None) -> Value:
    """How many there are: of the weakest of their methods, as old as the newest word of them."""
    said = [found for each in things if (found := each.said(attribute)) is not None]
    newest = max((each.observed for each in said), default=None)
    providers = sorted({each.provider for each in said if each.provider})
    return Value(
        label=label,
        value=len(things),
        unit="C62",
        method=_weakest({each.method or "reported" for each in said}),
        provider=providers[0] if len(providers) == 1 else None,
        providers=tuple(providers),
        derived=TEXTS["buses-vehicles-rule"],
        observed_at=None if newest is None else format_instant(newest),
        state="undated" if newest is None else "fresh",
        entity=entity,
    )


def _weakest(methods: set[str]) -> str | None:
    return next((each for each in _WEAKEST if each in methods), None)


def _delay(arrivals: Sequence[Known], route: str) -> Value | None:
    said = [found for each in arrivals if (found := each.said("delay")) is not None and found.number is not None]
    late = [found.number for found in said if found.number is not None]
    if not late:
        return None
    providers = sorted({each.provider for each in said if each.provider})
    return Value(
        label=TEXTS["buses-delay"],
        value=round(median(late) / 60, 1),
        unit="MIN",
        unit_text=unit_text("MIN"),
        method=_weakest({each.method or "forecast" for each in said}),
        provider=providers[0] if len(providers) == 1 else None,
        providers=tuple(providers),
        derived=TEXTS["buses-delay-rule"],
        observed_at=format_instant(max(each.observed for each in said)),
        state="fresh",
        n=len(late),
        entity=route,
    )


def alert_now(alert: Known) -> AlertNow:
    said = alert.said("name")
    return AlertNow(
        entity=alert.id,
        name=alert.text("name") or "",
        description=alert.text("description"),
        cause=_word(alert, "alertCause"),
        effect=_word(alert, "alertEffect"),
        lines=alert.text("affectedLines"),
        stops=alert.text("affectedStops"),
        since=alert.text("validFrom"),
        until=alert.text("validTo"),
        provider=said.provider if said else None,
        at=format_instant(said.observed) if said else "",
    )


def _word(known: Known, attribute: str) -> Text | None:
    """None of what nobody knows."""
    value = known.text(attribute)
    return None if value is None or value.startswith("unknown") else WORDS.values.get(attribute, {}).get(value)


def timetable_now(timetable: Known, fault: str, now: Instant) -> TimetableNow:
    said = timetable.said("timetableDigest")
    begin, end = timetable.text("validFrom"), timetable.text("validTo")
    return TimetableNow(
        id=timetable.id,
        feed=timetable.id.rpartition(":")[2],
        name=timetable.text("name") or timetable.id.rpartition(":")[2],
        lines=_count(timetable, "lineCount"),
        stops=_count(timetable, "stopCount"),
        trips=_count(timetable, "tripCount"),
        begin=begin,
        end=end,
        over=(end is not None and parse_instant(end) <= now) or (begin is not None and parse_instant(begin) > now),
        approximate=shown(timetable, "approximateTimes", now),
        since=format_instant(said.observed) if said else None,
        provider=said.provider if said else None,
        fault=fault,
    )


def _count(known: Known, attribute: str) -> int | None:
    number = known.number(attribute)
    return None if number is None else int(number)
