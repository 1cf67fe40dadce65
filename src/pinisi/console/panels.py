"""What the page of a thing shows first, as the panel of a service says: charts over time, and facts in its order."""

from collections.abc import Sequence
from typing import Any

from pinisi.city.value import Value
from pinisi.runtime.manifest import Service
from pinisi.runtime.view import Panel


def panel_json(service: Service, panel: Panel, facts: Sequence[Value]) -> dict[str, Any]:
    """The panel for a reader of these facts: charts only of what is a number to him."""
    numbers = {fact.attribute for fact in facts if type(fact.value) in (int, float) and fact.dataset_id is None}
    return {
        "service": service.name,
        "title": panel.title,
        "attributes": panel.attributes,
        "charts": [chart for chart in panel.charts if chart.attribute in numbers],
    }


def in_order(facts: Sequence[Value], panel: Panel) -> list[Value]:
    """The facts that the panel names, in its order, then the others as they were."""
    places = {name: place for place, name in enumerate(panel.attributes)}
    return sorted(facts, key=lambda fact: places.get(fact.attribute or "", len(places)))
