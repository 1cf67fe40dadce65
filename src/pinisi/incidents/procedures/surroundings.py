"""What the context knows around an incident: the entities that a check may look at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from shapely.geometry import shape

from pinisi.incidents.incident import SEVERITY, SUBJECT, word_of
from pinisi.incidents.procedures.checking import Circumstances, Document
from pinisi.incidents.procedures.playbook import Check
from pinisi.incidents.queue import Case
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery, GeoQuery, TypeIs
from pinisi.store.record import Record
from pinisi.vocabulary.principal import EVERYTHING
from pinisi.vocabulary.terms import LOCATION

MOST = 2_000
_PARTS = {"city": 2, "kecamatan": 3, "kelurahan": 4}
"""Parts of an area's code at each level: 73.71, 73.71.09, 73.71.09.1001."""


class Surroundings:
    """`expand` makes an IRI of a short name; `document` writes an entity in normalized form with short names."""

    def __init__(self, store: Store, expand: Callable[[str], str], document: Callable[[Record], Document]) -> None:
        self._store = store
        self._document = document
        self.expand = expand

    async def around(self, tenant: str, check: Check, case: Case) -> Sequence[Document]:
        """Entities of the check's type that lie where it says; an incident without a place has none near by."""
        type = TypeIs(self.expand(check.condition.type))
        if check.near:
            geometry = point_of(case)
            if geometry is None:
                return []
            geo = GeoQuery("near", geometry, LOCATION, max_distance=check.near)
            return await self._find(tenant, EntityQuery(types=type, geo=geo), None)
        return await self._find(tenant, EntityQuery(types=type), area_of(case, check.within))

    async def circumstances(self, tenant: str, case: Case) -> Circumstances:
        """What playbooks are proposed by."""
        record, subject = case.record, word_of(case.entity, SUBJECT)
        found = await self._store.entity(tenant, subject, EVERYTHING) if isinstance(subject, str) else None
        return Circumstances(
            category=record.category,
            subcategory=record.subcategory,
            severity=str(word_of(case.entity, SEVERITY) or ""),
            priority=record.priority,
            injured=record.injured,
            subject=None if found is None else self._document(found),
        )

    async def _find(self, tenant: str, query: EntityQuery, area: str | None) -> Sequence[Document]:
        """`area` "": the incident lies in none of the level that is asked for, so nothing lies there."""
        page = await self._store.find(tenant, query, EVERYTHING, limit=MOST)
        return [self._document(each) for each in page.records if area is None or area in each.family.areas]


def area_of(case: Case, level: str) -> str | None:
    """The code of the incident's area of a level; "" where it lies in none; None where no level is asked for."""
    if not level:
        return None
    return next((code for code in case.areas if code.count(".") + 1 == _PARTS[level]), "")


def point_of(case: Case) -> dict[str, Any] | None:
    """The incident's place as a GeoJSON point."""
    location = word_of(case.entity, LOCATION)
    if not isinstance(location, Mapping):
        return None
    point = shape(cast("dict[str, Any]", location)).representative_point()
    return None if point.is_empty else {"type": "Point", "coordinates": [point.x, point.y]}
