"""Where the next calls may come from: the smallest areas of a city, each weighing as many people as live there."""

from collections.abc import Mapping, Sequence

from pinisi.city.text import Text
from pinisi.console.atlas import AreaCard
from pinisi.incidents.units.recommendation import Demand
from pinisi.incidents.units.wording import BY_PEOPLE, EACH_ALIKE, PEOPLE_SHARED


def demand_of(cards: Sequence[AreaCard], people: Mapping[str, float]) -> tuple[Demand, Text]:
    """The demand, and what it rests upon. `people` by code of an area, of whatever level.

    An area whose people are not known gets its share of what is left of the smallest known area around it, alike with
    the others there; where nothing is known around it, as many as the others have on average.
    """
    parents = {card.parent for card in cards}
    leaves = [card for card in cards if card.code not in parents and card.center is not None]
    above = {card.code: card.parent for card in cards}
    told = {card.code: people[card.code] for card in leaves if card.code in people}
    guessed = _shared([card.code for card in leaves if card.code not in told], told, people, above)
    known = {**told, **guessed}
    usual = sum(known.values()) / len(known) if known else 1.0
    demand = Demand(
        names=tuple(card.name for card in leaves),
        places=tuple(card.center for card in leaves if card.center is not None),
        weights=tuple(known.get(card.code, usual) or 0.0 for card in leaves),
    )
    return demand, _basis(len(leaves), len(told), len(known))


def _basis(leaves: int, told: int, known: int) -> Text:
    if told == leaves and leaves:
        return BY_PEOPLE
    return PEOPLE_SHARED if known else EACH_ALIKE


def _shared(
    codes: Sequence[str], told: Mapping[str, float], people: Mapping[str, float], above: Mapping[str, str | None]
) -> dict[str, float]:
    around = {code: _known_around(code, people, above) for code in codes}
    given = dict(told)
    areas = {area for area in around.values() if area is not None}
    for area in sorted(areas, key=lambda code: -len(_around(code, above))):
        within = sum(count for code, count in given.items() if area in _around(code, above))
        sharing = [code for code, known in around.items() if known == area]
        given |= dict.fromkeys(sharing, max(0.0, people[area] - within) / len(sharing))
    return {code: given[code] for code, area in around.items() if area is not None}


def _known_around(code: str, people: Mapping[str, float], above: Mapping[str, str | None]) -> str | None:
    """The smallest area around one of which the people are known."""
    return next((area for area in _around(code, above) if area in people), None)


def _around(code: str, above: Mapping[str, str | None]) -> list[str]:
    """The areas around one, smallest first."""
    found: list[str] = []
    area = above.get(code)
    while area is not None and area not in found:
        found.append(area)
        area = above.get(area)
    return found
