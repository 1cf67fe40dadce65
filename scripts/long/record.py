"""What became of each test of a part, as lines in a file: written by pytest (this is a plugin), read by `run`.

A line is one JSON object: `begins` a test, or its `outcome` and `seconds`, or how many are to run (`tests`).
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FILE, PASSED = "LONG_RECORD", "LONG_PASSED"
"""Variables: the file to write, and a file with the names of tests that need not run again, a line each."""


class Recorder:
    """Writes the lines; lives in the process that reports, not in workers."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._took: dict[str, float] = {}
        self._told: set[str] = set()

    def write(self, **line: Any) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self.write(tests=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self.write(tests=len(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.write(begins=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid
        self._took[name] = self._took.get(name, 0.0) + report.duration
        if name in self._told:
            return
        outcome = "skipped" if report.skipped else report.outcome
        if outcome != "passed" or report.when == "teardown":
            self._told.add(name)
            self.write(test=name, outcome=outcome, seconds=round(self._took[name], 2))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.write(test=report.nodeid, outcome="failed", seconds=0.0)


def pytest_configure(config: pytest.Config) -> None:
    path = os.environ.get(FILE)
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(path)), "record of a part")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what passed before."""
    path = os.environ.get(PASSED)
    passed = set(Path(path).read_text(encoding="utf-8").splitlines()) if path else set[str]()
    left = [item for item in items if item.nodeid in passed]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item.nodeid not in passed]
