"""Entity maps: the entities that a query found, fixed for the pages that follow (NGSI-LD 5.2.39, 5.5.9.3, 5.5.14).

A map keeps each entity's place. What no longer fits the query loses its sources, but not its place, so that the pages
behind it stay where they are: whoever walks through a map meets each entity once, whatever comes and goes meanwhile.
"""

import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from pinisi.context.duration import NotADuration, parse_duration
from pinisi.context.json_shapes import is_object
from pinisi.context.problems import BadRequestData
from pinisi.context.validate import check_moment, is_uri
from pinisi.vocabulary.instant import DAY, MINUTE, Instant, format_instant, parse_instant

ENTITY_MAP = "EntityMap"
LOCAL = "@none"
"""The source that stands for "held locally" (5.2.39)."""

LIFETIME = 10 * MINUTE
LONGEST_LIFETIME = DAY
PLACES_MOST = 20_000
_PREFIX = "urn:ngsi-ld:entitymap:"
_LONGEST_REFERENCE = 2_000
_IN_HEADER = re.compile(r"[!-~]+")


class Place(msgspec.Struct, frozen=True, array_like=True):
    """An entity and where it is held: registrations by id, `@none` for here; nowhere: it no longer fits the query."""

    id: str
    sources: tuple[str, ...] = (LOCAL,)


class MapFace(msgspec.Struct, frozen=True):
    """What is known of a map without its places: whose it is, when it ends, how many places it has.

    `linked`: registration -> the map that its source made for the same question.
    """

    reader: str
    expires_at: Instant
    size: int
    linked: dict[str, str] = {}


class EntityMap(msgspec.Struct, frozen=True):
    """One map. `id` is a URI."""

    id: str
    face: MapFace
    places: tuple[Place, ...]

    def sources(self) -> dict[str, tuple[str, ...]]:
        """Entity id -> where it is held, of those that still fit."""
        return {place.id: place.sources for place in self.places if place.sources}


def new_map(
    reader: str,
    places: Sequence[Place],
    now: Instant,
    lifetime: Instant = LIFETIME,
    linked: Mapping[str, str] | None = None,
) -> EntityMap:
    """A map with an id that nobody guesses."""
    face = MapFace(reader, now + lifetime, len(places), dict(linked or {}))
    return EntityMap(_PREFIX + secrets.token_hex(16), face, tuple(places))


def without(kept: EntityMap, gone: Collection[str]) -> EntityMap:
    """The map after these entities have been found not to fit."""
    places = tuple(Place(place.id, ()) if place.id in gone else place for place in kept.places)
    return msgspec.structs.replace(kept, places=places)


def ends(face: MapFace, wished: Instant, now: Instant) -> MapFace:
    """The map with another end: as wished, but not beyond the longest lifetime."""
    return msgspec.structs.replace(face, expires_at=min(wished, now + LONGEST_LIFETIME))


def read_lifetime(text: Any) -> Instant:
    """A wished lifetime (`entityMapLifetime`, ISO 8601) in microseconds, cut to the longest.

    Raises:
        BadRequestData: it is no duration.
    """
    if text is None:
        return LIFETIME
    try:
        duration = parse_duration(text) if isinstance(text, str) else None
    except NotADuration as error:
        raise BadRequestData(str(error), "entityMapLifetime") from None
    if duration is None:
        raise BadRequestData("must be a text", "entityMapLifetime")
    return LONGEST_LIFETIME if duration.months else min(duration.microseconds, LONGEST_LIFETIME)


def read_map_fragment(document: Any) -> Instant | None:
    """The end that an update of a map asks for; members that only the system writes are ignored (5.14.2.4).

    Raises:
        BadRequestData: names the member.
    """
    if not is_object(document):
        raise BadRequestData("a fragment of an EntityMap is a JSON object")
    if document.get("type", ENTITY_MAP) != ENTITY_MAP:
        raise BadRequestData("must be EntityMap", "type")
    end = document.get("expiresAt")
    return None if end is None else parse_instant(check_moment(end, "expiresAt"))


def check_map_id(id: str) -> str:
    """Raises `BadRequestData` for what is no URI (5.14.1.4)."""
    if not is_uri(id):
        raise BadRequestData(f"{id[:80]!r} is no URI", "entityMapId")
    return id


def map_referred_to(reference: str) -> str:
    """The id of a map out of an NGSILD-EntityMap header: an address, or the id itself."""
    return unquote(reference[:_LONGEST_REFERENCE].rstrip("/").rpartition("/")[2])


def linked_map(id: Any) -> str:
    """The id of a map at a source, as a header can carry it; empty where it is none."""
    return id if isinstance(id, str) and len(id) <= _LONGEST_REFERENCE and _IN_HEADER.fullmatch(id) else ""


def map_document(kept: EntityMap) -> dict[str, Any]:
    """The map as mandated by 5.2.39, without `@context`."""
    document: dict[str, Any] = {
        "id": kept.id,
        "type": ENTITY_MAP,
        "expiresAt": format_instant(kept.face.expires_at),
        "entityMap": kept.sources(),
    }
    if kept.face.linked:
        document["linkedMaps"] = kept.face.linked
    return document
