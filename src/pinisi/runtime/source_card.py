"""The card of a source with its health, as the DataSource entity that every value leads to."""

from pinisi.city.facts import Entity, source_id, stated, stated_time, words
from pinisi.runtime.health import Health, State
from pinisi.runtime.source import Source
from pinisi.vocabulary.instant import SECOND


def card_entity(source: Source, health: Health, state: State, service: str) -> Entity:
    """A DataSource in normalized form: who says it, under which terms, how it comes and how it is doing."""
    card = source.card
    entity: Entity = {
        "id": source_id(source.id),
        "type": "DataSource",
        "title": words(source.title),
        "publisher": stated(card.publisher),
        "licence": stated(card.licence),
        "licenceNote": stated(card.licence_note),
        "url": stated(card.url),
        "note": words(card.note),
        "service": stated(service),
        "updatePeriod": stated(source.every) | {"unitCode": "SEC"},
        "state": stated(state),
        "lastError": stated(health.error),
        "messages": stated(health.messages),
        "accepted": stated(health.accepted),
        "lateValues": stated(health.late),
        "repeated": stated(health.repeated),
        "rejected": stated(health.rejected),
    }
    if source.blinds is not None:
        entity["blinds"] = words(source.blinds)
    if health.message:
        entity["lastMessage"] = stated_time(health.message - health.message % SECOND)
    return entity
