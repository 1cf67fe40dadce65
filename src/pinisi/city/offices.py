"""Source cards of what people type: one for each agency of the city, and one for those who name none."""

from collections.abc import Mapping

from pinisi.city.facts import Entity, source_id, words
from pinisi.city.text import fill
from pinisi.city.words import entry_text

CONSOLE = "console"


def office_card(agency: str | None) -> str:
    """The id, short, of the card of an agency (by its id)."""
    return CONSOLE if agency is None else f"{CONSOLE}-{agency}"


def office_entities(agencies: Mapping[str, str]) -> list[Entity]:
    """Entities of type DataSource; `agencies`: id -> name."""
    named = {office_card(id): fill(entry_text("by_hand_office"), agency=name) for id, name in agencies.items()}
    titles = {CONSOLE: entry_text("by_hand"), **named}
    note = words(entry_text("by_hand_note"))
    return [
        {"id": source_id(card), "type": "DataSource", "title": words(title), "note": note}
        for card, title in titles.items()
    ]
