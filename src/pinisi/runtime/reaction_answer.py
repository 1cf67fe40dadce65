"""From what a reaction answers to the changes that are written: each value with method, provider, time and origin."""

from collections.abc import Mapping, Sequence

from pinisi.city.facts import source_id
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import arrived
from pinisi.runtime.known import Document, Inputs
from pinisi.runtime.lineage import MOST_READ, FromReaction, Read, encode_origin
from pinisi.runtime.reaction import Reaction
from pinisi.store.change import Edit, EntityChange, Refused, Transform
from pinisi.vocabulary.entity import PROPERTY, RELATIONSHIP, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import METHOD, PROVIDER

MOST_ENTITIES = 5_000
_NAMELESS = frozenset({"id", "type", "scope", "@context", "expiresAt"})
_MADE = frozenset({"modelled", "forecast", "simulated"})
_GOT = frozenset({"measured", "reported"})


class BadAnswer(ValueError):
    """What a reaction answered cannot be written; says which entity and why."""


def card_of(service: str, reaction: str) -> str:
    """The id of the DataSource card that the values of a reaction lead to."""
    return source_id(f"{service}.{reaction}")


def changes_of(
    service: str, reaction: Reaction, inputs: Inputs, documents: Sequence[Document], table: TermTable
) -> list[EntityChange]:
    """The changes that write an answer.

    Raises:
        BadAnswer: for what the reaction does not declare, or what is no entity.
    """
    if len(documents) > MOST_ENTITIES:
        raise BadAnswer(f"{len(documents)} entities at once: at most {MOST_ENTITIES}")
    if not documents:
        return []
    origin = encode_origin(origin_of(service, reaction, inputs))
    observed, traces = format_instant(inputs.now), _traces(service, reaction)
    return [_change(reaction, document, table, origin, observed, traces) for document in documents]


def _change(
    reaction: Reaction,
    document: Document,
    table: TermTable,
    origin: bytes,
    observed: str,
    traces: Mapping[str, list[Instance]],
) -> EntityChange:
    _check_declared(reaction, document)
    try:
        entity = read_entity(dict(document), table)
    except (Refused, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadAnswer(f"{document.get('id')}: {error}") from error
    _trace(entity, observed, traces)
    return EntityChange(entity.id, _beside_what_is_measured(entity, reaction), origin=origin)


def _check_declared(reaction: Reaction, document: Document) -> None:
    """Raises `BadAnswer` for a type or an attribute that the reaction does not declare."""
    type = document.get("type")
    writes = [each for each in reaction.writes if each.type == type]
    if not writes:
        raise BadAnswer(f"{document.get('id')}: {reaction.name} does not declare that it writes {type}")
    allowed = {name for each in writes for name in each.attributes}
    if all(each.attributes for each in writes):
        for name in document:
            if name not in allowed and name not in _NAMELESS:
                raise BadAnswer(f"{document.get('id')}: {reaction.name} does not declare that it writes {name}")


def _trace(entity: Entity, observed: str, traces: Mapping[str, list[Instance]]) -> None:
    """Give each value its time, method and provider where the reaction has not said others.

    After reading: the same two sub-attributes need not be read anew for each value (a run's time in its thread: 100
    us instead of 150).
    """
    for instances in entity.attributes.values():
        for instance in instances:
            if instance.observed_at is None:
                instance.observed_at = observed
            instance.attributes = {**traces, **instance.attributes}


def _traces(service: str, reaction: Reaction) -> dict[str, list[Instance]]:
    return {
        METHOD: [Instance(PROPERTY, reaction.method)],
        PROVIDER: [Instance(RELATIONSHIP, card_of(service, reaction.name))],
    }


def _beside_what_is_measured(entity: Entity, reaction: Reaction) -> Transform:
    """What is modelled, forecast or simulated never replaces what was measured or reported."""
    arrive = arrived(entity)
    if reaction.method not in _MADE:
        return arrive

    def transform(old: Entity | None, now: Instant) -> Edit:
        for name, instances in entity.attributes.items() if old is not None else ():
            wanted = {instance.dataset_id for instance in instances if _method(instance) in _MADE}
            for known in old.attributes.get(name, ()) if old is not None else ():
                if known.dataset_id in wanted and _method(known) in _GOT:
                    raise Refused(f"{name} of {entity.id} is {_method(known)}: write a datasetId of your own")
        return arrive(old, now)

    return transform


def _method(instance: Instance) -> str | None:
    found = instance.attributes.get(METHOD)
    return found[0].value if found else None


def origin_of(service: str, reaction: Reaction, inputs: Inputs) -> FromReaction:
    """What the answer was made of: of each entity the attributes that the function has read."""
    read = [known for known in inputs.entities if known.read]
    reads = [Read(known.id, known.position, tuple(sorted(known.read))) for known in read]
    for attribute, window in inputs.windows.items():
        if window:
            subject = inputs.subject
            since, until = window[0].observed, window[-1].observed
            reads.append(Read(subject.id, subject.position, (attribute,), since, until, len(window)))
    return FromReaction(
        service=service,
        reaction=reaction.name,
        version=reaction.version,
        moment=inputs.now,
        inputs=tuple(reads[:MOST_READ]),
        unnamed=max(0, len(reads) - MOST_READ),
    )
