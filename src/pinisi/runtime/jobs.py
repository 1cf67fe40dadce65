"""Runs jobs: a queue for the whole house, a few at a time, each in a process of its own until it is over.

What is asked for is on disk before it is answered. A job that a restart of the server has interrupted is begun again
where its service says that this does no harm, else it ends as `interrupted`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import msgspec
import structlog

from pinisi.city.text import Text, fill
from pinisi.context.term_table import TermTable
from pinisi.people.errors import BadField, Conflict, NotAllowed
from pinisi.runtime import job_texts as texts
from pinisi.runtime.computation import JobFailed
from pinisi.runtime.job import Job
from pinisi.runtime.job_entity import Asked, End
from pinisi.runtime.job_principal import iris, principal_of
from pinisi.runtime.job_process import Ending, compute
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.job_results import results_of
from pinisi.runtime.job_run import Run, Where
from pinisi.runtime.lineage import FromJob, encode_origin
from pinisi.runtime.manifest import Service
from pinisi.runtime.reach import sees_whole
from pinisi.runtime.record_book import Book, NotInBook
from pinisi.runtime.recording import REPLAY
from pinisi.runtime.results import BadResult
from pinisi.runtime.services import Registry
from pinisi.runtime.typed_input import read_input
from pinisi.store.change import AuditEntry, Change, Refused, StoreUnavailable
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grants, Principal

MOST_QUEUED = 100
"""Jobs of one tenant that may wait."""
LONGEST_INPUT = 1 << 20
MOST_BEGUN = 3
"""How often a job is begun before a restart of the server ends it: it may be what brings the server down."""
TELL_SECONDS = 2.0
RETRY_SECONDS = 2.0
ASKED, CANCELLED = "job-asked", "job-cancelled"

_log = structlog.get_logger("pinisi.jobs")
replace = msgspec.structs.replace


class Jobs:
    """All jobs of one house. `where` gives each tenant's time; `at_once` is how many run together."""

    def __init__(
        self,
        store: Store,
        table: TermTable,
        registry: Registry,
        where: Callable[[str], Where],
        at_once: int,
        folder: Path | None = None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._book = Book(store, table, Asked, "Job")
        self._registry = registry
        self._where = where
        self._at_once = at_once
        self._waiting: deque[Run] = deque()
        self._runs: dict[tuple[str, str], Run] = {}
        self._closing = False

    # what can be asked for

    @property
    def offered(self) -> Sequence[tuple[Service, Job[Any, Any]]]:
        return [(service, job) for service in self._registry.services for job in service.jobs]

    def _job(self, service: str, name: str) -> tuple[Service, Job[Any, Any]]:
        found = next(((s, j) for s, j in self.offered if (s.name, j.name) == (service, name)), None)
        if found is None:
            raise NotInBook(f"{service}.{name}")
        return found

    async def ask(self, tenant: str, service: str, name: str, given: bytes, principal: Principal) -> Asked:
        """Put a job into the queue; answered when that is on disk.

        Raises:
            NotInBook: no service offers it.
            BadField, Unfit: the input is not what it takes; names the field.
            NotAllowed: who asks does not see all that it may write.
            Conflict: too many wait already, or the service is switched off.
        """
        offering, job = self._job(service, name)
        if len(given) > LONGEST_INPUT:
            raise BadField("input", f"is longer than {LONGEST_INPUT >> 20} MB")
        read_input(given, job.input, "input")
        if not sees_whole(principal.grants, iris((*offering.types, *job.reads), self._book.table)):
            raise NotAllowed(f"{service}.{name} tells of the whole city; who asks for it has to see all of that")
        if self._full(tenant):
            raise Conflict(f"{MOST_QUEUED} jobs wait already; cancel one, or wait")
        if self._where(tenant).is_off(service):
            raise Conflict(f"{service} is switched off")
        asked = self._asked(tenant, service, job, str(uuid4()), given, principal)
        entry = AuditEntry(ASKED, f"job/{asked.id}", {"service": service, "job": name})
        await self._put(tenant, asked, principal, entry)
        return asked

    async def turn(self, tenant: str, service: str, name: str, given: msgspec.Struct, beat: Instant) -> bool:
        """Put what a job with a clock asks of itself into the queue; it takes the place of its turn before.

        False where that is not due: the turn was taken already (before a restart, too), it still waits or runs, or
        too many wait.
        """
        offering, job = self._job(service, name)
        encoded = msgspec.json.encode(given, order="deterministic")
        id = str(uuid5(NAMESPACE_URL, f"urn:pinisi:turn:{service}.{name}:{encoded.decode()}"))
        if (tenant, id) in self._runs or await self._taken(tenant, id, beat) or self._full(tenant):
            return False
        principal = principal_of(offering, job, self._book.table)
        asked = self._asked(tenant, service, job, id, encoded, principal)
        await self._put(tenant, replace(asked, turn=beat, every=job.every or 0.0), principal)
        return True

    def _asked(
        self, tenant: str, service: str, job: Job[Any, Any], id: str, given: bytes, principal: Principal
    ) -> Asked:
        where = self._where(tenant)
        return Asked(
            id=id,
            service=service,
            job=job.name,
            title=job.title,
            input=msgspec.Raw(given),
            by=principal.id,
            by_name=principal.name,
            asked=where.now(),
            exercise=where.exercise or tenant.startswith(REPLAY),
        )

    async def _taken(self, tenant: str, id: str, beat: Instant) -> bool:
        try:
            return (await self._book.record(tenant, id)).turn >= beat
        except NotInBook:
            return False

    async def _put(self, tenant: str, asked: Asked, principal: Principal, *more: Change) -> None:
        await self._book.keep(tenant, asked, principal, *more)
        self._queue(tenant, asked)

    def _full(self, tenant: str) -> bool:
        return sum(run.tenant == tenant for run in self._waiting) >= MOST_QUEUED

    async def cancel(self, tenant: str, id: str, principal: Principal) -> Asked:
        """End a job that waits or runs; answered when it is over. What is writing its result is let be.

        Raises:
            NotInBook: see there.
            Conflict: it is over already.
        """
        await self._book.one(tenant, id, principal.grants)
        run = self._runs.get((tenant, id))
        if run is None:
            raise Conflict("this job is over already")
        await self._book.note(tenant, principal, AuditEntry(CANCELLED, f"job/{id}", {}))
        run.cancelled = True
        if run in self._waiting:
            self._waiting.remove(run)
            await self._end(run, "cancelled")
            self._runs.pop((tenant, id), None)
        elif run.computing and run.task is not None:
            run.task.cancel()
        if run.task is not None:
            await asyncio.wait([run.task])
        return run.asked

    # what is known of them

    async def all(self, tenant: str, grants: Grants, *, limit: int, offset: int = 0) -> tuple[Sequence[Asked], int]:
        """Those that the reader may know of, newest first, and how many there are."""
        found, total = await self._book.all(tenant, grants, limit=limit, offset=offset)
        return [self._newest(tenant, asked) for asked in found], total

    async def turns(self, tenant: str, grants: Grants) -> Sequence[Asked]:
        """The last turn of each job with a clock, and of each of its inputs, that the reader may know of."""
        return [self._newest(tenant, each) for each in await self._book.saying(tenant, "updatePeriod", grants)]

    async def one(self, tenant: str, id: str, grants: Grants) -> Asked:
        """Raises `NotInBook`."""
        return self._newest(tenant, await self._book.one(tenant, id, grants))

    def _newest(self, tenant: str, asked: Asked) -> Asked:
        """With the progress of this moment, which is written only now and then; what is over has none."""
        run = self._runs.get((tenant, asked.id))
        return run.asked if run is not None and asked.open else asked

    # over a restart

    async def go_on(self, tenants: Sequence[str]) -> None:
        """Take up what was not over when the server ended."""
        for tenant in tenants:
            for asked in await self._book.unfinished(tenant):
                await self._take_up(Run(tenant, asked))

    async def _take_up(self, run: Run) -> None:
        asked = run.asked
        try:
            _, job = self._job(asked.service, asked.job)
        except NotInBook:
            await self._end(run, "interrupted", texts.GONE)
            return
        if asked.state == "running" and not job.restarts:
            await self._end(run, "interrupted", texts.INTERRUPTED)
        elif asked.begun >= MOST_BEGUN:
            await self._end(run, "interrupted", fill(texts.TOO_OFTEN, times=asked.begun))
        else:
            self._queue(run.tenant, replace(asked, state="queued", share=0.0, note=""))

    async def forget(self, tenant: str) -> None:
        """End what runs for a tenant that goes, and write nothing of it any more."""
        await self._stop([run for run in self._runs.values() if run.tenant == tenant])

    async def close(self) -> None:
        """End all processes; what they did is begun again or marked at the next start."""
        self._closing = True
        await self._stop(list(self._runs.values()))

    async def _stop(self, runs: Sequence[Run]) -> None:
        for run in runs:
            if run in self._waiting:
                self._waiting.remove(run)
            if run.task is not None and run.computing:
                run.task.cancel()
        await asyncio.gather(*(run.task for run in runs if run.task is not None), return_exceptions=True)
        for run in runs:
            self._runs.pop((run.tenant, run.asked.id), None)

    # running

    def _queue(self, tenant: str, asked: Asked) -> None:
        run = Run(tenant, asked)
        self._runs[(tenant, asked.id)] = run
        self._waiting.append(run)
        self._begin()

    def _begin(self) -> None:
        running = sum(run.task is not None for run in self._runs.values())
        while running < self._at_once and not self._closing and (run := self._next()) is not None:
            self._waiting.remove(run)
            run.task = asyncio.get_running_loop().create_task(self._run(run), name=f"job {run.asked.id}")
            running += 1

    def _next(self) -> Run | None:
        """The first that may begin: a job with a clock, also one that somebody asked for, never runs beside itself."""
        running = [run for run in self._runs.values() if run.task is not None]
        clocked = {(service.name, job.name) for service, job in self.offered if job.every}
        for run in self._waiting:
            own = (run.asked.service, run.asked.job)
            if own not in clocked or not any(each.tenant == run.tenant and _same(each.asked, *own) for each in running):
                return run
        return None

    async def _run(self, run: Run) -> None:
        try:
            await self._run_to_its_end(run)
        except asyncio.CancelledError:
            run.computing = False
            if not run.cancelled:
                raise
            await self._end(run, "cancelled")
        except Exception as error:
            run.computing = False
            _log.exception("a job ended unexpectedly", id=run.asked.id)
            await self._end(run, "failed", fill(texts.UNEXPECTED, why=f"{type(error).__name__}: {error}"[:500]))
        finally:
            self._runs.pop((run.tenant, run.asked.id), None)
            self._begin()

    async def _run_to_its_end(self, run: Run) -> None:
        service, job = self._job(run.asked.service, run.asked.job)
        given = msgspec.json.decode(run.asked.input, type=job.input)
        await self._start(run, service, job)
        if run.cancelled:
            await self._end(run, "cancelled")
            return
        run.computing = True
        ending = await self._computed(run, job, given)
        run.computing = False
        await self._finish(run, service, job, given, ending)

    async def _start(self, run: Run, service: Service, job: Job[Any, Any]) -> None:
        now = self._where(run.tenant).now()
        begun = replace(run.asked, state="running", started=now, begun=run.asked.begun + 1)
        await self._write(run, begun, principal_of(service, job, self._book.table))
        run.asked = begun

    async def _computed(self, run: Run, job: Job[Any, Any], given: msgspec.Struct) -> Ending:
        def told(share: float, note: str) -> None:
            run.asked = replace(run.asked, share=share, note=note)

        teller = asyncio.get_running_loop().create_task(self._tell(run), name=f"progress of {run.asked.id}")
        try:
            return await compute(job, await self._gathered(run, job, given), told)
        except JobFailed as error:
            return Ending("failed", reason=error.text)
        except OSError as error:
            return Ending("failed", reason=fill(texts.NO_PROCESS, why=str(error)))
        finally:
            teller.cancel()
            await asyncio.gather(teller, return_exceptions=True)

    async def _gathered(self, run: Run, job: Job[Any, Any], given: msgspec.Struct) -> msgspec.Struct:
        """What is computed on: what was asked, or what the job makes of it and of the context."""
        if job.gather is None:
            return given
        return await job.gather(given, self.reading(run.tenant, run.asked.service, job))

    def reading(self, tenant: str, service: str, job: Job[Any, Any]) -> JobReading:
        """What a job may read of a tenant."""
        now, of = self._where(tenant).now(), (service, job.name)
        return JobReading(self._store, tenant, self._book.table, job.reads, now=now, folder=self._folder, of=of)

    async def _tell(self, run: Run) -> None:
        """Write the progress now and then."""
        told = run.asked
        while True:
            await asyncio.sleep(TELL_SECONDS)
            if round(100 * told.share) != round(100 * run.asked.share):
                told = run.asked
                await self._write(run, told, self._acting(told))

    async def _finish(self, run: Run, service: Service, job: Job[Any, Any], given: Any, ending: Ending) -> None:
        """Write the result together with the state; a result that cannot be written is a failure that says why."""
        if ending.trace:
            _log.warning("a job failed", job=f"{service.name}.{job.name}", id=run.asked.id, trace=ending.trace)
        if ending.state != "done":
            await self._end(run, ending.state, ending.reason)
            return
        now = self._where(run.tenant).now()
        try:
            origin = self._origin(run.asked, now)
            results = (job, run.asked, given, ending.output, now, origin, self._book.table)
            changes, kept = await asyncio.to_thread(results_of, *results)
            await self._end(run, "done", None, *changes, *kept, results=len(changes))
        except (BadResult, Refused) as error:
            await self._end(run, "failed", fill(texts.BAD_RESULT, why=str(error)[:500]))

    def _origin(self, asked: Asked, now: Instant) -> bytes:
        version = self._registry.version(asked.service)
        return encode_origin(FromJob(service=asked.service, version=version, job=asked.job, id=asked.id, moment=now))

    async def _end(self, run: Run, state: End, reason: Text | None = None, *changes: Change, results: int = 0) -> None:
        before = run.asked
        over = replace(
            before,
            state=state,
            reason=reason,
            ended=self._where(run.tenant).now(),
            share=1.0 if state == "done" else before.share,
            results=results,
        )
        await self._write(run, over, self._acting(before), *changes)
        run.asked = over

    def _acting(self, asked: Asked) -> Principal:
        try:
            return principal_of(*self._job(asked.service, asked.job), self._book.table)
        except NotInBook:
            return Principal(id=f"job:{asked.service}.{asked.job}", name=asked.title.en, kind="job")

    async def _write(self, run: Run, asked: Asked, principal: Principal, *more: Change) -> None:
        """Write the job as it shall be, and wait for a disk that cannot be written now: no result is thrown away.

        Only then it is told: what is shown is on disk.
        """
        while True:
            try:
                await self._book.keep(run.tenant, asked, principal, *more)
                return
            except StoreUnavailable as error:
                if self._closing:
                    raise
                _log.warning("a job has to wait for the store", id=run.asked.id, reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)


def _same(asked: Asked, service: str, job: str) -> bool:
    return (asked.service, asked.job) == (service, job)
