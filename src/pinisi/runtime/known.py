"""What a reaction is given: entities as they are now, values of their past, and the moment for which it answers.

A reaction sees short names and plain values, never the store. What it reads is noted, so that every number it makes can
tell what it was made of.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.vocabulary.entity import LANGUAGE, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant
from pinisi.vocabulary.terms import LOCATION, PROVIDER

Document = Mapping[str, Any]
"""An entity in normalized NGSI-LD form, with short names."""
_encode = msgspec.json.Encoder().encode


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One value: when it was true, when it was known, where it stands in the log; `provider` is its source card."""

    value: Any
    observed: Instant
    received: Instant
    position: int = 0
    unit: str | None = None
    method: str | None = None
    provider: str | None = None

    @property
    def number(self) -> float | None:
        """The value as a number; None where it is none."""
        return _number(self.value)


class Known:
    """An entity as it is known at the moment of the reaction."""

    def __init__(self, entity: Entity, table: TermTable, position: int = 0) -> None:
        self._entity = entity
        self._table = table
        self.position = position
        self.read: set[str] = set()

    @property
    def id(self) -> str:
        return self._entity.id

    def said(self, attribute: str, dataset: str | None = None) -> Said | None:
        """The newest value of an attribute, or of one named instance of it."""
        self.read.add(attribute)
        for instance in self._entity.attributes.get(self._iri(attribute), ()):
            if instance.dataset_id == dataset:
                return said_of(instance, self._table)
        return None

    def is_a(self, type: str) -> bool:
        return self._table.expand_term(type) in self._entity.types

    def says(self, attribute: str, value: str) -> bool:
        """Whether an attribute has this value; asking is no reading of it."""
        return any(each.value == value for each in self._entity.attributes.get(self._iri(attribute), ()))

    def value(self, attribute: str) -> Any:
        found = self.said(attribute)
        return None if found is None else found.value

    def number(self, attribute: str) -> float | None:
        found = self.said(attribute)
        return None if found is None else found.number

    def text(self, attribute: str) -> str | None:
        value = self.value(attribute)
        return value if isinstance(value, str) else None

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude of its place, where that is a point."""
        found = self.value("location")
        if not isinstance(found, dict) or found.get("type") != "Point":  # pyright: ignore[reportUnknownMemberType]
            return None
        longitude, latitude = found["coordinates"][:2]  # pyright: ignore[reportUnknownVariableType]
        return float(longitude), float(latitude)  # pyright: ignore[reportUnknownArgumentType]

    def related(self, attribute: str) -> tuple[str, ...]:
        """The ids that a Relationship names."""
        self.read.add(attribute)
        return tuple(related(self._entity, self._iri(attribute)))

    def version(self, own: Mapping[str, frozenset[str]]) -> bytes:
        """Which version of the entity this is: its position, or, where the reaction writes it itself, what it says
        beside what the reaction writes. `own`: IRIs of types -> IRIs of attributes that the reaction writes.
        """
        written = [own[type] for type in self._entity.types if type in own]
        if not written:
            return b"%d" % self.position
        hidden = frozenset[str]().union(*written)
        return _encode({name: many for name, many in self._entity.attributes.items() if name not in hidden})

    def _iri(self, attribute: str) -> str:
        return LOCATION if attribute == "location" else self._table.expand_term(attribute)


class Inputs:
    """All that a reaction is given for one subject at one moment.

    `now` is the moment of the change that woke it, or of the clock's beat: running it again gives the same answer.
    """

    def __init__(
        self,
        now: Instant,
        subject: Known | None = None,
        *,
        past: Mapping[str, Sequence[Said]] | None = None,
        others: Mapping[str, Sequence[Known]] | None = None,
        named: Mapping[str, Known] | None = None,
        beat: bool = False,
    ) -> None:
        self.now = now
        self.beat = beat
        self._subject = subject
        self._past = past or {}
        self._others = others or {}
        self._named = named or {}
        self.windows: dict[str, Sequence[Said]] = {}

    @property
    def subject(self) -> Known:
        """The entity that it is about.

        Raises:
            LookupError: the reaction is about the whole city.
        """
        if self._subject is None:
            raise LookupError("this reaction is about no single entity")
        return self._subject

    def past(self, attribute: str) -> Sequence[Said]:
        """Values of the subject over the declared hours, by the time at which they were true, oldest first."""
        found = self._past.get(attribute, ())
        self.windows[attribute] = found
        return found

    def others(self, type: str) -> Sequence[Known]:
        """The entities of a declared type."""
        return self._others.get(type, ())

    def named(self, attribute: str) -> Known | None:
        """The entity that the subject's Relationship names."""
        return self._named.get(attribute)

    @property
    def entities(self) -> Sequence[Known]:
        """Every entity among the inputs, each once."""
        each = [self._subject] if self._subject is not None else []
        each += [known for many in self._others.values() for known in many]
        each += self._named.values()
        return list({known.id: known for known in each}.values())


def related(entity: Entity, attribute: str) -> list[str]:
    """The ids that a Relationship (by IRI) names."""
    found: list[str] = []
    for instance in entity.attributes.get(attribute, ()):
        if instance.kind == RELATIONSHIP:
            found += instance.value if isinstance(instance.value, list) else [instance.value]
    return found


def known_from(document: Document, table: TermTable) -> Known:
    """An entity as a reaction sees it, from normalized NGSI-LD: for tests and for runs without a server.

    Raises:
        BadRequestData: naming the field.
    """
    return Known(read_entity(dict(document), table), table)


def said_of(
    instance: Instance, table: TermTable, *, observed: Instant | None = None, received: Instant = 0, position: int = 0
) -> Said:
    return Said(
        value=_plain(instance, table),
        observed=observed if observed is not None else _observed(instance),
        received=received or instance.modified_at,
        position=position,
        unit=instance.unit_code,
        method=_method(instance, table),
        provider=_provider(instance),
    )


def _plain(instance: Instance, table: TermTable) -> Any:
    value: Any = instance.value
    if instance.kind != LANGUAGE and isinstance(value, dict) and "@value" in value:
        return value["@value"]  # pyright: ignore[reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]


def _method(instance: Instance, table: TermTable) -> str | None:
    found = instance.attributes.get(table.expand_term("method"))
    return str(found[0].value) if found else None


def _provider(instance: Instance) -> str | None:
    found = instance.attributes.get(PROVIDER)
    return found[0].value if found and isinstance(found[0].value, str) else None


def _observed(instance: Instance) -> Instant:
    if instance.observed_at is None:
        return instance.modified_at
    try:
        return parse_instant(instance.observed_at)
    except NotAnInstant:
        return instance.modified_at


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
