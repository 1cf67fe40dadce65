"""Junctions of which no more is known than what somebody said of them in public."""

from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.city.facts import Entity, Origin, fact
from pinisi.city.reading import read_toml
from pinisi.services.mobility.models.signals import JUNCTION, junction_id


class KnownJunction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Args:
    said: connected to the control room, or active in it.
    on: the day of which it was said.
    cameras: how many look at it; None where nobody said.
    source: publication and title or day.
    """

    id: str
    name: str
    said: Literal["connected", "active"]
    on: date
    source: str
    cameras: int | None = None


class _Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    junctions: tuple[KnownJunction, ...]


def read_known_junctions(path: Path) -> tuple[KnownJunction, ...]:
    """Of a city's `junctions.toml`. Raises CityError, naming the field."""
    return read_toml(path, _Known).junctions


def known_entity(junction: KnownJunction, source: str) -> Entity:
    """`source` is the id of the source card. No location: none is published."""
    day = junction.on.isoformat()
    origin = Origin(source=source, observed_at=f"{day}T00:00:00Z", period=day)
    entity: Entity = {"id": junction_id(junction.id), "type": JUNCTION, "name": fact(junction.name, origin)}
    if junction.cameras is not None:
        entity["cameraCount"] = fact(junction.cameras, origin)
    return entity
