"""The clock of a service's jobs in one tenant: at each whole period of the tenant's time they ask for themselves.

Of turns that were missed (the server stood, a turn took longer than a period) only the last is made up for. A job that
fails is seen as any job is, and asked again at its next turn.
"""

import asyncio
from typing import Any

import structlog

from pinisi.runtime.clock import Clock
from pinisi.runtime.job import Job
from pinisi.runtime.jobs import Jobs
from pinisi.runtime.manifest import Service
from pinisi.store.change import StoreUnavailable
from pinisi.vocabulary.instant import SECOND, Instant

LOOK_SECONDS = 0.5
"""How often it is looked whether a period has begun."""
MOST_DUE = 50
"""What one turn of a job may ask for."""
_log = structlog.get_logger("pinisi.jobs")


class JobClock:
    """`faults`: of jobs whose `due` failed at their last turn, by name, why."""

    def __init__(self, service: Service, jobs: Jobs, tenant: str, clock: Clock) -> None:
        self.faults: dict[str, str] = {}
        self._service = service.name
        self._clocked = [job for job in service.jobs if job.every]
        self._jobs = jobs
        self._tenant = tenant
        self._clock = clock
        self._beats: dict[str, Instant] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._clocked and self._task is None:
            work = asyncio.get_running_loop().create_task(self._follow(), name=f"{self._service}: turns of jobs")
            self._task = work

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            for job in self._clocked:
                await self._look(job)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, job: Job[Any, Any]) -> None:
        period = round((job.every or 0.0) * SECOND)
        beat = self._clock.now() // period * period
        if self._beats.get(job.name) == beat:
            return
        try:
            await self._turn(job, beat)
        except StoreUnavailable as error:
            _log.warning("a turn waits for the store", job=f"{self._service}.{job.name}", reason=str(error))
            return
        except Exception as error:
            _log.exception("what a turn asks for cannot be told", job=f"{self._service}.{job.name}")
            self.faults[job.name] = f"{type(error).__name__}: {error}"
        self._beats[job.name] = beat

    async def _turn(self, job: Job[Any, Any], beat: Instant) -> None:
        if job.due is None:
            due = [job.input()]
        else:
            due = await job.due(self._jobs.reading(self._tenant, self._service, job))
        self.faults.pop(job.name, None)
        for given in due[:MOST_DUE]:
            await self._jobs.turn(self._tenant, self._service, job.name, given, beat)
