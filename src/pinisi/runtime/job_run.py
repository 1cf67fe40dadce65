"""One job that is not over, and what it has of the tenant it runs in."""

import asyncio
from typing import Protocol

from pinisi.runtime.job_entity import Asked
from pinisi.vocabulary.instant import Instant


class Where(Protocol):
    """What a job has of the tenant it runs in."""

    def now(self) -> Instant: ...
    def is_off(self, service: str) -> bool: ...
    @property
    def exercise(self) -> bool: ...


class Run:
    """One job that is not over. `computing`: its process runs, so it can be ended."""

    def __init__(self, tenant: str, asked: Asked) -> None:
        self.tenant = tenant
        self.asked = asked
        self.task: asyncio.Task[None] | None = None
        self.computing = False
        self.cancelled = False
