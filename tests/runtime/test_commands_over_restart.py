"""A command and the end of the server: its effect comes about at most once, and a person is told what is not known."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from running import Running, running

HARBOUR = Path(__file__).parent / "harbour"
PATIENCE = 60


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def commands(pinisi: Running) -> list[dict[str, Any]]:
    return httpx.get(f"{pinisi.address}/pinisi/v1/commands").json()["commands"]


def give_and_lose(pinisi: Running) -> None:
    """Give a command that the other side takes its time for, to a server that does not live to answer."""
    wish = {"service": "harbour", "action": "drawbridge", "command": {"answer": "silence"}}
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{pinisi.address}/pinisi/v1/commands", json=wish, timeout=PATIENCE)


def test_killed_in_the_middle_of_its_effect_it_is_uncertain_and_never_begun_again(
    tmp_path: Path,
) -> None:
    outside = tmp_path / "outside"
    world = {"HARBOUR_OUTSIDE": str(outside)}
    with running(tmp_path / "data", packages=HARBOUR, more=world) as pinisi, ThreadPoolExecutor(1) as pool:
        given = pool.submit(give_and_lose, pinisi)
        until(outside.exists)
        assert [each["state"] for each in commands(pinisi)] == ["begun"]
        pinisi.process.kill()
        given.result()
    with running(tmp_path / "data", packages=HARBOUR, more=world) as pinisi:
        (shown,) = commands(pinisi)
        settled = httpx.post(
            f"{pinisi.address}/pinisi/v1/commands/{shown['id']}",
            json={"act": "settle", "happened": True, "note": "seen on site"},
        )
    assert shown["state"] == "uncertain"
    assert "The server stopped while it was carried out" in shown["reasons"][0]["en"]
    assert settled.json()["state"] == "done"
    assert outside.read_text().splitlines() == [f"move {shown['id']}"]
