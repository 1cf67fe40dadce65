"""What a job is: a long computation with typed input and output, run in a process of its own, whose result is entities.

A service declares it; the kernel runs it (`pinisi.runtime.jobs`). docs/reference/jobs-and-actions.md is its page.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from pinisi.city.text import Text
from pinisi.runtime.computation import Progress
from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.source import Method
from pinisi.vocabulary.instant import Instant

In = TypeVar("In", bound=msgspec.Struct)
Out = TypeVar("Out", bound=msgspec.Struct)
LEAST_EVERY, MOST_EVERY = 10.0, 31 * 86_400.0
"""Seconds between the turns of a job with a clock: what has to come more often is a reaction."""


class Job(msgspec.Struct, Generic[In, Out], frozen=True, kw_only=True):
    """A computation that a service offers.

    `run` is a function of a module, so that another process can import it; heavy libraries are best imported inside.
    `entities` turns its output into normalized NGSI-LD with short names, of the service's own types; it is given the
    tenant's time. Values that say no `method` get this one.

    `seconds` and `memory_mb` are hard limits (`memory_mb`: resident, of all its processes together). `restarts`: begun
    anew after a restart of the server, for what does no harm when it is done twice.

    A job that computes upon the context names in `reads` the types that it may read, and has a `gather`: called when
    the job begins, with what was asked and a `JobReading`, it answers what `run` is given instead (of the type
    `given`). It may raise `JobFailed`. Who asks for such a job has to see those types whole.

    A job with a clock (`every`, seconds of the tenant's time) asks for itself at each whole period: with each of the
    inputs that `due` answers (none: there is nothing to do), or without `due` with the defaults of its input. It never
    runs beside itself; of turns that were missed the last is made up for; one that failed comes again at the next.

    `keep` answers what later runs of the job may read again (`JobReading.kept`): bytes by name, written together with
    its result, kept from readers and from the context: what it has learnt, not what the city shall know.

    `writes` of it have views that a city shows once it has one of the types `made_of`: what it computes on.
    """

    name: str
    title: Text
    input: type[In]
    output: type[Out]
    run: Callable[[Any, Progress], Out]
    entities: Callable[[In, Out, Instant], Sequence[Mapping[str, Any]]]
    method: Method
    seconds: float = 600
    memory_mb: int = 1024
    restarts: bool = False
    reads: tuple[str, ...] = ()
    gather: Callable[[In, JobReading], Awaitable[msgspec.Struct]] | None = None
    given: type[msgspec.Struct] | None = None
    writes: tuple[str, ...] = ()
    made_of: tuple[str, ...] = ()
    every: float | None = None
    due: Callable[[JobReading], Awaitable[Sequence[In]]] | None = None
    keep: Callable[[In, Out], Mapping[str, bytes]] | None = None

    def __post_init__(self) -> None:
        for shape in (self.input, self.output, self.run_on):
            check_shape(shape)
        place_of(self.run)
        if (self.gather is None) != (self.given is None):
            raise ValueError(f"{self.name}: `gather` and `given` belong together")
        self._check_clock()

    def _check_clock(self) -> None:
        if self.every is None:
            if self.due is not None:
                raise ValueError(f"{self.name}: `due` is asked at the turns of a clock, and it has none (`every`)")
            return
        if not LEAST_EVERY <= self.every <= MOST_EVERY:
            raise ValueError(f"{self.name}: `every` has to be from {LEAST_EVERY:g} to {MOST_EVERY:g} seconds")
        if self.due is None and self.input.__struct_fields__[: -len(self.input.__struct_defaults__) or None]:
            raise ValueError(f"{self.name}: with a clock and no `due`, each field of its input needs a default")

    @property
    def run_on(self) -> type[msgspec.Struct]:
        """The type that `run` is given."""
        return self.given or self.input


def check_shape(shape: type[msgspec.Struct]) -> None:
    """
    Raises:
        ValueError: it is not a frozen struct of a module that refuses fields which it does not know.
    """
    settings = shape.__struct_config__
    if not settings.frozen or not settings.forbid_unknown_fields:
        raise ValueError(f"{shape.__name__}: has to be frozen, with forbid_unknown_fields")
    place_of(shape)


def place_of(thing: Any) -> tuple[str, str]:
    """Module and name under which another process finds a function or a type.

    Raises:
        ValueError: it is not at the top of a module.
    """
    name = str(getattr(thing, "__qualname__", ""))
    if not name.isidentifier() or thing.__module__ == "__main__":
        raise ValueError(f"{name or thing!r}: has to be at the top of a module, where another process can import it")
    return thing.__module__, name
