"""A context source registration: which entities another source may hold, and which operations it serves (5.2.9).

What is stored is the payload with every name as an IRI, so that it means the same for ever. What works is the
`Registration`, read from it. A source's own properties, its places and scopes together are its `face`: an entity, of
which the filters of discovery (`csf`, `geoQ`, `scopeQ`) are asked.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from pinisi.context.duration import Duration
from pinisi.context.ngsi_v2.names import plain_name
from pinisi.context.subscription import KeyValue
from pinisi.store.match import compile_query
from pinisi.store.pattern import compile_pattern
from pinisi.store.query import EntityQuery, Filter, GeoQuery, ScopeSelection
from pinisi.store.relation import compile_relation
from pinisi.vocabulary.entity import Attributes, Entity
from pinisi.vocabulary.instant import Instant

KIND = "registration"
STATE_KIND = "registration-state"
TYPE = "ContextSourceRegistration"
Mode = Literal["inclusive", "exclusive", "redirect", "auxiliary"]
MODES: tuple[Mode, ...] = ("inclusive", "exclusive", "redirect", "auxiliary")
PROXIED: frozenset[Mode] = frozenset({"exclusive", "redirect"})
"""The modes whose data lies with the source alone (NGSI-LD 4.3.6.3)."""


class Provider(msgspec.Struct, frozen=True):
    """What a provider is told of where its registration was made: `Fiware-Service`, `Fiware-ServicePath`."""

    service: str | None = None
    path: str | None = None


class StoredRegistration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document of a registration.

    `payload` holds IRIs in place of names. `properties` are the source's own properties, as they were read;
    `context` is the @context in which it was written. `v2` is what was written, if it was written in NGSI v2, and
    `provider` where.
    """

    id: str
    owner: str
    payload: dict[str, Any]
    properties: Attributes
    context: Any
    created_at: Instant
    modified_at: Instant
    v2: dict[str, Any] | None = None
    provider: Provider | None = None


encode_stored = msgspec.json.Encoder().encode
decode_stored = msgspec.json.Decoder(StoredRegistration).decode


class EntityInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Entities that a source may hold (NGSI-LD 5.2.8). An id goes before a pattern; neither: all of these types.

    `types` is empty only where a source was registered by ids alone, or by a pattern of the names of types (NGSI v2).
    """

    types: frozenset[str]
    id: str | None = None
    id_pattern: str | None = None
    type_pattern: str | None = None

    def may_be(self, types: Iterable[str]) -> bool:
        """Whether an entity of these types (IRIs) may be meant, whatever its id."""
        if self.types:
            return not self.types.isdisjoint(types)
        if self.type_pattern is None:
            return True
        found = compile_pattern(self.type_pattern)
        return any(found(plain_name(iri)) for iri in types)

    def covers_id(self, id: str) -> bool:
        """Whether an entity of this id may be meant, whatever its type."""
        if self.id is not None:
            return self.id == id
        return self.id_pattern is None or compile_pattern(self.id_pattern)(id)


class Information(msgspec.Struct, frozen=True, kw_only=True):
    """One part of what a source may hold (NGSI-LD 5.2.10). No `entities`: any. Names are IRIs; None: not said."""

    entities: tuple[EntityInfo, ...] = ()
    properties: frozenset[str] | None = None
    relationships: frozenset[str] | None = None

    @property
    def attributes(self) -> frozenset[str] | None:
        """Properties and relationships together; None: every attribute."""
        if self.properties is None and self.relationships is None:
            return None
        return (self.properties or frozenset()) | (self.relationships or frozenset())


class Interval(msgspec.Struct, frozen=True):
    """From `start` to `end`, both included; None: to now and on (NGSI-LD 5.2.11)."""

    start: Instant
    end: Instant | None = None

    def meets(self, since: Instant | None, until: Instant | None) -> bool:
        """Whether a time that was asked for, open where None, has an instant in common with it (5.10.2.4)."""
        return (self.end is None or since is None or since <= self.end) and (until is None or until >= self.start)


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as it works. `operations` are single names; `datasets` holds None for the default instance.

    `timeout` and `cooldown` in seconds. `source_info` is as written: `urn:ngsi-ld:request` still stands in it.
    `provider`: the source speaks NGSI v2; None: NGSI-LD.
    """

    id: str
    owner: str
    endpoint: str
    face: Entity
    information: tuple[Information, ...]
    operations: frozenset[str]
    mode: Mode = "inclusive"
    tenant: str | None = None
    alias: str | None = None
    datasets: frozenset[str | None] | None = None
    observation: Interval | None = None
    management: Interval | None = None
    expires_at: Instant | None = None
    source_info: tuple[KeyValue, ...] = ()
    local_only: bool = False
    timeout: float | None = None
    cooldown: float | None = None
    cache_duration: Duration | None = None
    context: Any = None
    created_at: Instant = 0
    provider: Provider | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(self.face.scopes)

    @property
    def temporal(self) -> bool:
        """It serves the past, and only that (NGSI-LD 5.9.1)."""
        return self.observation is not None or self.management is not None

    def expired(self, now: Instant) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def matches_csf(self, filter: Filter) -> bool:
        """Whether its properties meet a context source filter (NGSI-LD 4.9)."""
        return compile_query(EntityQuery(filter=filter))(self.face, None)

    def in_scope(self, selection: ScopeSelection) -> bool:
        return compile_query(EntityQuery(scopes=selection))(self.face, None)

    def may_lie(self, query: GeoQuery) -> bool:
        """Whether its place meets a geo-query, or may hold places that do (NGSI-LD 5.10.2.4)."""
        instances = self.face.attributes.get(query.attribute, ())
        return any(_possible(query, instance.value) for instance in instances)


def _possible(query: GeoQuery, place: Any) -> bool:
    if compile_relation(query)(place):
        return True
    if query.relation == "near":
        return query.max_distance is None and place.get("type") != "Point"
    if query.relation == "disjoint":
        return not compile_relation(msgspec.structs.replace(query, relation="within"))(place)
    return compile_relation(msgspec.structs.replace(query, relation="intersects"))(place)


class Fares(msgspec.Struct, omit_defaults=True):
    """How the operations that were sent to a source fared (Table 5.2.9-2). It lies beside the registration."""

    times_sent: int = 0
    times_failed: int = 0
    last_success: Instant = 0
    last_failure: Instant = 0
    failing: bool = False


encode_fares = msgspec.json.Encoder().encode
decode_fares = msgspec.json.Decoder(Fares).decode
