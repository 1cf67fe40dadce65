"""Why this number? From a value to what it was made of, and on, to the messages that brought it.

Each step is taken as its reader may see it: what his grants hide is counted, never told.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.city.words import attribute_label, type_title, unit_text, value_text
from pinisi.console.facts import flags_of, words_of
from pinisi.console.house import House
from pinisi.console.lineage_tree import ByMessage, ByReaction, Made, Node, Window
from pinisi.console.work_lineage import by_command, by_job
from pinisi.context.json_values import compact_value
from pinisi.context.term_table import TermTable
from pinisi.runtime.lineage import FromCommand, FromJob, FromMessage, FromReaction, Origin, Read, decode_origin
from pinisi.store.history import HistoryQuery, Moment
from pinisi.store.log import Position
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.entity import Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import Principal
from pinisi.vocabulary.terms import LOCATION, METHOD, NAME, PERIOD, PROVIDER

MOST_NODES = 200
DEEPEST = 8
NEWEST_OF_WINDOW = 5
"""Values of a window that are followed to where they come from; the window tells how many there are."""
RECENT = 100
"""Values of an attribute among which the one that stood at a log position is looked for."""
NEVER = 1 << 61
"""A log position, or a moment, after all others."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A value: of an attribute (short name), as of a log position, and as of a moment at which it was true.

    `known` hides what was received later.
    """

    entity: str
    attribute: str
    dataset: str | None = None
    position: Position = NEVER
    observed: Instant = NEVER
    known: Instant | None = None


class Explainer:
    """Explains values of one tenant to one reader."""

    def __init__(self, house: House, tenant: str, reader: Principal) -> None:
        self._house = house
        self._store = house.store
        self._tenant = tenant
        self._reader = reader
        self._grants = reader.grants
        self._table: TermTable = house.pinisi_table
        self._left = MOST_NODES
        self._names: dict[str, str] = {}

    async def explain(self, wanted: Wanted) -> Node | None:
        """The tree of a value; None where there is none, or none that the reader may see."""
        self._names = dict(await self._house.names())
        return await self._node(wanted, DEEPEST)

    async def explain_all(self, wanted: Sequence[Wanted]) -> list[Node]:
        """The trees of several values that one number was made of, of those that there are."""
        self._names = dict(await self._house.names())
        found = [await self._node(each, DEEPEST - 1) for each in wanted if self._left > 0]
        return [node for node in found if node is not None]

    async def explain_window(self, read: Read, attribute: str, known: Instant | None = None) -> Node | None:
        """The values of a window that one number was made of; `known` hides what was received later."""
        self._names = dict(await self._house.names())
        return await self._window(read, attribute, DEEPEST - 1, known)

    async def _node(self, wanted: Wanted, depth: int) -> Node | None:
        record = await self._store.entity(self._tenant, wanted.entity, self._grants)
        moment = await self._moment(wanted)
        if moment is None or moment.instance is None:
            return None
        self._left -= 1
        origin = decode_origin(found) if (found := await self._origin(moment.position)) is not None else None
        node = self._shown(wanted, record, moment, moment.instance)
        node.made = None if origin is None else await self._made(origin)
        if isinstance(origin, FromReaction):
            node.inputs, node.hidden, node.cut = await self._inputs(origin.inputs, moment, depth - 1)
        return node

    async def _origin(self, position: Position) -> bytes | None:
        return (await self._store.origins(self._tenant, [position])).get(position)

    async def _moment(self, wanted: Wanted) -> Moment | None:
        """The value that stood when the log was at that position."""
        query = HistoryQuery(
            attributes=(self._iri(wanted.attribute),), until=wanted.observed + 1, known=wanted.known, last=RECENT
        )
        found = await self._moments(wanted, query)
        fitting = [each for each in found if each.position <= wanted.position and each.observed <= wanted.observed]
        return max(fitting, key=lambda each: (each.observed, each.position), default=None)

    async def _moments(self, wanted: Wanted, query: HistoryQuery) -> list[Moment]:
        stories = await self._store.stories(self._tenant, [wanted.entity], query, self._grants)
        return [each for story in stories for each in story.moments if each.dataset == wanted.dataset]

    def _iri(self, attribute: str) -> str:
        return LOCATION if attribute == "location" else self._table.expand_term(attribute)

    def _shown(self, wanted: Wanted, record: Record | None, moment: Moment, instance: Instance) -> Node:
        entity = self._seen(record)
        name = entity.attributes.get(NAME) if entity is not None else None
        types = [] if record is None else [self._table.compact_iri(type) for type in record.family.types]
        unit, code = instance.unit_code, instance.value if isinstance(instance.value, str) else None
        return Node(
            entity=wanted.entity,
            name=name[0].value if name else None,
            type=types[0] if types else None,
            type_title=type_title(types[0]) if types else None,
            attribute=wanted.attribute,
            label=attribute_label(wanted.attribute),
            dataset=wanted.dataset,
            value=compact_value(instance.value, self._table),
            value_text=words_of(instance) or (value_text(wanted.attribute, code) if code is not None else None),
            unit=unit,
            unit_text=unit_text(unit) if unit else None,
            period=_inner(instance, PERIOD),
            observed_at=format_instant(moment.observed),
            received_at=format_instant(moment.received),
            position=moment.position,
            method=_inner(instance, METHOD),
            provider=_inner(instance, PROVIDER),
            by=self._names.get(moment.principal, moment.principal),
            flags=self._flags(entity, wanted, moment, instance),
        )

    def _seen(self, record: Record | None) -> Entity | None:
        """The entity as it is now, as far as the reader sees it."""
        projection = None if record is None else projection_of(record, self._grants)
        return None if record is None or projection is None else seen(record, projection)

    def _flags(
        self, entity: Entity | None, wanted: Wanted, moment: Moment, instance: Instance
    ) -> tuple[dict[str, Any], ...]:
        """The doubts about it, where it is still the value that stands: doubts speak of no other."""
        if entity is None:
            return ()
        stands = entity.attributes.get(moment.attribute, ())
        same = [each for each in stands if each.dataset_id == moment.dataset]
        if not same or (same[0].value, same[0].observed_at) != (instance.value, instance.observed_at):
            return ()
        return tuple(flag for flag in flags_of(entity) if flag.get("attribute") == wanted.attribute)

    async def _made(self, origin: Origin) -> Made:
        match origin:
            case FromMessage():
                return self._by_message(origin)
            case FromJob():
                return await by_job(self._house, self._tenant, self._reader, origin)
            case FromCommand():
                return await by_command(self._house, self._tenant, self._reader, origin)
            case FromReaction():
                return self._by_reaction(origin)

    def _by_reaction(self, origin: FromReaction) -> ByReaction:
        service = self._house.registry.service(origin.service)
        reactions = () if service is None else service.reactions
        reaction = next((each for each in reactions if each.name == origin.reaction), None)
        return ByReaction(
            service=origin.service,
            service_title=None if service is None else service.title,
            reaction=origin.reaction,
            title=None if reaction is None else reaction.title,
            rule=None if reaction is None else reaction.rule,
            version=origin.version,
            moment=format_instant(origin.moment),
            unnamed=origin.unnamed,
        )

    def _by_message(self, origin: FromMessage) -> ByMessage:
        running = self._house.town(self._tenant).keeper.sources.get(origin.source)
        return ByMessage(
            source=origin.source,
            title=None if running is None else running.source.title,
            origin=origin.origin,
            media=origin.media or None,
            received_at=format_instant(origin.received),
            size=origin.size,
            digest=origin.digest or None,
            raw=origin.raw,
        )

    async def _inputs(self, reads: Sequence[Read], made: Moment, depth: int) -> tuple[list[Node], int, bool]:
        """The nodes of what was read, how many of them are hidden, and whether the tree goes on below."""
        if depth <= 0:
            return [], 0, bool(reads)
        nodes: list[Node] = []
        hidden, cut = 0, False
        windows = {(read.id, name) for read in reads if read.values for name in read.attributes}
        for read in reads:
            for name in read.attributes:
                if not read.values and (read.id, name) in windows:
                    continue
                if self._left <= 0:
                    return nodes, hidden, True
                found = await (
                    self._window(read, name, depth) if read.values else self._single(read, name, made.received, depth)
                )
                if found is None:
                    hidden += int(await self._is_hidden(read))
                else:
                    nodes.append(found)
        return nodes, hidden, cut

    async def _single(self, read: Read, name: str, known: Instant, depth: int) -> Node | None:
        wanted = Wanted(entity=read.id, attribute=name, position=read.position, known=known)
        return await self._node(wanted, depth)

    async def _is_hidden(self, read: Read) -> bool:
        """Whether the entity is there, and the reader may not know it; else the value just did not exist."""
        return await self._store.entity(self._tenant, read.id, self._grants) is None

    async def _window(self, read: Read, name: str, depth: int, known: Instant | None = None) -> Node | None:
        """A node that stands for many values of one attribute; the newest of them are followed."""
        query = HistoryQuery(
            attributes=(self._iri(name),), since=read.since, until=read.until + 1, known=known, last=5_000
        )
        wanted = Wanted(entity=read.id, attribute=name)
        moments = [each for each in await self._moments(wanted, query) if each.position <= read.position]
        if not moments or moments[-1].instance is None:
            return None
        record = await self._store.entity(self._tenant, read.id, self._grants)
        self._left -= 1
        node = self._shown(wanted, record, moments[-1], moments[-1].instance)
        node.window = Window(format_instant(read.since), format_instant(read.until), read.values)
        for moment in reversed(moments[-NEWEST_OF_WINDOW:]):
            one = Wanted(
                entity=read.id, attribute=name, position=moment.position, observed=moment.observed, known=known
            )
            found = await self._node(one, depth - 1) if self._left > 0 and depth > 1 else None
            if found is not None:
                node.inputs.append(found)
        node.cut = read.values > len(node.inputs)
        return node


def _inner(instance: Instance, name: str) -> Any:
    found = instance.attributes.get(name)
    return found[0].value if found else None
