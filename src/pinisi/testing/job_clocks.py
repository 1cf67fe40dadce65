"""What is asked of jobs with a clock: in a city that knows nothing yet, turns come to nothing or to sound inputs."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from pinisi.context.term_table import TermTable
from pinisi.runtime.job import Job
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.manifest import Service
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.over_http import Stopped


async def clocks_hold(service: Service, table: TermTable) -> None:
    """
    Raises:
        AssertionError: naming the job and what its `due` answered or raised.
    """
    for job in service.jobs:
        if job.due is not None:
            await _due_holds(service.name, job, table)


async def _due_holds(service: str, job: Job[Any, Any], table: TermTable) -> None:
    assert job.due is not None
    with TemporaryDirectory() as folder:
        async with SqliteStore(Path(folder), Stopped(0).now) as store:
            of = (service, job.name)
            try:
                due = await job.due(JobReading(store, "city", table, job.reads, now=0, folder=None, of=of))
            except Exception as error:
                raise AssertionError(
                    f"{job.name}: `due` fails in a new city: {type(error).__name__}: {error}"
                ) from error
    for each in due:
        if not isinstance(each, job.input):
            raise AssertionError(f"{job.name}: `due` answers {each!r}, which is no {job.input.__name__}")
        msgspec.json.decode(msgspec.json.encode(each), type=job.input)
