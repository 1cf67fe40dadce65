"""One figure for each area, in classes for a map and rows for a table: from a layer's things, or of an indicator."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from pinisi.city.area_classes import Method, class_of, classes_of
from pinisi.city.area_values import AreaFigure, Measure, Sample, Tally, divided, tally
from pinisi.city.profile import Column, Layer
from pinisi.city.words import attribute_label, unit_text
from pinisi.console.asked_moment import viewpoint_of
from pinisi.console.atlas import AreaCard, value_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.programme import standings
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.problems import ResourceNotFound
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.seen import areas_seen, projection_of, seen
from pinisi.vocabulary.principal import Grants, Projection
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE

LEVELS = ("kecamatan", "kelurahan")
MEASURES = ("count", "sum", "mean")
METHODS = ("quantile", "natural")
PER = ("", "area", "population")
MOST_AREAS = 100_000
UNSEEN = Projection(frozenset())


async def get_area_values(house: House, call: Call) -> Reply:
    """The figures of all areas of a level, as the reader may know them."""
    town, view = house.town(call.tenant), viewpoint_of(house, call)
    level = _choice(call, "level", LEVELS, "kelurahan")
    method = cast("Method", _choice(call, "method", METHODS, "quantile"))
    position = await house.store.position(call.tenant)
    await town.atlas.refresh()
    cards = [card for card in town.atlas.cards() if card.level == level]
    if call.query.get("indicator"):
        told, found = await _of_indicator(house, town, view, call, level)
    else:
        told, found = await _of_layer(house, town, view, call, cards)
    head = {"position": position, "level": level, "method": method, **told}
    return json_reply({**head, **_classed(town, cards, found, method), **view.told()})


def _classed(town: Town, cards: Sequence[AreaCard], found: Tally, method: Method) -> dict[str, Any]:
    known = [figure.value for figure in found.areas.values() if figure.value is not None]
    classes = classes_of(known, method)
    rows: list[dict[str, Any]] = []
    for card in cards:
        figure = found.areas.get(card.code, AreaFigure(None))
        parent = town.atlas.card(card.parent or "")
        rows.append(
            {
                "id": card.id,
                "code": card.code,
                "name": card.name,
                "parent": parent.name if parent is not None and parent.level != "city" else None,
                "value": figure.value,
                "n": figure.n,
                "missing": figure.missing,
                "class": None if figure.value is None else class_of(figure.value, classes),
            }
        )
    unknown = sum(row["value"] is None for row in rows)
    counts = {"n": found.n, "missing": found.missing, "elsewhere": found.elsewhere}
    return {**counts, "classes": classes, "unknown": unknown, "areas": rows}


async def _of_layer(
    house: House, town: Town, view: Viewpoint, call: Call, cards: Sequence[AreaCard]
) -> tuple[dict[str, Any], Tally]:
    layer = _layer(town, call)
    measure = cast("Measure", _choice(call, "measure", MEASURES, "count"))
    attribute = call.query.get("attribute", "")
    if measure != "count" and not attribute:
        raise BadRequest("attribute", f"is needed for a {measure}")
    iri = house.pinisi_table.expand_term(attribute) if attribute else None
    samples: list[Sample] = []
    for record, projection in await town.layers.records(view, layer.id):
        figure = _number(value_of(seen(record, projection), iri)) if iri else None
        samples.append(Sample(areas_seen(record, projection), figure))
    found = tally(samples, [card.code for card in cards], measure)
    hidden = _hidden(town, cards, house.pinisi_table.expand_term(layer.type), view.grants)
    areas = {code: AreaFigure(None) if code in hidden else figure for code, figure in found.areas.items()}
    per = cast("Literal['', 'area', 'population']", _choice(call, "per", PER, ""))
    if per:
        areas = divided(areas, await _sizes(house, view, per))
    column = next((column for column in layer.columns if column.key == attribute), None)
    told = {
        "layer": layer.id,
        "indicator": None,
        "title": layer.title,
        "measure": measure,
        "attribute": attribute or None,
        "label": column.label if column else attribute_label(attribute) if attribute else None,
        "unit": column.unit if column else None,
        "unitText": _unit_text(column),
        "per": per or None,
    }
    return told, Tally(areas, found.n, found.missing, found.elsewhere)


async def _of_indicator(
    house: House, town: Town, view: Viewpoint, call: Call, level: str
) -> tuple[dict[str, Any], Tally]:
    wanted = call.query["indicator"]
    standing = next((each for each in await standings(house, town, view, None, level) if each.id == wanted), None)
    if standing is None:
        raise ResourceNotFound(f"the city has no indicator {wanted[:80]}")
    values = {each.code: _number(each.value.value) for each in standing.areas}
    areas = {code: AreaFigure(value, int(value is not None)) for code, value in values.items()}
    told = {
        "layer": None,
        "indicator": standing.id,
        "title": standing.label,
        "measure": "value",
        "attribute": None,
        "label": standing.label,
        "unit": standing.value.unit,
        "unitText": standing.value.unit_text,
        "per": None,
    }
    return told, Tally(areas, sum(value is not None for value in values.values()), 0, 0)


def _layer(town: Town, call: Call) -> Layer:
    wanted = call.query.get("layer")
    if not wanted:
        raise BadRequest("layer", "a layer or an indicator is needed")
    layer = next((layer for layer in town.profile.city.layers if layer.id == wanted), None)
    if layer is None:
        raise ResourceNotFound(f"the city has no layer {wanted[:80]}")
    return layer


def _hidden(town: Town, cards: Sequence[AreaCard], type: str, grants: Grants) -> set[str]:
    """Areas of which the reader may not know what is there: none is not what he is told of them."""
    if grants.sees_all:
        return set()
    return {card.code for card in cards if grants.projection((type,), _chain(town, card)) is None}


def _chain(town: Town, card: AreaCard) -> tuple[str, ...]:
    codes = [card.code]
    while card.parent and (above := town.atlas.card(card.parent)) is not None and above.code not in codes:
        codes.append(above.code)
        card = above
    return tuple(codes)


async def _sizes(house: House, view: Viewpoint, per: Literal["area", "population"]) -> Mapping[str, float]:
    """Code -> square kilometres or inhabitants, of the areas that the reader sees with them."""
    iri = house.pinisi_table.expand_term(per)
    sizes: dict[str, float] = {}
    query = EntityQuery(types=TypeIs(ADMINISTRATIVE_AREA))
    for record in await view.find(query, limit=MOST_AREAS, attributes=(CODE, iri)):
        entity = seen(record, projection_of(record, view.grants) or UNSEEN)
        code, size = value_of(entity, CODE), _number(value_of(entity, iri))
        if isinstance(code, str) and size:
            sizes[code] = size
    return sizes


def _unit_text(column: Column | None) -> Any:
    if column is None:
        return None
    return column.unit_text or (unit_text(column.unit) if column.unit else None)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _choice(call: Call, name: str, choices: Sequence[str], usual: str) -> str:
    text = call.query.get(name, usual)
    if text not in choices:
        raise BadRequest(name, f"{text[:40]!r} is none of {', '.join(filter(None, choices))}")
    return text


AREA_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/areas/values",
        permission="console.read",
        endpoint=get_area_values,
        summary="One figure for each area, in classes",
        parameters=("layer", "measure", "attribute", "indicator", "level", "per", "method", "at", "known"),
        answers=(200, 400, 404),
    ),
)
