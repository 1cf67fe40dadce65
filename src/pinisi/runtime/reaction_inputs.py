"""Fetches what reactions declare, for many subjects at once, upon what is committed."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Inputs, Known, Said, related, said_of
from pinisi.runtime.lane import Waiting
from pinisi.runtime.reaction import WHOLE_CITY, Named, Others, Past, Reaction
from pinisi.store.protocol import HistoryQuery, Moment, Store
from pinisi.store.query import Compare, EntityQuery, GeoQuery, Path, TypeIs
from pinisi.vocabulary.instant import HOUR, Instant
from pinisi.vocabulary.principal import EVERYTHING, Grants
from pinisi.vocabulary.terms import LOCATION

Windows = Mapping[str, Sequence[Said]]


class Fetched(msgspec.Struct, frozen=True):
    """The inputs of one subject, and which versions they are (8 bytes of digest, then the beat of the clock)."""

    waiting: Waiting
    inputs: Inputs
    versions: bytes


class Fetcher:
    """Fetches the inputs of one reaction in one tenant."""

    def __init__(
        self, store: Store, tenant: str, table: TermTable, reaction: Reaction, grants: Grants = EVERYTHING
    ) -> None:
        self._store = store
        self._tenant = tenant
        self._table = table
        self._reaction = reaction
        self._grants = grants
        self._own = own_attributes(reaction, table)

    async def fetch(self, waiting: Sequence[Waiting]) -> list[Fetched]:
        """Inputs of all that still exist; a subject that is gone has none."""
        all_of = {other.type: await self._all(other) for other in self._others() if not (other.near or other.linked)}
        found: list[tuple[Waiting, Known | None]] = []
        for one in waiting:
            subject = None if one.subject == WHOLE_CITY else await self._entity(one.subject)
            if subject is not None or one.subject == WHOLE_CITY:
                found.append((one, subject))
        subjects = [(one, subject) for one, subject in found if subject is not None]
        windows = await self._windows(subjects)
        linked = await self._linked([subject.id for _, subject in subjects])
        fetched: list[Fetched] = []
        for one, subject in found:
            others: dict[str, Sequence[Known]] = {
                **all_of,
                **{type: of.get(one.subject, []) for type, of in linked.items()},
            }
            fetched.append(await self._inputs(one, subject, windows.get(one.subject, {}), others))
        return fetched

    def _others(self) -> list[Others]:
        return [each for each in self._reaction.inputs if isinstance(each, Others)]

    async def _inputs(
        self, one: Waiting, subject: Known | None, past: Windows, others: dict[str, Sequence[Known]]
    ) -> Fetched:
        named: dict[str, Known] = {}
        for each in self._reaction.inputs if subject is not None else ():
            assert subject is not None
            if isinstance(each, Others) and each.near and not each.linked:
                others[each.type] = await self._around(each, subject)
            elif isinstance(each, Named):
                for id in subject.related(each.attribute)[:1]:
                    known = await self._entity(id)
                    if known is not None:
                        named[each.attribute] = known
        inputs = Inputs(one.beat or one.moment, subject, past=past, others=others, named=named, beat=bool(one.beat))
        return Fetched(one, inputs, versions_of(self._reaction, inputs, self._own))

    async def _entity(self, id: str) -> Known | None:
        record = await self._store.entity(self._tenant, id, self._grants)
        return None if record is None else Known(record.entity, self._table, record.position)

    async def _all(self, wanted: Others) -> list[Known]:
        return await self._found(EntityQuery(types=TypeIs(self._table.expand_term(wanted.type))), wanted.most)

    async def _linked(self, subjects: Sequence[str]) -> dict[str, dict[str, list[Known]]]:
        """Type -> subject -> the entities that name it; one question for all subjects."""
        found: dict[str, dict[str, list[Known]]] = {}
        for wanted in self._others() if subjects else ():
            if wanted.linked is not None:
                link = self._table.expand_term(wanted.linked)
                found[wanted.type] = await self._linked_by(link, wanted, subjects)
        return found

    async def _linked_by(self, link: str, wanted: Others, subjects: Sequence[str]) -> dict[str, list[Known]]:
        type = TypeIs(self._table.expand_term(wanted.type))
        naming = EntityQuery(types=type, filter=Compare(Path(link), "==", tuple(subjects)))
        page = await self._store.find(self._tenant, naming, self._grants, limit=wanted.most * len(subjects))
        of: dict[str, list[Known]] = {id: [] for id in subjects}
        for record in page.records:
            entity = record.entity
            for id in dict.fromkeys(related(entity, link)):
                if id in of and len(of[id]) < wanted.most:
                    of[id].append(Known(entity, self._table, record.position))
        return of

    async def _around(self, wanted: Others, subject: Known) -> list[Known]:
        type = TypeIs(self._table.expand_term(wanted.type))
        place = subject.value("location")
        if not isinstance(place, dict):
            return []
        geo = GeoQuery("near", place, LOCATION, max_distance=wanted.near)  # pyright: ignore[reportUnknownArgumentType]
        around = await self._found(EntityQuery(types=type, geo=geo), wanted.most)
        return [known for known in around if known.id != subject.id]

    async def _found(self, query: EntityQuery, most: int) -> list[Known]:
        page = await self._store.find(self._tenant, query, self._grants, limit=most)
        return [Known(record.entity, self._table, record.position) for record in page.records]

    async def _windows(self, subjects: Sequence[tuple[Waiting, Known]]) -> dict[str, dict[str, list[Said]]]:
        """Subject -> attribute -> its values, of each declared past."""
        found: dict[str, dict[str, list[Said]]] = {}
        for past in self._reaction.inputs:
            if isinstance(past, Past) and subjects:
                for id, windows in (await self._past(past, subjects)).items():
                    found.setdefault(id, {}).update(windows)
        return found

    async def _past(self, past: Past, subjects: Sequence[tuple[Waiting, Known]]) -> dict[str, dict[str, list[Said]]]:
        known = {subject.id: (one, subject) for one, subject in subjects}
        names = {self._table.expand_term(name): name for name in past.attributes}
        query = HistoryQuery(
            attributes=tuple(names),
            since=min(one.beat or one.moment for one, _ in subjects) - round(past.hours * HOUR),
            last=past.most,
            limit=past.most,
            each=True,
        )
        windows: dict[str, dict[str, list[Said]]] = {}
        for story in await self._store.stories(self._tenant, list(known), query, self._grants):
            one, subject = known[story.id]
            since = (one.beat or one.moment) - round(past.hours * HOUR)
            windows[story.id] = _window(story.moments, names, since, subject.position, self._table)
        return windows


def _window(
    moments: Sequence[Moment], names: Mapping[str, str], since: Instant, position: int, table: TermTable
) -> dict[str, list[Said]]:
    """Values that belong to the version of the subject, by attribute; later ones wake the reaction again."""
    found: dict[str, list[Said]] = {name: [] for name in names.values()}
    for moment in moments:
        if moment.instance is None or moment.dataset is not None:
            continue
        if since <= moment.observed and moment.position <= position:
            said = said_of(
                moment.instance, table, observed=moment.observed, received=moment.received, position=moment.position
            )
            found[names[moment.attribute]].append(said)
    return found


def own_attributes(reaction: Reaction, table: TermTable) -> dict[str, frozenset[str]]:
    """Types and attributes that a reaction writes: its own answer is no new version of its inputs."""
    own: dict[str, frozenset[str]] = {}
    for writes in reaction.writes:
        if writes.attributes:
            type = table.expand_term(writes.type)
            own[type] = own.get(type, frozenset()) | {table.expand_term(name) for name in writes.attributes}
    return own


def versions_of(reaction: Reaction, inputs: Inputs, own: Mapping[str, frozenset[str]]) -> bytes:
    """Which versions of its inputs a reaction is given: the same bytes mean the same inputs."""
    digest = blake2b(b"%d" % reaction.version, digest_size=8)
    for known in inputs.entities:
        digest.update(known.id.encode("utf-8", "replace") + b" " + known.version(own) + b"\n")
    return digest.digest() + (b"%d" % inputs.now if inputs.beat else b"")


def answered(before: bytes | None, versions: bytes) -> bool:
    """Whether inputs of these versions have been answered: by a run for the same beat, or where there was no beat."""
    if before is None or before[:8] != versions[:8]:
        return False
    return len(versions) == 8 or before[8:] == versions[8:]
