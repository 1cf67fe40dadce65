"""Jobs and the end of the server: killed at any moment, no process is left, and each job has a clear state."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from running import Running, running

HARBOUR = Path(__file__).parent / "harbour"
PATIENCE = 60


def start(pinisi: Running, job: str, file: Path) -> str:
    wish = {"service": "harbour", "job": job, "input": {"file": str(file)}}
    answer = httpx.post(f"{pinisi.address}/pinisi/v1/jobs", json=wish)
    answer.raise_for_status()
    return answer.json()["id"]


def state(pinisi: Running, id: str) -> dict[str, object]:
    return httpx.get(f"{pinisi.address}/pinisi/v1/jobs/{id}").json()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def begun(file: Path) -> list[int]:
    return [int(word) for word in file.read_text().split()] if file.exists() else []


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def over(pinisi: Running, id: str) -> dict[str, object]:
    until(lambda: state(pinisi, id)["state"] not in ("queued", "running"))
    return state(pinisi, id)


def test_after_kill_9_no_process_is_left_and_each_job_goes_on_or_says_that_it_was_interrupted(tmp_path: Path) -> None:
    harmless, other, waiting = tmp_path / "harmless", tmp_path / "other", tmp_path / "waiting"
    with running(tmp_path / "data", packages=HARBOUR) as pinisi:
        again = start(pinisi, "again", harmless)
        once = start(pinisi, "endless", other)
        queued = start(pinisi, "again", waiting)
        until(lambda: len(begun(harmless)) == 2 and len(begun(other)) == 2)
        pinisi.process.kill()
        pinisi.process.wait()
    until(lambda: not any(alive(process) for process in begun(harmless) + begun(other)))
    waiting.touch()
    with running(tmp_path / "data", packages=HARBOUR) as pinisi:
        ends = {id: over(pinisi, id) for id in (again, once, queued)}
        tide = httpx.get(f"{pinisi.address}/ngsi-ld/v1/entities/urn:ngsi-ld:TideForecast:paotere-0")
    assert [ends[id]["state"] for id in (again, once, queued)] == ["done", "interrupted", "done"]
    assert "The server stopped while it ran" in str(ends[once]["reason"])
    assert tide.json()["height"]["value"] == 1.25


def test_told_to_stop_it_takes_its_computations_with_it(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with running(tmp_path / "data", packages=HARBOUR) as pinisi:
        id = start(pinisi, "endless", notes)
        until(lambda: len(begun(notes)) == 2)
        assert pinisi.stop(30) in (0, -signal.SIGTERM)
    assert not any(alive(process) for process in begun(notes))
    with running(tmp_path / "data", packages=HARBOUR) as pinisi:
        assert over(pinisi, id)["state"] == "interrupted"


def test_a_computation_that_is_killed_from_outside_fails_and_the_server_goes_on(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with running(tmp_path / "data", packages=HARBOUR) as pinisi:
        id = start(pinisi, "endless", notes)
        until(lambda: len(begun(notes)) == 2)
        worker, helper = begun(notes)
        os.kill(worker, signal.SIGKILL)
        shown = over(pinisi, id)
        until(lambda: not alive(helper))
    assert shown["state"] == "failed" and "killed from outside" in str(shown["reason"])


def test_a_job_whose_service_has_gone_says_so(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with running(tmp_path / "data", packages=HARBOUR) as pinisi:
        id = start(pinisi, "again", notes)
        until(lambda: len(begun(notes)) == 2)
        pinisi.process.kill()
        pinisi.process.wait()
    with running(tmp_path / "data") as pinisi:
        shown = over(pinisi, id)
    assert shown["state"] == "interrupted" and "no longer there" in str(shown["reason"])
