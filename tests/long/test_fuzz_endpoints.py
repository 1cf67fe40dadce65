"""Every endpoint of our OpenAPI under calls that fit it and calls that do not.

No 5xx, no hang, no stack trace in any answer: whatever is sent is met with an answer that says what is wrong.
"""

# pyright: basic, reportAttributeAccessIssue=false, reportArgumentType=false, reportMissingImports=false
import contextlib
import os
import time
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from running import Running
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation

from pinisi.console.openapi import openapi
from pinisi.console.routes import all_routes
from pinisi.runtime.services import discover

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100"))
"""Of each kind (fitting, not fitting) for each operation."""
HANG_SECONDS = 10
UNENDING = {("GET", "/pinisi/v1/stream")}
ENDS_THE_TEST = {("POST", "/pinisi/v1/logout"), ("POST", "/pinisi/v1/password")}
SLOW = {("POST", "/pinisi/v1/login"): 4, ("POST", "/pinisi/v1/backup"): 30, ("POST", "/pinisi/v1/accounts"): 3}
"""Operations that are slow by design (hashing, copying): so many times fewer cases."""

SCHEMA = schemathesis.openapi.from_dict(openapi(all_routes(discover())))
OPERATIONS: list[APIOperation] = [
    found.ok()
    for found in SCHEMA.get_all_operations()
    if (found.ok().method.upper(), found.ok().path) not in UNENDING | ENDS_THE_TEST
]
_TRACES = ("Traceback", 'File "/', "site-packages", "pinisi/console")


def check(answer: httpx.Response, took: float) -> None:
    """What every answer owes, whatever was asked."""
    assert took < HANG_SECONDS
    assert answer.status_code < 500 or answer.status_code == 504, answer.text[:500]
    if answer.status_code < 400:
        return
    of_ngsi_ld = answer.request.url.path.startswith("/ngsi-ld/")
    told = "application/json" if of_ngsi_ld else "application/problem+json"
    assert answer.headers["content-type"].startswith(told), answer.text[:200]
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] and problem["title"]
    assert not any(trace in problem["detail"] for trace in _TRACES), problem


def send(client: httpx.Client, case: schemathesis.Case) -> httpx.Response | None:
    """The case over a real socket; None for what no HTTP client can carry."""
    how = case.as_transport_kwargs()
    wanted = {name: how[name] for name in ("method", "url", "headers", "params", "json") if how.get(name) is not None}
    if "data" in how and how["data"] is not None:
        wanted["content"] = how["data"] if isinstance(how["data"], (bytes, str)) else str(how["data"])
    wanted["headers"] = {**dict(wanted.get("headers") or {}), **dict(client.headers)}
    wanted["headers"].pop("NGSILD-Tenant", None)  # each word would make a tenant, with a file of its own
    with contextlib.suppress(UnicodeEncodeError, httpx.InvalidURL, httpx.LocalProtocolError, TypeError):
        return client.request(**wanted)
    return None


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method.upper()} {o.path}")
def test_an_endpoint_meets_whatever_is_sent(
    server: Running, cookie: str, cases: dict[str, int], operation: APIOperation, mode: GenerationMode
) -> None:
    times = max(2, CASES // SLOW.get((operation.method.upper(), operation.path), 1))
    with httpx.Client(base_url=server.address, headers={"cookie": cookie}, timeout=HANG_SECONDS) as client:

        @settings(
            max_examples=times, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: schemathesis.Case) -> None:
            start = time.monotonic()
            answer = send(client, case)
            if answer is not None:
                check(answer, time.monotonic() - start)
                cases["endpoints"] = cases.get("endpoints", 0) + 1

        with contextlib.suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked
            run()


def test_the_server_never_met_what_it_did_not_expect(server: Running, cookie: str, log: Path) -> None:
    assert server.process.poll() is None
    assert httpx.get(f"{server.address}/pinisi/v1/now", headers={"cookie": cookie}).status_code == 200
    failures = [line for line in log.read_text().splitlines() if "error" in line.split(" event=")[0]]
    assert failures == []
