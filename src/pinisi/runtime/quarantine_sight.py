"""Which waiting rows a reader may see: those that speak of what he may see whole.

A row belongs where its entity lies, and has its types; a row of an entity that is not there yet, where its position is,
with the types that it claims. Where that cannot be known it belongs to no area, and to no type: whoever sees only some
areas or types does not see it.
"""

from collections.abc import Mapping, Sequence

from pinisi.runtime.quarantine import Quarantined
from pinisi.store.protocol import Store
from pinisi.store.query import EntityQuery
from pinisi.store.record import Family
from pinisi.vocabulary.principal import EVERYTHING, WHOLE, Grants

Row = tuple[str, Quarantined]
Belongs = tuple[tuple[str, ...], tuple[str, ...]]
"""Types and areas."""
_AT_ONCE = 500


async def rows_seen(store: Store, tenant: str, rows: Sequence[Row], grants: Grants) -> list[Row]:
    """The rows that the reader may see, in their order. A row shows all cells: some attributes are not enough."""
    if grants.sees_all:
        return list(rows)
    where = await _belonging(store, tenant, [row for _, row in rows])
    return [pair for pair, (types, areas) in zip(rows, where, strict=True) if grants.projection(types, areas) == WHOLE]


async def may_decide(store: Store, tenant: str, row: Quarantined, grants: Grants) -> bool:
    """Whether somebody may give up a row: he may write what it speaks of."""
    ((types, areas),) = await _belonging(store, tenant, [row])
    return grants.writes_all or grants.may_write(types, areas, ())


async def _belonging(store: Store, tenant: str, rows: Sequence[Quarantined]) -> list[Belongs]:
    known = await _families(store, tenant, sorted({row.entity for row in rows if row.entity}))
    found = await store.areas_at(tenant, [row.position or (0.0, 0.0) for row in rows])
    return [_belongs(row, known, areas) for row, areas in zip(rows, found, strict=True)]


def _belongs(row: Quarantined, known: Mapping[str, Family], at: tuple[str, ...]) -> Belongs:
    family = known.get(row.entity)
    if family is not None:
        return family.types, family.areas
    return row.types, () if row.position is None else at


async def _families(store: Store, tenant: str, ids: Sequence[str]) -> dict[str, Family]:
    known: dict[str, Family] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = tuple(ids[start : start + _AT_ONCE])
        page = await store.find(tenant, EntityQuery(ids=some), EVERYTHING, limit=len(some), heat=False)
        known.update((record.id, record.family) for record in page.records)
    return known
