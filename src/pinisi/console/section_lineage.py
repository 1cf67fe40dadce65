"""Why this number? Of a cell of a report section: its rule in words, and the values of the period below it."""

from pinisi.console.house import House
from pinisi.console.lineage import NEVER, Explainer, Wanted
from pinisi.console.lineage_tree import ByIndicator, Node, computed_node
from pinisi.console.sections import Span, one_row
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.runtime.lineage import Read
from pinisi.runtime.view import Section
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import Principal


async def cell_tree(
    house: House, town: Town, view: Viewpoint, reader: Principal, section: Section, span: Span, id: str, column: int
) -> Node | None:
    """None where the table has no such row for this reader, or no value in it."""
    row = await one_row(house, town, view, section, span, id)
    if row is None or row.cells[column].value is None:
        return None
    cell, value = section.columns[column], row.cells[column]
    explainer = Explainer(house, view.tenant, reader)
    if cell.over == "last":
        wanted = Wanted(entity=id, attribute=cell.attribute, observed=span.until - 1, known=view.known)
        return await explainer.explain(wanted)
    node = computed_node(
        value,
        entity=row.entity,
        name=row.name,
        type=section.type,
        attribute=value.attribute or "",
        label=value.label,
    )
    read = Read(id, NEVER, (cell.attribute,), span.since, span.until - 1, value.n or 0)
    window = await explainer.explain_window(read, cell.attribute, view.known)
    node.inputs = [] if window is None else [window]
    node.made = ByIndicator(
        indicator=section.id,
        rule=value.derived,
        note=section.note,
        n=value.n,
        missing=value.missing,
        moment=format_instant(view.now),
        unnamed=0,
    )
    return node
