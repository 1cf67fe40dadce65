"""Puts together what reactions declare, for many subjects at once, upon what is known of the city: now, or then."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.known import Inputs, Known, related
from pinisi.runtime.lane import Waiting
from pinisi.runtime.reaction import WHOLE_CITY, Named, Others, Past, Reaction
from pinisi.runtime.sight import Sight, Windows
from pinisi.store.query import AllOf, Compare, EntityQuery, GeoQuery, Path, TypeIs
from pinisi.vocabulary.terms import LOCATION


class Fetched(msgspec.Struct, frozen=True):
    """The inputs of one subject, and which versions they are (8 bytes of digest, then the beat of the clock)."""

    waiting: Waiting
    inputs: Inputs
    versions: bytes


class Fetcher:
    """Puts together the inputs of one reaction."""

    def __init__(self, sight: Sight, table: TermTable, reaction: Reaction) -> None:
        self._sight = sight
        self._table = table
        self._reaction = reaction
        self._own = own_attributes(reaction, table)

    async def fetch(self, waiting: Sequence[Waiting]) -> list[Fetched]:
        """Inputs of all that still exist; a subject that is gone has none."""
        all_of = {other.type: await self._all(other) for other in self._others() if not (other.near or other.linked)}
        found: list[tuple[Waiting, Known | None]] = []
        for one in waiting:
            subject = None if one.subject == WHOLE_CITY else await self._sight.entity(one.subject)
            if one.subject == WHOLE_CITY or (subject is not None and self._concerns(subject)):
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

    def _concerns(self, subject: Known) -> bool:
        """Whether some wake of the reaction is about such an entity."""
        for wake in self._reaction.wakes:
            if wake.subject is not None or (
                subject.is_a(wake.type) and all(subject.says(name, value) for name, value in wake.where.items())
            ):
                return True
        return False

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
                    known = await self._sight.entity(id)
                    if known is not None:
                        named[each.attribute] = known
        inputs = Inputs(one.beat or one.moment, subject, past=past, others=others, named=named, beat=bool(one.beat))
        return Fetched(one, inputs, versions_of(self._reaction, inputs, self._own))

    async def _all(self, wanted: Others) -> list[Known]:
        iri = self._table.expand_term
        said = tuple(Compare(Path(iri(name)), "==", (value,)) for name, value in wanted.where.items())
        query = EntityQuery(types=TypeIs(iri(wanted.type)), filter=AllOf(said) if said else None)
        if not wanted.newest:
            return await self._found(query, wanted.most)
        records = await self._sight.newest(query, wanted.most)
        return [Known(record.entity, self._table, record.position) for record in records]

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
        of: dict[str, list[Known]] = {id: [] for id in subjects}
        for record in await self._sight.find(naming, wanted.most * len(subjects)):
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
        found = await self._sight.find(query, most)
        return [Known(record.entity, self._table, record.position) for record in found]

    async def _windows(self, subjects: Sequence[tuple[Waiting, Known]]) -> dict[str, Windows]:
        """Subject -> attribute -> its values, of each declared past."""
        found: dict[str, Windows] = {}
        at = [(one.beat or one.moment, subject) for one, subject in subjects]
        for past in self._reaction.inputs:
            if isinstance(past, Past) and subjects:
                for id, windows in (await self._sight.windows(past, at)).items():
                    found[id] = {**found.get(id, {}), **windows}
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
