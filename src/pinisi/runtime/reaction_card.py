"""The card of a reaction: the DataSource entity to which every value that it makes leads."""

from pinisi.city.facts import stated, words
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.city_loading import settled
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import Reaction
from pinisi.runtime.reaction_answer import card_of
from pinisi.store.change import EntityChange


def card_change(service: Service, reaction: Reaction, table: TermTable) -> EntityChange:
    """Who computes it, and by which rule."""
    document = {
        "id": card_of(service.name, reaction.name),
        "type": "DataSource",
        "title": words(reaction.title),
        "publisher": stated("Pinisi"),
        "licence": stated(service.licence),
        "service": stated(service.name),
        "method": stated(reaction.method),
        "note": words(reaction.rule),
    }
    entity = read_entity(document, table)
    return EntityChange(entity.id, settled(entity))
