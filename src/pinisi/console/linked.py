"""What tells of the same thing: a station, its index and its forecast, tied by `refObserved`."""

from collections.abc import Mapping, Sequence

from pinisi.console.facts import name_of
from pinisi.console.layers import location_of
from pinisi.console.viewpoint import Viewpoint
from pinisi.runtime.known import related
from pinisi.store.query import Compare, EntityQuery, GeoQuery, Path
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import Projection
from pinisi.vocabulary.terms import LOCATION

MOST = 8
SAME_PLACE_METRES = 1.0
UNSEEN = Projection(frozenset())


async def linked(view: Viewpoint, entity: Entity, link: str) -> Sequence[Record]:
    """What `entity` tells of, then what stands at its place and tells of the same (or of it). `link`: an IRI."""
    told_of = related(entity, link)
    found = list(await view.find(EntityQuery(ids=tuple(told_of)), limit=MOST)) if told_of else []
    place = location_of(entity)
    if place is not None and place.get("type") == "Point":
        here = GeoQuery("near", place, LOCATION, max_distance=SAME_PLACE_METRES)
        same = Compare(Path(link), "==", (*told_of, entity.id))
        found += await view.find(EntityQuery(geo=here, filter=same), limit=MOST + 1)
    return [record for record in {each.id: each for each in found}.values() if record.id != entity.id][:MOST]


async def names_of_related(view: Viewpoint, entity: Entity) -> Mapping[str, str]:
    """Id -> name of what its relationships name, of those that the reader may see and that have one."""
    ids = {id for name in entity.attributes for id in related(entity, name)}
    records = await view.find(EntityQuery(ids=tuple(sorted(ids))), limit=len(ids)) if ids else ()
    shown = [seen(record, projection_of(record, view.grants) or UNSEEN) for record in records]
    return {each.id: name for each in shown if (name := name_of(each)) != each.id}
