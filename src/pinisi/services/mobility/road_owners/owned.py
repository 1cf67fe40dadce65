"""Which road a row of a register is about: by the key of its way, else its number, else its name."""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from pinisi.runtime.known import Known

UNKNOWN = "unknown"
OWNERS = ("city", "province", "nation")
_STREET = re.compile(r"^(jalan|jln|jl)\b\.?\s*")
_SEPARATORS = re.compile(r"[\s.\-_/]+")
_BY = (("roadKey", "key"), ("ref", "ref"), ("name", "name"))


class Owned(msgspec.Struct, frozen=True):
    """Owner by the id of a road, and the rows that are about no road."""

    owners: Mapping[str, str]
    without_road: Sequence[str]


def owned(roads: Iterable[Known], rows: Sequence[Known]) -> Owned:
    """A row that names the very way counts before one that names the number, and that before the name.

    Where rows of the same kind say different owners, the road stays unknown.
    """
    said: dict[tuple[str, str], set[str]] = {}
    of_row: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        kind, word = _about(row)
        said.setdefault((kind, word), set()).add(row.text("roadOwner") or UNKNOWN)
        of_row.setdefault((kind, word), set()).add(row.id)
    owners: dict[str, str] = {}
    met: set[str] = set()
    for road in roads:
        found = [key for key in _keys(road) if key in said]
        met |= {id for key in found for id in of_row[key]}
        if found:
            strongest = {owner for key in found if key[0] == found[0][0] for owner in said[key]}
            owners[road.id] = next(iter(strongest)) if len(strongest) == 1 else UNKNOWN
    return Owned(owners, tuple(row.id for row in rows if row.id not in met))


def _about(row: Known) -> tuple[str, str]:
    for attribute, kind in _BY:
        word = row.text(attribute)
        if word:
            return kind, _plain(word, kind)
    return "none", row.id


def _keys(road: Known) -> list[tuple[str, str]]:
    """What a register may call it, the surest first."""
    key = road.id.rpartition(":")[2]
    keys = [("key", key.casefold()), ("key", key.removeprefix("osm-").casefold())]
    keys += [("ref", _plain(each, "ref")) for each in (road.text("ref") or "").split(";") if each.strip()]
    name = road.text("name")
    return [*keys, ("name", _plain(name, "name"))] if name else keys


def _plain(word: str, kind: str) -> str:
    """Without case, spaces, dots; of a name also without "Jalan"."""
    word = word.casefold().strip()
    return _SEPARATORS.sub("", _STREET.sub("", word) if kind == "name" else word) if kind != "key" else word
