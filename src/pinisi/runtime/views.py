"""What services show, as a city shows it: its own layers, and those of services whose sources it uses.

A service declares layers as data. The city has the last word: its own layer of the same id takes the place of a
service's, and `without` of `city.toml` leaves one out.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.profile import Layer, Profile
from pinisi.runtime.live_file import Wanted, kind_of, read_live
from pinisi.runtime.mapping.mapping import load_mapping_file
from pinisi.runtime.services import Registry
from pinisi.runtime.source import SourceKind


def with_views(profile: Profile, registry: Registry, kinds: Sequence[SourceKind[Any]]) -> Profile:
    """The profile with the layers that services add to it.

    Raises:
        CityError: `live.toml` cannot be read; names the field.
    """
    written = _written(profile, registry, kinds)
    taken = {layer.id for layer in profile.city.layers} | set(profile.city.without)
    added: list[Layer] = []
    for service in registry.services:
        for layer in service.views:
            if layer.type in written and layer.id not in taken:
                taken.add(layer.id)
                added.append(msgspec.structs.replace(layer, service=layer.service or service.name))
    city = msgspec.structs.replace(profile.city, layers=(*profile.city.layers, *added))
    return msgspec.structs.replace(profile, city=city)


def _written(profile: Profile, registry: Registry, kinds: Sequence[SourceKind[Any]]) -> frozenset[str]:
    """The entity types, by short name, that the city's sources write, whether they are on or not, that it shows itself,
    and that reactions make of them.
    """
    wanted = read_live(profile.folder)
    found = [kind_of(each.kind, registry, kinds) for each in wanted]
    written = {type for kind in found if kind is not None for type in kind.writes}
    written |= {type for each in wanted for type in _mapped(profile.folder, each)}
    known = written | {layer.type for layer in profile.city.layers}
    reactions = [reaction for service in registry.services for reaction in service.reactions]
    woken = [reaction for reaction in reactions if any(wake.type in known for wake in reaction.wakes)]
    return frozenset(written | {writes.type for reaction in woken for writes in reaction.writes})


def _mapped(folder: Path, wanted: Wanted) -> set[str]:
    """The types that the mapping of a source writes; of one that cannot be read none (the source says why)."""
    name = wanted.options.get("mapping")
    if not isinstance(name, str):
        return set()
    try:
        return {type for mapping in load_mapping_file(folder, name).mappings for type in mapping.types}
    except ValueError:
        return set()
