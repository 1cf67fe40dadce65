"""`live.toml` of a city: which sources it uses, and how. A source names a kind: `flood.bmkg-warnings`, or `mqtt`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.profile import Profile
from pinisi.city.reading import read_toml
from pinisi.runtime.services import Registry
from pinisi.runtime.source import Source, SourceKind

FILE = "live.toml"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[sources]]`. `on`: whether it runs until somebody switches; unsaid, what asks other hosts is off."""

    id: str
    kind: str
    on: bool | None = None
    options: dict[str, Any] = {}


class _Live(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: tuple[Wanted, ...] = ()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A source that a city wants: ready, or why it is not. `service` is empty for the kernel's own kinds."""

    id: str
    service: str
    on: bool = False
    source: Source | None = None
    failure: str | None = None
    writes: tuple[str, ...] = ()
    outside: bool = True


def read_live(folder: Path) -> tuple[Wanted, ...]:
    """The sources that a city wants; none where it has no `live.toml`.

    Raises:
        CityError: naming the field.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    wanted = read_toml(path, _Live).sources
    seen: set[str] = set()
    for number, each in enumerate(wanted):
        if not each.id or not all(letter.isalnum() or letter == "-" for letter in each.id):
            raise CityError(path, f"sources[{number}].id", f"{each.id!r} is not made of letters, digits and dashes")
        if each.id in seen:
            raise CityError(path, f"sources[{number}].id", f"{each.id!r} occurs twice")
        seen.add(each.id)
    return wanted


def make_sources(
    wanted: Sequence[Wanted], registry: Registry, kinds: Sequence[SourceKind[Any]], profile: Profile
) -> list[Made]:
    """Every wanted source, made by its kind; one that cannot be made says why."""
    return [_make(each, registry, kinds, profile) for each in wanted]


def _make(wanted: Wanted, registry: Registry, kinds: Sequence[SourceKind[Any]], profile: Profile) -> Made:
    service = wanted.kind.rpartition(".")[0]
    kind = kind_of(wanted.kind, registry, kinds)
    if kind is None:
        return Made(id=wanted.id, service=service, failure=f"there is no kind of source {wanted.kind!r}")
    try:
        options = msgspec.convert(wanted.options, kind.options)
        made = msgspec.structs.replace(kind.make(options, profile), id=wanted.id)
    except (msgspec.ValidationError, ValueError) as error:
        return Made(id=wanted.id, service=service, failure=f"options: {error}")
    on = not kind.outside if wanted.on is None else wanted.on
    return Made(id=wanted.id, service=service, on=on, source=made, writes=kind.writes, outside=kind.outside)


def kind_of(named: str, registry: Registry, kinds: Sequence[SourceKind[Any]]) -> SourceKind[Any] | None:
    """The kind that `live.toml` names: `SERVICE.KIND` of a service, or one of the kernel's own `kinds`."""
    service, _, name = named.rpartition(".")
    if not service:
        return next((kind for kind in kinds if kind.name == name), None)
    found = registry.service(service)
    return None if found is None else found.source_kind(name)
