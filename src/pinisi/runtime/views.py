"""What services show, as a city shows it: its own layers, and those of services whose sources it uses.

A service declares layers as data. The city has the last word: its own layer of the same id takes the place of a
service's, and `without` of `city.toml` leaves one out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.city.profile import Layer, Profile
from pinisi.runtime.live_file import Wanted, kind_of, read_live
from pinisi.runtime.services import Registry
from pinisi.runtime.source import SourceKind


def with_views(profile: Profile, registry: Registry, kinds: Sequence[SourceKind[Any]]) -> Profile:
    """The profile with the layers that services add to it.

    Raises:
        CityError: `live.toml` cannot be read; names the field.
    """
    written = _written(read_live(profile.folder), registry, kinds)
    taken = {layer.id for layer in profile.city.layers} | set(profile.city.without)
    added: list[Layer] = []
    for service in registry.services:
        for layer in service.views:
            if layer.type in written and layer.id not in taken:
                taken.add(layer.id)
                added.append(msgspec.structs.replace(layer, service=layer.service or service.name))
    city = msgspec.structs.replace(profile.city, layers=(*profile.city.layers, *added))
    return msgspec.structs.replace(profile, city=city)


def _written(wanted: Iterable[Wanted], registry: Registry, kinds: Sequence[SourceKind[Any]]) -> frozenset[str]:
    """The entity types that the city's sources write, by short name, whether they are on or not."""
    found = [kind_of(each.kind, registry, kinds) for each in wanted]
    return frozenset(type for kind in found if kind is not None for type in kind.writes)
