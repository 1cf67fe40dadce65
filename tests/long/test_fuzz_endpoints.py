"""Every endpoint of our OpenAPI under calls that fit it and calls that do not.

No 5xx, no hang, no stack trace in any answer: whatever is sent is met with an answer that says what is wrong.
"""

# pyright: basic, reportAttributeAccessIssue=false, reportArgumentType=false, reportMissingImports=false
import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from city_at_work import inhabit, meet, names_for
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from running import Running
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation
from search import search

from patience import PATIENCE
from pinisi.console.openapi import openapi
from pinisi.console.routes import all_routes
from pinisi.runtime.services import discover

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100"))
"""Of each kind (fitting, not fitting) for each operation, if there is time for so many."""
SECONDS = float(os.environ.get("FUZZ_SECONDS", "4"))
"""CPU for each: to draw a case of a deep schema takes a thousand times as long as to answer it."""
HANG_SECONDS = 10
"""CPU of the server for one answer: on a machine that is loaded a light answer may take as long by the clock."""
UNENDING = {("GET", "/pinisi/v1/stream")}
"""An answer of these has no end: its beginning is judged."""
ENDS_THE_SESSION = {("POST", "/pinisi/v1/logout"), ("POST", "/pinisi/v1/password")}
"""Sent by somebody else, whose session may end."""
SLOW = {
    ("POST", "/pinisi/v1/login"): 4,
    ("POST", "/pinisi/v1/backup"): 30,
    ("POST", "/pinisi/v1/accounts"): 3,
    **dict.fromkeys(ENDS_THE_SESSION, 10),
}
"""Operations that are slow by design (hashing, copying): so many times fewer cases."""

NOBODY_IS_THERE = 'event="a notice was given up"'
"""Said of contacts that are tried out and then taken away, as it must be."""

SCHEMA = schemathesis.openapi.from_dict(openapi(all_routes(discover())))
OPERATIONS: list[APIOperation] = [found.ok() for found in SCHEMA.get_all_operations()]
_TRACES = ("Traceback", 'File "/', "site-packages", "pinisi/console")


def check(answer: httpx.Response, took: float) -> None:
    """What every answer owes, whatever was asked."""
    assert took < HANG_SECONDS
    assert answer.status_code < 500 or answer.status_code == 504, answer.text[:500]
    if answer.status_code < 400:
        return
    path, media, told = answer.request.url.path, answer.headers["content-type"], answer.json()
    if path.startswith("/v2"):
        assert media.startswith("application/json")
        assert told["error"]
        said = told["description"]
    else:
        of_ngsi_ld = path.startswith("/ngsi-ld/")
        assert media.startswith("application/json" if of_ngsi_ld else "application/problem+json"), told
        assert told["status"] == answer.status_code
        assert told["type"] and told["title"]
        said = told["detail"]
    assert not any(trace in said for trace in _TRACES), told


def cpu_of(server: Running) -> float:
    """Seconds of CPU that its process took so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def which(operation: APIOperation) -> tuple[str, str]:
    return operation.method.upper(), operation.path


def send(client: httpx.Client, case: schemathesis.Case, unending: bool) -> httpx.Response | None:
    """The case over a real socket; None for what no HTTP client can carry."""
    how = case.as_transport_kwargs()
    wanted = {name: how[name] for name in ("method", "url", "headers", "params", "json") if how.get(name) is not None}
    if "data" in how and how["data"] is not None:
        wanted["content"] = how["data"] if isinstance(how["data"], (bytes, str)) else str(how["data"])
    wanted["headers"] = {**dict(wanted.get("headers") or {}), **dict(client.headers)}
    wanted["headers"].pop("NGSILD-Tenant", None)  # each word would make a tenant, with a file of its own
    with contextlib.suppress(UnicodeEncodeError, httpx.InvalidURL, httpx.LocalProtocolError, TypeError):
        if not unending:
            return client.request(**wanted)
        with client.stream(**wanted) as answer:
            if answer.status_code != 200:
                answer.read()
        return answer
    return None


@pytest.fixture(autouse=True)
def the_server_says_nothing_of_an_error(server: Running, log: Path) -> Iterator[None]:
    """Nor dies: so the operation that did it is named."""
    before = log.stat().st_size
    yield
    assert server.process.poll() is None
    said = log.read_bytes()[before:].decode("utf-8", "replace").splitlines()
    errors = [line for line in said if "error" in line.split(" event=")[0]]
    assert [line for line in errors if NOBODY_IS_THERE not in line] == []


@pytest.fixture(scope="session")
def inhabited(server: Running, cookie: str) -> Running:
    with httpx.Client(base_url=server.address, headers={"cookie": cookie}, timeout=PATIENCE) as client:
        inhabit(client)
    return server


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method.upper()} {o.path}")
def test_an_endpoint_meets_whatever_is_sent(
    inhabited: Running,
    cookie: str,
    sign_in: Callable[[str], str],
    cases: dict[str, int],
    operation: APIOperation,
    mode: GenerationMode,
    start: int,
) -> None:
    asked, answered = which(operation), Counter[int]()
    fitting = mode is GenerationMode.POSITIVE
    with httpx.Client(base_url=inhabited.address, headers={"cookie": cookie}, timeout=PATIENCE) as client:
        names = names_for(client, operation.path) if fitting else {}

        def tried(drawn: tuple[schemathesis.Case, int]) -> None:
            case, seed = drawn
            if fitting:
                meet(case, names, seed)
            if asked in ENDS_THE_SESSION:
                client.headers["cookie"] = sign_in("budi")
            began = cpu_of(inhabited)
            answer = send(client, case, asked in UNENDING)
            if answer is not None:
                check(answer, cpu_of(inhabited) - began)
                answered[answer.status_code] += 1
                cases["endpoints"] = cases.get("endpoints", 0) + 1

        nothing_asked = () if fitting else (Unsatisfiable,)
        with contextlib.suppress(*nothing_asked):  # nothing can be wrong where nothing is asked
            drawn = st.tuples(operation.as_strategy(generation_mode=mode), st.integers(0, 1 << 32))
            search(drawn, tried, max(2, CASES // SLOW.get(asked, 1)), SECONDS, start)
        assert answered or not fitting
        if asked not in ENDS_THE_SESSION:
            assert client.get("/pinisi/v1/session").status_code == 200, "who asks is still known"


def test_the_console_still_answers(server: Running, cookie: str) -> None:
    assert httpx.get(f"{server.address}/pinisi/v1/now", headers={"cookie": cookie}).status_code == 200
