"""Everything that a service of the house has to pass, in a few lines of its own test:

```python
CASE = ServiceCase(service=SERVICE, package="pinisi_tide", root=ROOT, samples={...}, trials=(...))

@pytest.mark.parametrize("check", checks(CASE), ids=str)
def test_the_service(check: Check) -> None:
    check()
```
docs/reference/service-kit.md says what each check asks for.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from pinisi.city.context import context_bytes
from pinisi.city.profile import Profile
from pinisi.context.contexts import Contexts
from pinisi.context.term_table import TermTable
from pinisi.runtime.manifest import Service
from pinisi.runtime.reaction import check_reactions
from pinisi.runtime.records import open_records
from pinisi.runtime.source import Message, Source
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.endpoints import Ask, EndpointTrial
from pinisi.testing.job_clocks import clocks_hold
from pinisi.testing.models_text import model_files
from pinisi.testing.over_http import Stopped
from pinisi.testing.quality import Quality, quality_faults, quality_of
from pinisi.testing.reactions import ReactionTrial, Trial
from pinisi.testing.shown import shown_faults
from pinisi.testing.sources import prove_source, shipped_city
from pinisi.testing.texts import text_faults
from pinisi.testing.walls import walls
from pinisi.testing.written import nameless, undeclared, without_unit
from pinisi.vocabulary.instant import parse_instant


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A sound message of one kind of source, from the real world; `options` are those of `live.toml`."""

    body: bytes
    received: str
    media: str = ""
    options: Mapping[str, Any] = {}
    least: int = 1
    ordered: bool = False


class ServiceCase(msgspec.Struct, frozen=True, kw_only=True):
    """A service and what it is tried with.

    `root` is where the paths of `quality.toml` begin. `samples`: a message for each kind of source, by its name.
    `trials`: a story for each reaction. `asks`: a sound call of each endpoint, in an order in which all are answered.
    `city`: a city that comes with Pinisi, for sources that need one.
    """

    service: Service
    package: str
    root: Path
    samples: Mapping[str, Sample] = {}
    trials: tuple[Trial, ...] = ()
    asks: tuple[Ask, ...] = ()
    city: str = "makassar"


class Check:
    """One thing that must hold; calling it raises `AssertionError` with what does not."""

    def __init__(self, name: str, run: Callable[[], object]) -> None:
        self._name = name
        self._run = run

    def __str__(self) -> str:
        return self._name

    def __call__(self) -> None:
        self._run()


def checks(case: ServiceCase) -> list[Check]:
    """Everything that is asked of a service, of this one."""
    found = [
        Check("manifest", lambda: _manifest(case)),
        Check("walls", lambda: _none("a wall is crossed", walls(case.package))),
        Check("strings", lambda: _none("texts", _texts(case))),
        Check("quality", lambda: _none("quality.toml is not true", quality_faults(_quality(case), case.root))),
        Check("declared", lambda: _none("not declared", undeclared(case.package, case.service.types, _written(case)))),
        Check("units", lambda: _none("no unit", without_unit(_quality(case).unitless, _written(case)))),
        Check("views", lambda: _none("cannot be shown", _shown(case))),
        Check("everything is tried", lambda: _all_tried(case)),
    ]
    found += [Check(f"source {name}", lambda name=name: _source_holds(case, name)) for name in case.samples]
    for trial in case.trials:
        found += [
            Check(f"reaction {trial.reaction}: the sound story", lambda each=trial: _run(case, each, "answered")),
            Check(f"reaction {trial.reaction}: bad input", lambda each=trial: _run(case, each, "bad_input")),
            Check(f"reaction {trial.reaction}: killed between", lambda each=trial: _run(case, each, "crash")),
            Check(f"reaction {trial.reaction}: ten times the load", lambda each=trial: _run(case, each, "ten_times")),
        ]
    if any(job.due is not None for job in case.service.jobs):
        found.append(Check("jobs with a clock", lambda: asyncio.run(clocks_hold(case.service, _table()))))
    if case.service.records is not None:
        found.append(Check("records", lambda: asyncio.run(_records(case))))
    if case.service.endpoints:
        found += [
            Check("endpoints: the sound calls", lambda: asyncio.run(_endpoints(case).sound())),
            Check("endpoints: bad input", lambda: asyncio.run(_endpoints(case).bad_input())),
        ]
    return found


def _none(what: str, faults: Sequence[str]) -> None:
    if faults:
        raise AssertionError(f"{what}:\n" + "\n".join(faults))


def _quality(case: ServiceCase) -> Quality:
    return quality_of(case.package)


def _texts(case: ServiceCase) -> list[str]:
    return [*text_faults(case.package), *nameless(case.service.types, case.service.words, _written(case))]


def _shown(case: ServiceCase) -> list[str]:
    if not case.service.views:
        return []
    moments = [parse_instant(trial.now) for trial in case.trials]
    moments += [parse_instant(sample.received) for sample in case.samples.values()]
    return shown_faults(case.package, case.service, _written(case), max(moments, default=0))


def _manifest(case: ServiceCase) -> None:
    check_reactions(case.service.name, case.service.types, case.service.reactions)
    root = Path(str(files(case.package)))
    rooms = ["quality.toml", "strings/texts.toml"]
    faults = [f"the room {room} is missing" for room in rooms if not (root / room).is_file()]
    if not model_files(case.package):
        faults.append("the room models.py is missing")
    _none("manifest", faults)


def _all_tried(case: ServiceCase) -> None:
    kinds = {kind.name for kind in case.service.sources}
    reactions = {reaction.name for reaction in case.service.reactions}
    tried = {trial.reaction for trial in case.trials}
    faults = [f"the source {name} has no sample" for name in sorted(kinds - case.samples.keys())]
    faults += [f"there is no source {name}" for name in sorted(case.samples.keys() - kinds)]
    faults += [f"the reaction {name} has no trial" for name in sorted(reactions - tried)]
    faults += [f"there is no reaction {name}" for name in sorted(tried - reactions)]
    _none("not everything is tried", faults + _endpoints(case).untried())


def _endpoints(case: ServiceCase) -> EndpointTrial:
    return EndpointTrial(case.service, case.asks, _table())


def _source(case: ServiceCase, name: str, sample: Sample, city: Profile) -> tuple[Source, Message]:
    kind = case.service.source_kind(name)
    if kind is None:
        raise AssertionError(f"there is no source {name}")
    source = kind.make(msgspec.convert(dict(sample.options), kind.options), city)
    received = parse_instant(sample.received)
    return source, Message(body=sample.body, origin="the test", received=received, media=sample.media)


def _source_holds(case: ServiceCase, name: str) -> None:
    sample = case.samples[name]
    source, message = _source(case, name, sample, shipped_city(case.city))
    prove_source(source, message, least=sample.least, ordered=sample.ordered)


def _trial(case: ServiceCase, trial: Trial) -> ReactionTrial:
    found = [reaction for reaction in case.service.reactions if reaction.name == trial.reaction]
    if not found:
        raise AssertionError(f"there is no reaction {trial.reaction}")
    return ReactionTrial(case.service, found[0], trial, _table())


def _run(case: ServiceCase, trial: Trial, what: str) -> Any:
    return asyncio.run(getattr(_trial(case, trial), what)())


def _written(case: ServiceCase) -> list[Mapping[str, Any]]:
    """Every entity that its sources and reactions write of the samples and trials."""
    city = shipped_city(case.city)
    written: list[Mapping[str, Any]] = []
    for name, sample in case.samples.items():
        source, message = _source(case, name, sample, city)
        written += source.read(message).entities
    for trial in case.trials:
        written += _run(case, trial, "answered")
    return written


async def _records(case: ServiceCase) -> None:
    assert case.service.records is not None
    with TemporaryDirectory() as folder:
        async with SqliteStore(Path(folder), Stopped(0).now) as store:
            for _ in range(2):
                await open_records(case.service.name, case.service.records, store, "city", _table())


def _table() -> TermTable:
    name = "urn:pinisi:context"
    return Contexts({name: msgspec.json.decode(context_bytes())}, lambda _: None).table(name)
