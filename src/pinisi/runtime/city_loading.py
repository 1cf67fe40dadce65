"""Brings a city's folder into the context: areas first, then sources, then registers.

Loaded once for each content of the folder: an unchanged folder costs one look. Only differences are written, so a
second load changes nothing, and a value that somebody has corrected since (newer `observedAt`) stays.
"""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog

from pinisi import __version__
from pinisi.context.geometry import check_simple
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import said, stamped
from pinisi.store.change import DocumentChange, Edit, EntityChange, Refused, Transform
from pinisi.store.protocol import Store
from pinisi.vocabulary.entity import Attributes, Entity, Instance
from pinisi.vocabulary.instant import Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING, Principal
from pinisi.vocabulary.terms import DATA_QUALITY

LOADER = Principal(id="city-folder", name="City folder", kind="source", grants=EVERYTHING)
KIND = "city-load"
BATCH = 250
_CONTENT = frozenset({".toml", ".csv", ".geojson", ".json"})
_log = structlog.get_logger("pinisi.city")


def folder_digest(folder: Path, *more: bytes) -> str:
    """Hash of all that decides which entities a city folder gives."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _CONTENT):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    for part in (__version__.encode(), *more):
        digest.update(part)
    return digest.hexdigest()


class CityNotLoaded(Exception):
    """An entity of the city's folder was refused; the text names it and the reason."""


async def is_loaded(store: Store, tenant: str, digest: str) -> bool:
    """Whether the folder was loaded with exactly this content: then its entities need not even be read."""
    known = await store.document(tenant, KIND, "digest")
    return known is not None and known[1] == digest.encode()


async def load_city(
    store: Store, tenant: str, digest: str, entities: Iterable[Mapping[str, Any]], table: TermTable
) -> int:
    """Write what differs from the store; answers how many entities changed.

    Args:
        digest: hash of the folder's content; the same one as last time means nothing to do.
        entities: normalized, with the short names of `table`.

    Raises:
        CityNotLoaded: an entity cannot be taken; what came before it is kept.
    """
    if await is_loaded(store, tenant, digest):
        return 0
    changed = 0
    batch: list[EntityChange] = []
    for document in entities:
        entity = _read(document, table)
        batch.append(EntityChange(entity.id, settled(entity)))
        if len(batch) == BATCH:
            changed += await _write(store, tenant, batch)
            batch = []
            await asyncio.sleep(0)
    changed += await _write(store, tenant, batch)
    await store.apply(tenant, [DocumentChange(KIND, "digest", digest.encode())], LOADER)
    _log.info("city loaded", tenant=tenant, changed=changed)
    return changed


def _read(document: Mapping[str, Any], table: TermTable) -> Entity:
    try:
        return check_simple(read_entity(document, table))
    except Refused as refusal:
        raise CityNotLoaded(f"{document.get('id')}: {refusal}") from None


async def _write(store: Store, tenant: str, batch: list[EntityChange]) -> int:
    if not batch:
        return 0
    applied = await store.apply(tenant, batch, LOADER, atomic=False)
    for change, outcome in zip(batch, applied.outcomes, strict=True):
        if outcome.refused is not None:
            raise CityNotLoaded(f"{change.id}: {outcome.refused}")
    return sum(outcome.position is not None for outcome in applied.outcomes)


def settled(wanted: Entity) -> Transform:
    """The transform that makes an entity what the register says, touching nothing that says so already.

    Doubts (`dataQuality`) are the folder's own: those that it no longer has are taken away. Nothing else is.
    """

    def transform(old: Entity | None, now: Instant) -> Edit:
        attributes = {
            name: _settle(old.attributes.get(name, []) if old else [], instances, now)
            for name, instances in wanted.attributes.items()
        }
        if old is None:
            return Edit(Entity(wanted.id, wanted.types, attributes, wanted.scopes, None, now, now))
        kept: Attributes = {**old.attributes, **attributes}
        if DATA_QUALITY not in wanted.attributes:
            kept.pop(DATA_QUALITY, None)
        types = list(dict.fromkeys([*wanted.types, *old.types]))
        same = kept.keys() == old.attributes.keys() and all(kept[name] is old.attributes[name] for name in kept)
        same = same and types == old.types
        if same:
            return Edit(old)
        return Edit(Entity(old.id, types, kept, old.scopes, old.expires_at, old.created_at, now))

    return transform


def _settle(old: list[Instance], wanted: list[Instance], now: Instant) -> list[Instance]:
    known = {instance.dataset_id: instance for instance in old}
    settled = [_choose(known.pop(instance.dataset_id, None), instance, now) for instance in wanted]
    settled += known.values()
    return old if len(settled) == len(old) and all(a is b for a, b in zip(old, settled, strict=True)) else settled


def _choose(old: Instance | None, wanted: Instance, now: Instant) -> Instance:
    if old is not None and (said(old) == said(wanted) or _newer(old, wanted)):
        return old
    return stamped(wanted, old.created_at if old else now, now)


def _newer(old: Instance, wanted: Instance) -> bool:
    if old.observed_at is None or wanted.observed_at is None:
        return False
    return parse_instant(old.observed_at) > parse_instant(wanted.observed_at)
