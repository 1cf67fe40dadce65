"""A computation in a process of its own: what it says, and every way in which it can end."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from pinisi.runtime.job import Job, place_of
from pinisi.runtime.job_process import Ending, compute

pytestmark = pytest.mark.anyio
HARBOUR = Path(__file__).parent / "harbour"
PATIENCE = 60


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(HARBOUR))
    import harbour

    yield harbour
    for name in ("harbour", "harbour_engine"):
        sys.modules.pop(name, None)


def job_of(harbour: ModuleType, name: str) -> Job[Any, Any]:
    return next(job for job in harbour.SERVICE.jobs if job.name == name)


def given(job: Job[Any, Any], file: Path) -> Any:
    return job.input(str(file)) if job.input.__name__ == "Notes" else job.input(3)


async def run(job: Job[Any, Any], file: Path, told: Callable[[float, str], None] = lambda _s, _n: None) -> Ending:
    return await asyncio.wait_for(compute(job, given(job, file), told), PATIENCE)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits to be buried does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def begun(file: Path) -> list[int]:
    """The processes of an endless computation: its own, and the program that it has started."""
    return [int(word) for word in file.read_text().split()] if file.exists() else []


async def test_the_output_comes_back_as_what_was_declared(harbour: ModuleType, tmp_path: Path) -> None:
    steps: list[tuple[float, str]] = []
    ending = await run(job_of(harbour, "tide-table"), tmp_path / "x", lambda share, note: steps.append((share, note)))
    assert ending == Ending("done", harbour.engine.Heights([0.7, 0.892, 1.037]))
    assert steps[0] == (0.0, "day 1")


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("growing", "overMemory", "more memory than its limit of 300 MB"),
        ("grabbing", "overMemory", "more memory than its limit of 300 MB"),
        ("killed", "failed", "killed from outside"),
        ("wordless", "failed", "without a result"),
        ("raising", "failed", "ZeroDivisionError: no water"),
        ("refusing", "failed", "There is no station paotere"),
        ("without-engine", "failed", "No module named 'a_tide_engine_that_nobody_has_installed'"),
        ("other-output", "failed", "its output is Days instead of Heights"),
        ("false-output", "failed", "its output is not what it declares"),
    ],
)
async def test_what_goes_wrong_is_said_in_words(
    harbour: ModuleType, tmp_path: Path, name: str, state: str, words: str
) -> None:
    ending = await run(job_of(harbour, name), tmp_path / "x")
    assert ending.state == state
    assert ending.reason is not None and words in ending.reason.en


async def test_over_its_time_it_is_ended_with_all_that_it_has_started(harbour: ModuleType, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    job = msgspec.structs.replace(job_of(harbour, "too-long"), seconds=3.0)
    ending = await run(job, notes)
    assert ending.state == "overTime"
    assert ending.reason is not None and "3 detik" in ending.reason.id
    assert len(begun(notes)) == 2
    assert not any(alive(process) for process in begun(notes))


async def test_cancelled_it_is_ended_with_all_that_it_has_started(harbour: ModuleType, tmp_path: Path) -> None:
    notes, job = tmp_path / "notes", job_of(harbour, "endless")
    task = asyncio.create_task(compute(job, given(job, notes), lambda _s, _n: None))
    await until(lambda: len(begun(notes)) == 2)
    assert all(alive(process) for process in begun(notes))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(alive(process) for process in begun(notes))


async def test_a_module_that_can_no_longer_be_imported_is_a_failure_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harbour: ModuleType
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "half_upgraded.py"
    module.write_text("def compute(given, progress):\n    return given\n")
    import half_upgraded  # type: ignore[import-not-found]

    job = msgspec.structs.replace(job_of(harbour, "tide-table"), run=half_upgraded.compute)
    module.write_text("raise RuntimeError('the library was replaced')  # longer, so that no compiled copy fits\n")
    ending = await run(job, tmp_path / "x")
    del sys.modules["half_upgraded"]
    assert ending.state == "failed"
    assert ending.reason is not None and ending.reason.en == (
        "it cannot be imported: RuntimeError: the library was replaced"
    )


async def test_settings_and_secrets_of_the_server_do_not_reach_a_computation(
    harbour: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINISI_SECRET_WEATHER_KEY", "s3cret")
    ending = await run(job_of(harbour, "environment"), tmp_path / "x")
    assert ending == Ending("done", harbour.engine.Heights([0.0]))


def test_what_another_process_cannot_import_is_no_job(harbour: ModuleType) -> None:
    job = job_of(harbour, "tide-table")
    with pytest.raises(ValueError, match="at the top of a module"):
        msgspec.structs.replace(job, run=lambda given, progress: given)
    assert place_of(job.run) == ("harbour_engine", "tide_table")


def test_an_input_that_takes_any_field_is_no_input(harbour: ModuleType) -> None:
    loose = msgspec.defstruct("Loose", ["days"], frozen=True, module="harbour_engine")
    with pytest.raises(ValueError, match="forbid_unknown_fields"):
        msgspec.structs.replace(job_of(harbour, "tide-table"), input=loose)
