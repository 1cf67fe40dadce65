"""One replay: a tenant of its own that lives through a recording, by the same way in as live data.

It is begun with an empty tenant and brought to its first moment; then its clock runs, stands, or is put forward. To go
back it is begun anew and brought to the moment again: the same rows give the same city, whatever the speed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import structlog

from pinisi.city.errors import CityError
from pinisi.city.profile import Profile, load_profile
from pinisi.context.subscription import KIND as SUBSCRIPTION
from pinisi.context.term_table import TermTable
from pinisi.runtime.city_loading import CityNotLoaded, folder_digest
from pinisi.runtime.clock import ReplayClock, Stopwatch
from pinisi.runtime.conductor import Conductor
from pinisi.runtime.keeper import Keeper, Running
from pinisi.runtime.preparation import Preparation
from pinisi.runtime.recorded_history import Span
from pinisi.runtime.recording import Recording, Stream
from pinisi.runtime.reel import Reel, write_reel
from pinisi.runtime.source import Source, Unreadable
from pinisi.runtime.transports.recording import FromReel
from pinisi.store.change import DocumentChange, StoreUnavailable
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM

LOOK_SECONDS = 0.2
NOTE_SECONDS = 10.0
"""How often the moment is noted while the clock runs: what a crash may lose of a quiet hour."""
NOTE = "replay-moment"

Reach = Literal["held", "loopback"]
"""Whom the subscriptions of a replay may notify: nobody (what is owed is held and counted), or this machine itself."""
State = Literal["preparing", "running", "paused", "finished", "ended", "failed"]
_log = structlog.get_logger("pinisi.replays")
replace = msgspec.structs.replace


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a replay over a restart.

    `moment` is where it was told to be, `running` whether its clock shall run from there. `prepared` is False while
    its tenant is being brought to that moment from the beginning. `ended`: kept to be looked at, and nothing runs.
    `span` is that of a replay of the house's own past.
    """

    id: str
    recording: str
    folder: str | None
    span: Span | None = None
    begin: Instant
    until: Instant
    moment: Instant
    speed: float = 60.0
    running: bool = True
    loop: bool = False
    prepared: bool = False
    ended: bool = False
    reach: Reach = "held"
    by: str = ""
    started: Instant = 0


class Stage(Protocol):
    """What a replay needs of the house."""

    def show(self, tenant: str, profile: Profile, clock: ReplayClock) -> None:
        """Show the tenant as that city, though nothing is in it yet."""
        ...

    async def set_stage(self, tenant: str, profile: Profile, clock: ReplayClock, preparation: Preparation) -> Keeper:
        """Load the city into the tenant, show it, watch its alarms; tell how far that is."""
        ...

    async def clear_stage(self, tenant: str, *, gone: bool = False) -> None:
        """Stop all that runs in the tenant; `gone`: it will not come again."""
        ...


class Replay:
    """A replay that is open. `keep` writes its plan to disk; acts are taken one at a time."""

    def __init__(
        self,
        plan: Plan,
        recording: Recording,
        path: Path,
        store: SqliteStore,
        table: TermTable,
        stage: Stage,
        keep: Callable[[Plan], Awaitable[None]],
    ) -> None:
        self.plan = plan
        self.recording = recording
        self.failure: str | None = None
        self.clock = ReplayClock(plan.begin, plan.until, plan.speed, Stopwatch())
        self.reel: Reel | None = None
        self._path = path
        self._base = path.with_name(f"{recording.city.name}-{folder_digest(recording.city)[:12]}.base")
        self._store = store
        self._table = table
        self._stage = stage
        self._keep = keep
        self._profile: Profile | None = None
        self._conductor: Conductor | None = None
        self._keeper: Keeper | None = None
        self._finished = False
        self._open_to_rows = False
        self._preparation = Preparation()
        self._work: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._acting = asyncio.Lock()

    # how it is

    @property
    def tenant(self) -> str:
        return self.plan.id

    @property
    def preparing(self) -> bool:
        return self._work is not None and not self._work.done()

    @property
    def state(self) -> State:
        if self.failure is not None:
            return "failed"
        if self.plan.ended:
            return "ended"
        if self.preparing:
            return "preparing"
        if self._finished:
            return "finished"
        return "running" if self.clock.running else "paused"

    @property
    def taken(self) -> int:
        """Rows that are written."""
        return 0 if self._conductor is None else self._conductor.taken

    @property
    def progress(self) -> float:
        """How much of what has to be brought forward is: 0 to 1."""
        return self._preparation.share if self.preparation else 1.0

    @property
    def preparation(self) -> Preparation | None:
        """What is being done to bring it to its moment; None when nothing is."""
        if not self.preparing:
            return None
        if self._preparation.step == "rows":
            self._preparation.done = self.taken
        return self._preparation

    # acts

    async def begin(self) -> None:
        """Begin with an empty tenant, at the moment of the plan; goes on by itself.

        Raises:
            CityError: the folder of its city cannot be used.
        """
        async with self._acting:
            self._stage.show(self.tenant, await self._city_undrawn(), self.clock)
            await self._keep(self.plan)
            self._engage(self._begin)

    async def go_on(self) -> None:
        """Go on after a restart of the server: where the log of the tenant ends, or from the beginning if it must."""
        async with self._acting:
            self._stage.show(self.tenant, await self._city_undrawn(), self.clock)
            self._engage(self._go_on if self.plan.prepared else self._begin)

    async def run(self) -> None:
        async with self._acting:
            await self._note(running=True)
            if self._finished:
                self._engage(self._restarted)
            elif not self.preparing:
                self._let_run()

    async def pause(self) -> None:
        async with self._acting:
            self.clock.pause()
            self._stir()
            moment = self.plan.moment if self.preparing else self.clock.now()
            await self._note(running=False, moment=moment)
            if not self.preparing:
                await self._tell_cards()

    async def set_speed(self, speed: float) -> None:
        async with self._acting:
            self.clock.set_speed(speed)
            self._stir()
            await self._note(speed=speed)

    async def set_loop(self, loop: bool) -> None:
        async with self._acting:
            await self._note(loop=loop)

    async def seek(self, moment: Instant) -> None:
        """Be at a moment: forward by bringing it there, backward by beginning anew."""
        async with self._acting:
            wanted = max(self.plan.begin, min(self.plan.until, moment))
            whole = self._open_to_rows and self.plan.prepared and self.failure is None
            back = not whole or wanted < self.clock.now()
            await self._disengage()
            self.clock.pause()
            self.failure = None
            self._finished = False
            await self._note(moment=wanted, prepared=not back)
            self._engage(self._begin if back else self._bring)

    async def end(self) -> None:
        """Stop for good; the tenant stays as it is."""
        async with self._acting:
            self.clock.pause()
            await self.close()
            await self._stage.clear_stage(self.tenant)
            await self._note(ended=True, running=False, moment=self.clock.now())

    async def show(self) -> None:
        """Show a tenant that was kept, its clock standing where it ended."""
        self.clock.put_forward(self.plan.moment)
        await self._set_stage()

    async def close(self) -> None:
        """Stop what runs; what is written stays, and a restart goes on from there."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        await self._disengage()
        if self.clock.running:
            await self._note_moment()
        if self.reel is not None:
            self.reel.close()
            self.reel = None

    # how it goes on by itself

    def _engage(self, work: Callable[[], Awaitable[None]]) -> None:
        self._preparation = Preparation()

        async def engaged() -> None:
            try:
                await work()
            except (CityError, CityNotLoaded, Unreadable, StoreUnavailable, OSError) as error:
                self._fail(str(error))
            except Exception as error:
                _log.exception("a replay failed", replay=self.tenant)
                self._fail(f"{type(error).__name__}: {error}")

        self._work = asyncio.get_running_loop().create_task(engaged(), name=f"preparing {self.tenant}")
        if self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._look(), name=f"watch of {self.tenant}")

    async def _disengage(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def _fail(self, reason: str) -> None:
        _log.warning("a replay cannot go on", replay=self.tenant, reason=reason)
        self.failure = reason
        self.clock.pause()

    async def _begin(self) -> None:
        self._conductor = None
        self._open_to_rows = False
        await self._stage.clear_stage(self.tenant)
        self.clock = ReplayClock(self.plan.begin, self.plan.until, self.plan.speed, Stopwatch())
        self._store.keep_time(self.tenant, self.clock.now)
        subscriptions = await self._store.documents(self.tenant, SUBSCRIPTION)
        await self._store.begin_anew(self.tenant, self._base if self._base.exists() else None)
        kept = [DocumentChange(SUBSCRIPTION, id, body) for id, _, body in subscriptions]
        if kept:
            await self._store.apply(self.tenant, kept, SYSTEM)
        await self._open()
        await self._bring()

    async def _go_on(self) -> None:
        known = await self._store.log(self.tenant, await self._store.position(self.tenant) - 1, 1)
        if known.entries:
            self.clock.put_forward(known.entries[-1].time)
        await self._open()
        await self._bring()

    async def _restarted(self) -> None:
        await self._note(moment=self.plan.begin, prepared=False)
        self._finished = False
        await self._begin()

    async def _open(self) -> None:
        """Let the streams of the recording into the tenant."""
        if self.reel is None:
            if not self._path.exists():
                await asyncio.to_thread(write_reel, self._path, self.recording)
            self.reel = Reel(self._path)
        keeper = await self._set_stage()
        if not self._base.exists():
            await self._keep_base()
        self._conductor = Conductor(self.reel, self.clock, [stream.id for stream in self.recording.streams])
        self._keeper = keeper
        for stream in self.recording.streams:
            await keeper.add(self._running(stream, self._conductor), on=True)
        self._open_to_rows = True

    async def _keep_base(self) -> None:
        """Keep the tenant as it begins, with its city, for going back and for later starts."""
        unfinished = self._path.with_suffix(".copy")
        unfinished.unlink(missing_ok=True)
        await self._store.copy(self.tenant, unfinished)
        unfinished.replace(self._base)
        for old in self._base.parent.glob(f"{self.recording.city.name}-*.base"):
            if old != self._base:
                old.unlink(missing_ok=True)

    def clear_files(self) -> None:
        self._path.unlink(missing_ok=True)

    async def _set_stage(self) -> Keeper:
        return await self._stage.set_stage(self.tenant, await self._city(), self.clock, self._preparation)

    async def _city_undrawn(self) -> Profile:
        """What is shown of the city at once, while the rest is read."""
        if self._profile is not None:
            return self._profile
        return await asyncio.to_thread(load_profile, self.recording.city, self.recording.data, drawn=False)

    async def _city(self) -> Profile:
        if self._profile is None:
            self._profile = await asyncio.to_thread(load_profile, self.recording.city, self.recording.data)
        return self._profile

    def _running(self, stream: Stream, conductor: Conductor) -> Running:
        source = Source(
            id=stream.id,
            title=stream.title,
            card=stream.card,
            transport=FromReel(stream.id, stream.recorded.frame, conductor),
            read=stream.recorded.read,
            every=stream.every,
            method="replayed",
        )
        return Running(source, stream.service, self._store, self.tenant, self._table, self.clock, forced="replayed")

    async def _bring(self) -> None:
        """Bring it to the moment of the plan, and run on if it shall."""
        assert self._conductor is not None and self.reel is not None
        self._preparation.begin("rows", self.reel.until(self.plan.moment))
        await self._conductor.bring_to(self.plan.moment)
        await self._tell_cards()
        await self._note(prepared=True)
        if self.plan.running:
            self._let_run()

    def _let_run(self) -> None:
        self.clock.run()
        self._stir()

    def _stir(self) -> None:
        if self._conductor is not None:
            self._conductor.stir()

    async def _look(self) -> None:
        """Notice the end, and note the moment now and then."""
        passed = 0.0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            passed += LOOK_SECONDS
            if self.preparing or self._conductor is None or not self.clock.running:
                continue
            if self.clock.now() >= self.plan.until and self._conductor.at_end:
                await self._finish()
            elif passed >= NOTE_SECONDS:
                passed = 0.0
                await self._note_moment()

    async def _finish(self) -> None:
        async with self._acting:
            self.clock.pause()
            self._finished = True
            await self._tell_cards()
            if self.plan.loop:
                self._engage(self._restarted)
            else:
                await self._note(moment=self.plan.until, running=False)

    async def _tell_cards(self) -> None:
        """Write how each source is doing now, not only by and by."""
        for running in () if self._keeper is None else self._keeper.sources.values():
            await running.tell()

    async def _note_moment(self) -> None:
        """Leave a line in the tenant's log: a restart begins where it ends."""
        note = DocumentChange(NOTE, "now", b"%d" % self.clock.now())
        try:
            await self._store.apply(self.tenant, [note], SYSTEM)
        except StoreUnavailable as error:
            _log.warning("the moment of a replay cannot be noted", replay=self.tenant, reason=str(error))

    async def _note(self, **changed: object) -> None:
        self.plan = replace(self.plan, **changed)
        await self._keep(self.plan)
