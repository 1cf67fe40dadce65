"""Entity maps in the store: kept as documents, each for the reader who made it, bounded in number and size (5.14).

A map is two documents: its face, which is small and looked through when another is made, and its places. It belongs to
one reader: whoever else names it is told that it does not exist. What he may see of it is asked anew each time.
"""

from collections.abc import Sequence

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.context.entity_map import PLACES_MOST, EntityMap, MapFace, Place
from pinisi.context.problems import TooManyResults
from pinisi.store.change import Change, DocumentChange, VersionConflict
from pinisi.vocabulary.instant import Instant

FACE, PLACES = "entityMap", "entityMapPlaces"
MAPS_MOST = 200
MAPS_A_READER = 20
PLACES_ALTOGETHER = 400_000

_encode = msgspec.json.Encoder().encode
_decode_face = msgspec.json.Decoder(MapFace).decode
_decode_places = msgspec.json.Decoder(tuple[Place, ...]).decode
_Faces = list[tuple[str, MapFace]]


async def map_of(house: House, call: Call, id: str) -> EntityMap | None:
    """The reader's map of this id, unless its time is over."""
    kept = await house.store.document(call.tenant, FACE, id)
    if kept is None:
        return None
    face = _decode_face(kept[1])
    if face.reader != call.principal.id or face.expires_at <= now_of(house, call):
        return None
    places = await house.store.document(call.tenant, PLACES, id)
    return None if places is None else EntityMap(id, face, _decode_places(places[1]))


async def keep_map(house: House, call: Call, made: EntityMap) -> None:
    """Keep a new map; those whose time is over go, and those that end soonest where there are too many.

    Raises:
        TooManyResults: it has too many places.
    """
    if made.face.size > PLACES_MOST:
        raise TooManyResults(f"an entity map holds at most {PLACES_MOST} entities", "entityMap")
    faces = [(id, _decode_face(body)) for id, _, body in await house.store.documents(call.tenant, FACE)]
    changes: list[Change] = [
        DocumentChange(FACE, made.id, _encode(made.face)),
        DocumentChange(PLACES, made.id, _encode(made.places)),
    ]
    for id in _giving_way(faces, made.face, now_of(house, call)):
        changes += (DocumentChange(FACE, id, None), DocumentChange(PLACES, id, None))
    await house.store.apply(call.tenant, changes, call.principal)


async def change_face(house: House, call: Call, kept: EntityMap, face: MapFace) -> None:
    """Give a map another face."""
    await house.store.apply(call.tenant, [DocumentChange(FACE, kept.id, _encode(face))], call.principal)


async def change_places(house: House, call: Call, kept: EntityMap) -> None:
    """Note what fits no more. Of two who walk through one map at once the first has the word; the other asks again."""
    found = await house.store.document(call.tenant, PLACES, kept.id)
    if found is not None:
        change = DocumentChange(PLACES, kept.id, _encode(kept.places), expected=found[0])
        try:
            await house.store.apply(call.tenant, [change], call.principal)
        except VersionConflict:
            return


async def delete_map(house: House, call: Call, id: str) -> None:
    changes = [DocumentChange(FACE, id, None), DocumentChange(PLACES, id, None)]
    await house.store.apply(call.tenant, changes, call.principal)


def now_of(house: House, call: Call) -> Instant:
    """The tenant's time. Asking it makes no town: there are many tenants that nobody looks at."""
    town = house.towns.get(call.tenant)
    return house.now() if town is None else town.now()


def _giving_way(faces: _Faces, new: MapFace, now: Instant) -> Sequence[str]:
    """Ids of the maps that go when a new one is kept."""
    going = [id for id, face in faces if face.expires_at <= now]
    living = sorted(((id, face) for id, face in faces if face.expires_at > now), key=lambda one: one[1].expires_at)
    mine = [one for one in living if one[1].reader == new.reader]
    first = mine[: max(0, len(mine) + 1 - MAPS_A_READER)]
    left = [one for one in living if one not in first]
    size = new.size + sum(face.size for _, face in left)
    while left and (len(left) >= MAPS_MOST or size > PLACES_ALTOGETHER):
        first.append(left.pop(0))
        size -= first[-1][1].size
    return [*going, *(id for id, _ in first)]
