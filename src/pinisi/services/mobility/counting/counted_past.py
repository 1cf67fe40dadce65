"""The counts of a junction in a period, out of their history: by hand, by phone, as they were corrected last. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from pinisi.services.mobility.engine.capacity.approach import TURNS, VEHICLE_CLASSES, Counted, Turn, VehicleClass
from pinisi.services.mobility.engine.capacity.peak import Interval
from pinisi.services.mobility.models.counts import CLASSES
from pinisi.store.history import Story
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import SECOND, Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.terms import METHOD, PROVIDER

ATTRIBUTES = (*CLASSES.values(), "countedMinutes", "minutesByClass", "dateObservedTo")


class Place(msgspec.Struct, frozen=True):
    approach: str
    turn: Turn


class CountedPast(msgspec.Struct, frozen=True):
    """`providers` and `methods` are those of the counts, each once."""

    intervals: tuple[Interval, ...] = ()
    providers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        return bool(self.intervals) and set(self.methods) == {"measured"}


def counted_past(stories: Sequence[Story], places: Mapping[str, Place], iris: Mapping[str, str]) -> CountedPast:
    """
    Args:
        places: by the id of a `TurningCount`, what it counts.
        iris: of `ATTRIBUTES`.
    """
    found: list[Interval] = []
    instances: list[Instance] = []
    for story in stories:
        for begin, told in _by_begin(story).items():
            interval = _interval(places[story.id], begin, told, iris)
            if interval is not None:
                found.append(interval)
                instances += told.values()
    found.sort(key=lambda each: (each.begin, each.approach, each.movement))
    return CountedPast(tuple(found), tuple(_words(instances, PROVIDER)), tuple(_words(instances, METHOD)))


def place_of(document: Mapping[str, object]) -> Place | None:
    """What an entity in simplified form counts; None where it does not say that."""
    approach, turn = document.get("approach"), document.get("movement")
    if not isinstance(approach, str) or turn not in TURNS:
        return None
    return Place(approach, turn)


def _by_begin(story: Story) -> Mapping[Instant, dict[str, Instance]]:
    """Attribute -> its last word of each interval."""
    found: dict[Instant, dict[str, Instance]] = {}
    for moment in sorted(story.moments, key=lambda each: each.position):
        if moment.instance is not None and moment.dataset is None:
            found.setdefault(moment.observed, {})[moment.attribute] = moment.instance
    return found


def _interval(place: Place, begin: Instant, told: Mapping[str, Instance], iris: Mapping[str, str]) -> Interval | None:
    counts = {kind: _number(told.get(iris[CLASSES[kind]])) for kind in VEHICLE_CLASSES}
    minutes = _number(told.get(iris["countedMinutes"]))
    if not minutes or all(number is None for number in counts.values()):
        return None
    end = _moment(told.get(iris["dateObservedTo"]))
    by_class: Mapping[VehicleClass, float] = _minutes(told.get(iris["minutesByClass"]))
    if not by_class and None in counts.values():
        by_class = {kind: minutes for kind in VEHICLE_CLASSES if counts[kind] is not None}
    return Interval(
        approach=place.approach,
        movement=place.turn,
        begin=datetime.fromtimestamp(begin // SECOND, UTC),
        minutes=minutes,
        counted=Counted(**{kind: number or 0 for kind, number in counts.items()}),
        length=(end - begin) / SECOND / 60 if end is not None and end > begin else 0,
        by_class=by_class,
    )


def _number(instance: Instance | None) -> float | None:
    value = None if instance is None else instance.value
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _moment(instance: Instance | None) -> Instant | None:
    value = None if instance is None else instance.value
    if isinstance(value, Mapping):
        value = value.get("@value")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except NotAnInstant:
        return None


def _minutes(instance: Instance | None) -> Mapping[VehicleClass, float]:
    try:
        return msgspec.convert(None if instance is None else instance.value, dict[VehicleClass, float])
    except msgspec.ValidationError:
        return {}


def _words(instances: Sequence[Instance], name: str) -> Iterator[str]:
    told = {found[0].value for each in instances if (found := each.attributes.get(name))}
    yield from sorted(word for word in told if isinstance(word, str))
