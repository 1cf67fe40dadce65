"""The junctions of the city for those who count: names and places, whatever else they may see."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from pinisi.city.row_entity import slug
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.counting.seen_entities import seen_entities
from pinisi.services.mobility.counting.survey_bodies import KnownJunction
from pinisi.services.mobility.models.signals import JUNCTION
from pinisi.vocabulary.principal import Grant, Grants


async def known_junctions(visit: Visit[Any, Any]) -> Sequence[KnownJunction]:
    """By name."""
    grants = Grants((Grant(types=frozenset({visit.table.expand_term(JUNCTION)})),))
    asking = replace(visit, principal=msgspec.structs.replace(visit.principal, grants=grants))
    found = [_known(each) for each in await seen_entities(asking, JUNCTION)]
    return sorted(found, key=lambda junction: junction.name.casefold())


def places(junctions: Sequence[KnownJunction]) -> Mapping[str, tuple[float, float]]:
    """By what a survey may call it: the slug of its name, and its id."""
    placed = [each for each in junctions if each.place is not None]
    by_name = {slug(each.name): each.place for each in placed if each.place is not None}
    return by_name | {each.id: each.place for each in placed if each.place is not None}


def _known(document: Mapping[str, Any]) -> KnownJunction:
    id = str(document["id"]).rpartition(":")[2]
    return KnownJunction(id=id, name=_name(document) or id, place=_place(document))


def _name(document: Mapping[str, Any]) -> str:
    try:
        return str(document["name"]["value"]).strip()[:60]
    except (KeyError, TypeError):
        return ""


def _place(document: Mapping[str, Any]) -> tuple[float, float] | None:
    try:
        lon, lat = document["location"]["value"]["coordinates"][:2]
        return float(lon), float(lat)
    except (KeyError, TypeError, ValueError, IndexError):
        return None
