"""The runner of an outside conformance suite: what it needs, what it lays out, what it counts."""

import importlib.util
import json
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from patience import PATIENCE

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "conformance.py"


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance_runner", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["conformance_runner"] = module
    spec.loader.exec_module(module)
    return module


def suite_at(folder: Path) -> Path:
    (folder / "TP/NGSI-LD/CommonBehaviours").mkdir(parents=True)
    (folder / "resources/jsonld-contexts").mkdir(parents=True)
    (folder / "resources/jsonld-contexts/suite.jsonld").write_text('{"@context": {}}')
    (folder / "data").mkdir()
    (folder / "data/one.jsonld").write_text('{"@context": "https://somewhere.example/raw/suite.jsonld"}')
    return folder


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "make conformance SUITE=folder"), (("/nowhere",), "no copy of the ETSI NGSI-LD test suite")],
)
def test_what_is_missing_is_said_in_plain_words(words: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_suite_that_does_not_say_what_runs_it_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, suite_at(tmp_path)],
        capture_output=True, text=True, check=False, timeout=PATIENCE, env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (done.returncode, "has no requirements.txt" in done.stderr, "--robot" in done.stderr) == (2, True, True)


def test_cases_in_folders_that_nobody_listed_are_run_too(runner: ModuleType, tmp_path: Path) -> None:
    folder = suite_at(tmp_path)
    for name in ("ContextInformation/Subscription/a", "ContextInformation/New/deep/b", "Else/c", "top", "Else/d"):
        file = folder / f"TP/NGSI-LD/{name}.robot"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (folder / "TP/NGSI-LD/ContextInformation/__init__.robot").touch()
    groups = runner.Suite(folder, Path("robot")).groups("")
    assert groups == [
        "CommonBehaviours", "ContextInformation/Subscription", "ContextInformation/New", "Else", "top.robot"
    ]  # fmt: skip


def test_addresses_in_the_suite_are_answered_by_its_own_copies(runner: ModuleType, tmp_path: Path) -> None:
    suite = runner.Suite(suite_at(tmp_path / "suite"), Path("robot"))
    runner.lay_contexts(suite, tmp_path / "contexts")
    index = json.loads((tmp_path / "contexts/index.json").read_text())
    assert index == {"https://somewhere.example/raw/suite.jsonld": "suite.jsonld"}
    assert (tmp_path / "contexts/suite.jsonld").is_file()


def test_a_port_that_another_server_holds_is_refused(runner: ModuleType) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(runner.Unready, match="is taken"):
            runner.refuse_taken_port(holder.getsockname()[1])


def test_cases_are_counted_from_the_output(runner: ModuleType, tmp_path: Path) -> None:
    output = tmp_path / "output.xml"
    output.write_text(
        "<robot><suite><test name='one'><kw><status status='FAIL'>inside</status></kw><status status='PASS'/></test>"
        "<test name='two'><status status='FAIL'>201 != 400</status></test></suite></robot>"
    )
    assert [(case.name, case.passed, case.reason) for case in runner.read_cases(output)] == [
        ("one", True, ""),
        ("two", False, "201 != 400"),
    ]
