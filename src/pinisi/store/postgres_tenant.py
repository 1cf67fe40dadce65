"""One tenant in PostgreSQL as one process knows it: words and families, areas, hot attributes, the tail of the log.

What a process knows is brought up to date when a read finds that there is more (`head` tells), and before anything is
written, under the lock of the head: see `postgres_writer`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

import structlog

from pinisi.store.areas import Locator
from pinisi.store.around import Learner, Listener
from pinisi.store.chain import Chain, first_link
from pinisi.store.change import Applied, Change, Edit, EntityChange, StoreUnavailable
from pinisi.store.debt import Owing
from pinisi.store.draft import Draft
from pinisi.store.hot import HotAttributes
from pinisi.store.ledger import Ledger
from pinisi.store.log import LogEntry, Position, Sealing
from pinisi.store.log_lines import read_line
from pinisi.store.postgres_head import HEAD, Floor, Head, Looked, Looks, head_of
from pinisi.store.postgres_known import Known
from pinisi.store.postgres_pages import Pages
from pinisi.store.postgres_pool import Postgres
from pinisi.store.postgres_schema import quoted, schema_of
from pinisi.store.postgres_thread import in_thread
from pinisi.store.postgres_unheard import LINES_AT_ONCE, following, unheard_sql
from pinisi.store.postgres_words import SharedFamilies, SharedNames
from pinisi.store.postgres_writer import PostgresWriter
from pinisi.store.proof import Views
from pinisi.store.record import Record
from pinisi.store.sql_rows import Connection
from pinisi.store.sqlite_tenant import LOG_TAIL, Settings
from pinisi.vocabulary.entity import Entity, decode_entity
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA

T = TypeVar("T")
_log = structlog.get_logger("pinisi.store")
_RELOCATED_AT_ONCE = 256


class PostgresTenant:
    def __init__(
        self,
        name: str,
        postgres: Postgres,
        clock: Callable[[], Instant],
        owing: Owing | None,
        listener: Listener,
        learn: Learner,
        settings: Settings,
        sealing: Sealing,
        *,
        replayed: bool = False,
    ) -> None:
        """What is `replayed` keeps no chain: it can be made again, and nobody answers for it."""
        self.name = name
        self.schema = quoted(schema_of(name))
        self._own_tables = f"{self.schema}, pinisi, public"
        self.postgres = postgres
        self.now = clock
        self.sealing = sealing
        self.settings = settings
        self._listener = listener
        self._learn = learn
        self._replayed = replayed
        self.names = SharedNames()
        self.families = SharedFamilies()
        self.views = Views(self.families)
        self.chain = None if replayed else Chain(self.names, self.families)
        self.locator = Locator()
        self.hot = HotAttributes(self.names, settings.hot_attributes)
        self.areas_known: Position = -1
        self.hot_known = -1
        self.heard: Position = 0
        self.floor = Floor(0, 0)
        self.own: dict[Position, LogEntry] = {}
        """Lines that this process wrote after lines of others that it has not heard of yet."""
        self.trimmed: Position = 0
        self.tail: deque[LogEntry] = deque(maxlen=LOG_TAIL)
        self.known = Known(settings.cache_records)
        self.pages = Pages(self.families, settings.cache_records)
        self._looks = Looks(self._look)
        self._hearing = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wait_until: Instant = 0
        self.relocating = False
        self.writer = PostgresWriter(self, owing)

    @property
    def ledger(self) -> Ledger:
        return self.writer.ledger

    async def open(self, *, anew: bool = False) -> None:
        """Read what it must know, and begin to write for those who ask. `anew`: hear of its whole log first."""
        async with self.postgres.connection() as connection:
            head = await self.head(connection)
            await self.learn_words(connection)
            await self.learn_areas(connection, head.areas)
            await self.learn_hot(connection, head.hot)
            facts = dict(await connection.fetch(f"SELECT name, value FROM {self.schema}.fact"))
        self.trimmed = facts.get("trimmed", 0)
        self.heard = self.trimmed if anew else head.position
        self.timed(head)
        self.writer.begin()
        if "relocate" in facts:
            self.begin_relocation()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._looks.close()
        await self.writer.close()

    async def head(self, connection: Any) -> Head:
        return head_of(await connection.fetchrow(f"SELECT {HEAD} FROM {self.schema}.head"))

    # what is known of it

    def timed(self, seen: Head | LogEntry) -> None:
        """A head or a line was seen."""
        if seen.position > self.floor.position:
            self.floor = Floor(seen.position, max(seen.time, self.floor.time))

    async def learn_words(self, connection: Any = None) -> None:
        """Take in names and families that others wrote."""
        fetch = self.postgres.fetch if connection is None else connection.fetch
        s = self.schema
        self.names.take(await fetch(f"SELECT id, text FROM {s}.name WHERE id >= $1", len(self.names.number)))
        last = len(self.families.all)
        self.families.take(await fetch(f"SELECT id, types, areas FROM {s}.family WHERE id > $1 ORDER BY id", last))

    async def know_words(self, names: int, families: int, connection: Any = None) -> None:
        """Take them in where there are more than are known."""
        if names > len(self.names.number) or families > len(self.families.all):
            await self.learn_words(connection)

    async def learn_areas(self, connection: Any, position: Position) -> None:
        """Take in the areas as they are."""
        if position == self.areas_known:
            return
        families = [id for id, family in self.families.all.items() if ADMINISTRATIVE_AREA in family.types]
        sql = f"SELECT id, body FROM {self.schema}.entity WHERE family = ANY($1) AND body IS NOT NULL"
        there = {id: decode_entity(body) for id, body in await connection.fetch(sql, families)}
        if position <= self.areas_known:
            return  # another has learnt newer ones meanwhile
        for id in self.locator.known - there.keys():
            self.locator.learn(id, None)
        for id, area in there.items():
            self.locator.learn(id, area)
        self.areas_known = position

    async def learn_hot(self, connection: Any, version: int) -> None:
        """Take in which attributes are hot."""
        if version == self.hot_known:
            return
        sql = f"SELECT attribute, complete, several FROM {self.schema}.hot_attribute"
        kept = {self.names.text[number]: (number, *rest) for number, *rest in await connection.fetch(sql)}
        if version <= self.hot_known:
            return  # another has learnt a newer version meanwhile
        hot = self.hot
        hot.attributes = {name: number for name, (number, _, _) in kept.items()}
        hot.complete = {name for name, (_, complete, _) in kept.items() if complete}
        hot.several = {name for name, (_, _, several) in kept.items() if several}
        self.hot_known = version

    def record(self, row: int, id: str, position: Position, family: int, body: bytes | None) -> Record:
        """A committed record; the one that is known, with what was rendered from it, if it is of this position."""
        return self.known.read(Record(row, id, position, self.families.all[abs(family)], body or b""))

    async def look(self, id: str | None = None) -> Looked:
        """The head as it is now, heard of in full, and the entity of an id; many who ask share one statement."""
        return await self._looks.ask(id)

    async def _look(self, ids: Sequence[str]) -> Looked:
        columns = ", ".join(f"h.{column}" for column in HEAD.split(", "))
        if ids:
            sql = (
                f"SELECT {columns}, e.row, e.id, e.position, e.family, e.body FROM {self.schema}.head AS h "
                f"LEFT JOIN {self.schema}.entity AS e ON e.id = ANY($1)"
            )
            rows = await self.postgres.fetch(sql, list(ids))
        else:
            rows = await self.postgres.fetch(f"SELECT {HEAD} FROM {self.schema}.head")
        width = len(Head._fields)
        head = head_of(rows[0][:width])
        self.timed(head)
        records = [row[width:] for row in rows if len(row) > width and row[width] is not None]
        if any(abs(record[3]) not in self.families.all for record in records):
            await self.learn_words()
        found = {record[1]: self.record(*record) for record in records}
        if head.position > self.heard:
            await self.hear(upto=head.position)
        return head, found

    def begin_anew(self, head: Head) -> None:
        """PostgreSQL has started again, or another machine leads: nothing that is kept by position is believed."""
        self.known.clear()
        self.pages.clear()
        self.floor = Floor(head.position, head.time)
        self.areas_known = self.hot_known = -1
        self.writer.forget_head()

    # what others write

    async def hear(self, connection: Any = None, *, upto: Position | None = None) -> None:
        """Read the lines that were written since (at least up to a position), and tell those who follow.

        First those who must know before this process writes again. Its own lines are told by its writer, who alone
        knows whom they are owed to: what may be of a commit under way is waited for.

        Args:
            connection: the writer's own.
        """
        if connection is not None:
            await self._hear(connection)
            return
        if self.writer.asked is not None:
            await self.writer.answered()
        while (upto is None or self.heard < upto) and not await self._hear():
            await self.writer.answered()

    async def _hear(self, connection: Any = None) -> bool:
        """Whether that was all. `mine` is where a turn of this process begins that was taken and is not answered."""
        sql, writer = unheard_sql(self.schema), self.writer
        fetch = self.postgres.fetch if connection is None else connection.fetch
        async with self._hearing:
            while True:
                turn = writer.turning
                lines = await fetch(sql, self.heard, list(self.own), *(turn or ("", 0)))
                if writer.turning not in (None, turn):
                    continue
                ends = writer.asked if connection is None else None
                if lines and turn is not None and writer.turning == turn:
                    ends = lines[0]["mine"]
                sure = [line[:-1] for line in lines if ends is None or line[0] <= ends]
                entries = [entry for entry in await self.entries(sure, connection) if entry.position not in self.own]
                if entries:
                    writer.others_wrote(entries)
                    await self._learn(self.name, entries)
                self.told(following(self.heard, entries, self.own))
                if len(sure) < len(lines):
                    return False
                if len(lines) < LINES_AT_ONCE:
                    return True

    async def entries(self, lines: Iterable[Sequence[Any]], connection: Any = None) -> list[LogEntry]:
        lines = list(lines)
        try:
            return [read_line(line, self.families, self.names) for line in lines]
        except KeyError:
            await self.learn_words(connection)
            return [read_line(line, self.families, self.names) for line in lines]

    def told(self, entries: Sequence[LogEntry]) -> None:
        """Tell those who follow; in order of position, each line once."""
        if entries:
            self.heard = entries[-1].position
            self.pages.hear(entries)
            self.timed(entries[-1])
            for position in [position for position in self.own if position <= self.heard]:
                del self.own[position]
            self.tail.extend(entries)
            self._listener(self.name, entries)

    def wrote(self, entries: Sequence[LogEntry]) -> None:
        """This process wrote lines: they are told at once, or when those of others before them have been heard."""
        entries = [entry for entry in entries if entry.position > self.heard]
        if not entries:
            return
        if entries[0].position == self.heard + 1:
            self.told(entries)
        else:
            self.own.update((entry.position, entry) for entry in entries)

    # reading and writing

    async def read_far(self, work: Callable[[Connection], T]) -> T:
        """Run a long read in a thread, upon one snapshot, with all words that it may meet known."""
        async with self.postgres.snapshot() as connection:
            sql = f"SELECT names, families, set_config('search_path', $1, true) FROM {self.schema}.head"
            names, families, _ = await connection.fetchrow(sql, self._own_tables)
            await self.know_words(names, families, connection)
            return await in_thread(connection, self.postgres.threads, work)

    async def see_own_tables(self, connection: Any) -> None:
        """Until the end of the transaction, names of tables are those of this tenant."""
        await connection.execute(f"SET LOCAL search_path TO {self._own_tables}")

    async def apply(
        self,
        changes: Sequence[Change],
        principal: Principal,
        *,
        atomic: bool,
        key: str | None,
        cursor: tuple[str, Position] | None,
    ) -> Applied:
        return await self.writer.apply(changes, principal, atomic=atomic, key=key, cursor=cursor)

    async def end_what_is_due(self, due: Instant | None) -> bool:
        """Take away what has ended by itself until now (NGSI-LD 4.22); `due` is when something ends first.

        Whether anything was. Where nothing can be written, it stays until it can: reading goes on.
        """
        ended = False
        while due is not None and due <= (now := self.now()) and now >= self._wait_until:
            try:
                await self.apply((), SYSTEM, atomic=True, key=None, cursor=None)
            except StoreUnavailable as error:
                _log.warning("what has ended has to stay", tenant=self.name, reason=str(error))
                self._wait_until = now + SECOND
                return ended
            ended = True
            due = (await self.postgres.row(f"SELECT due FROM {self.schema}.head"))[0]
        return ended

    async def work(self, work: Callable[[Connection], T]) -> T:
        """Run the store's own short work (at most 50 ms) in a transaction of its own, beside no other writer."""

        async def threaded(connection: Any) -> T:
            await self.see_own_tables(connection)
            return await in_thread(connection, self.postgres.threads, work)

        return await self.writer.work(threaded)

    def begin_draft(self, head: Head) -> Draft:
        return Draft(head.position, head.next_row).goes_on(self.chain, head.link or first_link(self.name))

    def words_written(self) -> None:
        """A group is committed: its words have their numbers."""
        self.names.fresh.clear()
        self.families.fresh.clear()

    def forget_fresh(self) -> None:
        """A group failed: its words were not written."""
        if self.names.fresh or self.families.fresh:
            self.names.forget_fresh()
            self.families.forget_fresh()
            self.views.clear()
            if self.chain is not None:
                self.chain = Chain(self.names, self.families)

    # the store's own work

    def background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"{name} of {self.name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the store's own work failed", work=task.get_name(), error=str(error))

    def begin_relocation(self) -> None:
        if not self.relocating:
            self.relocating = True
            self.background(self._relocate(), "relocation")

    async def _relocate(self) -> None:
        """Find every entity's areas anew after an area has changed; a stop resumes it, a further change repeats it."""
        try:
            owed = True
            while owed:
                begun = await self.postgres.row(f"SELECT position, next_row FROM {self.schema}.head")
                await self._relocate_all(begun[1])
                owed = await self.writer.work(lambda connection, upto=begun[0]: self._relocated(connection, upto))
        finally:
            self.relocating = False

    async def _relocate_all(self, end: int) -> None:
        """Those that were there: what is made from row `end` on is located by the areas as they are now."""
        last = 0
        sql = (
            f"SELECT row, id FROM {self.schema}.entity WHERE row > $1 AND row < $2 AND body IS NOT NULL "
            "ORDER BY row LIMIT $3"
        )
        while some := await self.postgres.fetch(sql, last, end, _RELOCATED_AT_ONCE):
            changes = [EntityChange(id, _unchanged) for _, id in some]
            await self.apply(changes, SYSTEM, atomic=False, key=None, cursor=None)
            last = some[-1][0]

    async def _relocated(self, connection: Any, upto: Position) -> bool:
        sql = f"DELETE FROM {self.schema}.fact WHERE name = 'relocate' AND value <= $1"
        await connection.execute(sql, upto)
        sql = f"SELECT EXISTS (SELECT 1 FROM {self.schema}.fact WHERE name = 'relocate')"
        return await connection.fetchval(sql)


def _unchanged(entity: Entity | None, _now: Instant) -> Edit:
    return Edit(entity)
