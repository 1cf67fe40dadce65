"""Why this number? Of an indicator: its formula in words, and the values that it counted for this reader."""

from pinisi.city.facts import area_id
from pinisi.city.formula import need_of
from pinisi.city.indicator_entities import indicator_id
from pinisi.city.indicators import Indicator
from pinisi.city.value import Value
from pinisi.console.atlas import AreaCard
from pinisi.console.house import House
from pinisi.console.inputs import Pantry, rests_upon
from pinisi.console.lineage import Explainer, Wanted
from pinisi.console.lineage_tree import ByIndicator, Node, computed_node
from pinisi.console.programme import value_in
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import Principal

MOST_SHOWN = 20
"""Values that are followed to where they come from; of more, how many."""
INDICATOR = "Indicator"


async def indicator_tree(
    house: House, town: Town, view: Viewpoint, reader: Principal, indicator: Indicator, area: AreaCard | None
) -> Node:
    """The indicator with what it rests upon. What the reader may not see was not counted, so nothing is hidden."""
    await town.sources.refresh()
    pantry = Pantry(view, house.pinisi_table, town.sources.known if view.at is None else None)
    value = await value_in(town, view, indicator, pantry, area)
    city = area_id(town.profile.city.code)
    id = area.id if area else city
    whole = id == city
    code = area.code if area is not None else None
    inputs = await pantry.inputs(need_of(indicator, id), id, code)
    used = rests_upon(indicator, inputs, view.now) if whole or indicator.divisible else ()
    wanted = [_wanted(view, each.entity, each.attribute) for each in used[:MOST_SHOWN]]
    node = computed_node(
        value,
        entity=indicator_id(town.profile.id, indicator.id),
        name=indicator.label,
        type=INDICATOR,
        attribute=indicator.id,
        label=indicator.label,
    )
    node.inputs = await Explainer(house, view.tenant, reader).explain_all(wanted)
    node.made = _formula(indicator, value, view, len(used) - len(node.inputs))
    return node


def _wanted(view: Viewpoint, entity: str, attribute: str) -> Wanted:
    if view.at is None:
        return Wanted(entity=entity, attribute=attribute)
    return Wanted(entity=entity, attribute=attribute, observed=view.at, known=view.known)


def _formula(indicator: Indicator, value: Value, view: Viewpoint, unnamed: int) -> ByIndicator:
    return ByIndicator(
        indicator=indicator.id,
        rule=value.derived,
        note=indicator.note,
        n=value.n,
        missing=value.missing,
        moment=format_instant(view.now),
        unnamed=unnamed,
    )
