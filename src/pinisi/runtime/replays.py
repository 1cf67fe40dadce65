"""The room of replays: starts them, keeps their plans, ends them, and bounds how many run at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from pinisi.city.errors import CityError
from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.context.term_table import TermTable
from pinisi.runtime.clock import Clock
from pinisi.runtime.recorded_history import Span, history_recording
from pinisi.runtime.recording import REPLAY, Recording
from pinisi.runtime.recordings import Library, missing
from pinisi.runtime.replay import Plan, Reach, Replay, Stage
from pinisi.store.change import DocumentChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM

KIND = "replay"
"""Kind of the documents, in the house's own tenant, that say which replays there are."""
MOST = 4
"""Replays that may run at a time: each is a city with its sources."""
SLOWEST, FASTEST = 0.1, 1_000_000.0

if TYPE_CHECKING:
    from pinisi.store.opening import AnyStore

_log = structlog.get_logger("pinisi.replays")
_encode = msgspec.json.Encoder().encode
_plan = msgspec.json.Decoder(Plan).decode


class NoSuchReplay(LookupError):
    """There is no replay, or no recording, of that name."""


class CannotReplay(Exception):
    """It cannot be started or moved so now; `text` says why and what to do."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(text if isinstance(text, str) else text.en)
        self.text = text


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to see again: a recording, or a `span` of the house's own past.

    `name` is for a second replay of the same recording beside the first.
    """

    recording: str = ""
    span: Span | None = None
    name: str = ""
    folder: Path | None = None
    start: Instant | None = None
    speed: float = 60.0
    running: bool = True
    loop: bool = False
    reach: Reach = "held"


class Replays:
    """All replays of one house. `profile` is its own city, `folder` where reels lie."""

    def __init__(
        self,
        store: "AnyStore",
        profile: Profile,
        table: TermTable,
        library: Library,
        stage: Stage,
        folder: Path,
        clock: Clock,
    ) -> None:
        self.library = library
        self._any = store
        self._profile = profile
        self._home = profile.id
        self._table = table
        self._stage = stage
        self._folder = folder
        self._clock = clock
        self._replays: dict[str, Replay] = {}

    @property
    def _store(self) -> SqliteStore:
        """Replays are files that are copied and made anew: none can be begun where a database is shared."""
        assert isinstance(self._any, SqliteStore)
        return self._any

    @property
    def all(self) -> Sequence[Replay]:
        return tuple(self._replays.values())

    def get(self, id: str) -> Replay:
        """Raises `NoSuchReplay`."""
        found = self._replays.get(id)
        if found is None:
            raise NoSuchReplay(id)
        return found

    def reach(self, tenant: str) -> Reach | None:
        """Whom a tenant may notify; None: whom the house may. A replay may not, open or forgotten."""
        found = self._replays.get(tenant)
        if found is not None:
            return found.plan.reach
        return "held" if tenant.startswith(REPLAY) else None

    # over a restart

    async def read(self) -> None:
        """Take in what was running, and give each tenant its clock before anybody opens it."""
        if not isinstance(self._any, SqliteStore):
            return
        for id, _, body in await self._store.documents(self._home, KIND):
            plan = _plan(body)
            try:
                recording = self._recording(plan)
            except (NoSuchReplay, CityError) as error:
                _log.error("a replay cannot go on", replay=id, reason=str(error))
                continue
            replay = self._open(plan, recording)
            self._store.keep_time(id, replay.clock.now)

    async def go_on(self) -> None:
        for replay in self.all:
            try:
                await (replay.show() if replay.plan.ended else replay.go_on())
            except CityError as error:
                _log.error("a replay cannot go on", replay=replay.tenant, reason=str(error))
                replay.failure = str(error)

    async def close(self) -> None:
        for replay in self.all:
            await replay.close()

    # acts

    async def start(self, wish: Wish, by: str) -> Replay:
        """Start a replay; it is shown as preparing until its first moment is there.

        Raises:
            NoSuchReplay: there is no such recording.
            CannotReplay: its files are absent, one of that name is there, or too many run.
        """
        if not isinstance(self._any, SqliteStore):
            raise CannotReplay(_NO_FILES)
        if wish.span is not None:
            return await self._start(self._history(wish.span), wish, None, by)
        entry = self.library.entry(wish.recording)
        if entry is None:
            raise NoSuchReplay(wish.recording)
        folder = self.library.folder(entry, wish.folder)
        told = missing(entry, folder)
        if told is not None:
            raise CannotReplay(told)
        try:
            recording = self.library.recording(entry, folder)
        except CityError as error:
            raise CannotReplay(str(error)) from None
        return await self._start(recording, wish, folder, by)

    async def _start(self, recording: Recording, wish: Wish, folder: Path | None, by: str) -> Replay:
        id = f"{REPLAY}{wish.name or recording.id}"
        known = self._replays.get(id)
        if known is not None and not known.plan.ended:
            raise CannotReplay(_TAKEN)
        if sum(not replay.plan.ended for replay in self.all) >= MOST:
            raise CannotReplay(_TOO_MANY)
        if known is not None:
            await self.end(id, keep=False)
        plan = Plan(
            id=id,
            recording=recording.id,
            folder=None if folder is None else str(folder),
            span=wish.span,
            begin=recording.begin,
            until=recording.until,
            moment=max(recording.begin, min(recording.until, wish.start or recording.begin)),
            speed=wish.speed,
            running=wish.running,
            loop=wish.loop,
            reach=wish.reach,
            by=by,
            started=self._clock.now(),
        )
        replay = self._open(plan, recording)
        replay.clear_files()
        try:
            await replay.begin()
        except CityError as error:
            del self._replays[id]
            raise CannotReplay(str(error)) from None
        return replay

    async def end(self, id: str, *, keep: bool) -> None:
        """End a replay. Kept, its tenant stays for the Time page; else it goes with all that it knew."""
        replay = self.get(id)
        if not replay.plan.ended:
            await replay.end()
        replay.clear_files()
        if keep:
            await replay.show()
            return
        await self._stage.clear_stage(id, gone=True)
        del self._replays[id]
        await self._store.erase(id)
        await self._store.apply(self._home, [DocumentChange(KIND, id, None)], SYSTEM)

    def _open(self, plan: Plan, recording: Recording) -> Replay:
        replay = Replay(plan, recording, self._reel(plan.id), self._store, self._table, self._stage, self._keep)
        self._replays[plan.id] = replay
        return replay

    def _recording(self, plan: Plan) -> Recording:
        if plan.span is not None:
            return self._history(plan.span)
        entry = self.library.entry(plan.recording)
        if entry is None:
            raise NoSuchReplay(plan.recording)
        folder = None if plan.folder is None else Path(plan.folder)
        return self.library.recording(entry, self.library.folder(entry, folder))

    def _history(self, span: Span) -> Recording:
        return history_recording(span, self._profile, self._store.path(self._home), self._table)

    def _reel(self, id: str) -> Path:
        return self._folder / f"{id}.reel"

    async def _keep(self, plan: Plan) -> None:
        await self._store.apply(self._home, [DocumentChange(KIND, plan.id, _encode(plan))], SYSTEM)


_NO_FILES = Text(
    "Putar ulang memerlukan penyimpanan dalam folder data; rumah ini memakai PostgreSQL",
    "Replays need the store in the data folder; this house keeps its data in PostgreSQL",
    "再生にはデータフォルダー内のストアが必要。このハウスは PostgreSQL を使っている",
)
_TAKEN = Text(
    "Putar ulang ini sedang berjalan; akhiri dahulu, atau beri nama lain",
    "This replay is running: end it first, or give another name",
    "この再生は実行中。先に終了するか、別の名前を付ける",
)
_TOO_MANY = Text(
    f"Paling banyak {MOST} putar ulang sekaligus; akhiri salah satunya",
    f"At most {MOST} replays at a time: end one of them",
    f"同時に再生できるのは {MOST} 件まで。どれかを終了する",
)
