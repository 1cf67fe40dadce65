"""The card of a source with its health, as the DataSource entity that every value leads to."""

from typing import Any

from pinisi.city.facts import Entity, source_id, words
from pinisi.runtime.health import Health, State
from pinisi.runtime.source import Source
from pinisi.vocabulary.instant import SECOND, format_instant


def card_entity(source: Source, health: Health, state: State, service: str) -> Entity:
    """A DataSource in normalized form: who says it, under which terms, how it comes and how it is doing."""
    card = source.card
    entity: Entity = {
        "id": source_id(source.id),
        "type": "DataSource",
        "title": words(source.title),
        "publisher": _property(card.publisher),
        "licence": _property(card.licence),
        "licenceNote": _property(card.licence_note),
        "url": _property(card.url),
        "note": words(card.note),
        "service": _property(service),
        "updatePeriod": _property(source.every) | {"unitCode": "SEC"},
        "state": _property(state),
        "lastError": _property(health.error),
        "messages": _property(health.messages),
        "accepted": _property(health.accepted),
        "lateValues": _property(health.late),
        "repeated": _property(health.repeated),
        "rejected": _property(health.rejected),
    }
    if source.blinds is not None:
        entity["blinds"] = words(source.blinds)
    if health.message:
        moment = {"@type": "DateTime", "@value": format_instant(health.message - health.message % SECOND)}
        entity["lastMessage"] = _property(moment)
    return entity


def _property(value: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value}
