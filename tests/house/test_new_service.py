"""`pinisi new-service` writes a package of the standard shape: installed like any other, its tests are green."""

import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from pinisi.cli import main
from pinisi.runtime.services import discover
from pinisi.testing.service import ServiceCase, checks

ROOT = Path(__file__).parents[2]
SHAPE = {
    "README.md",
    "pyproject.toml",
    "pinisi_shore/__init__.py",
    "pinisi_shore/models.py",
    "pinisi_shore/sources.py",
    "pinisi_shore/reactions.py",
    "pinisi_shore/views.py",
    "pinisi_shore/records.py",
    "pinisi_shore/migrations/0001-begin.sql",
    "pinisi_shore/endpoints.py",
    "pinisi_shore/quality.toml",
    "pinisi_shore/engine/__init__.py",
    "pinisi_shore/engine/trend.py",
    "pinisi_shore/strings/texts.toml",
    "pinisi_shore/strings/words.toml",
    "tests/test_shore.py",
    "tests/test_shore_engine.py",
}


@pytest.fixture
def shore(tmp_path: Path) -> Path:
    assert main(["new-service", "shore", "--folder", str(tmp_path)]) == 0
    return tmp_path / "pinisi-shore"


def run_tests(place: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(place / "tests")],
        cwd=place,
        env=os.environ | {"PYTHONPATH": f"{place}{os.pathsep}{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_has_the_standard_shape_and_no_placeholder_is_left(shore: Path) -> None:
    written = {str(path.relative_to(shore)): path.read_text() for path in shore.rglob("*") if path.is_file()}
    assert written.keys() == SHAPE
    assert [name for name, text in written.items() if "@name@" in text or "@Title@" in text] == []


def test_its_tests_are_green(shore: Path) -> None:
    ran = run_tests(shore)
    assert ran.returncode == 0, ran.stdout
    assert "22 passed" in ran.stdout


def test_installed_it_is_found_as_ours_are(shore: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = shore / "pinisi_shore-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: pinisi-shore\nVersion: 0.1.0\n")
    (about / "entry_points.txt").write_text("[pinisi.services]\nshore = pinisi_shore:SERVICE\n")
    monkeypatch.syspath_prepend(str(shore))
    (found,) = discover(PathDistribution(about).entry_points).found
    assert found.failure is None and found.service is not None
    assert [reaction.name for reaction in found.service.reactions] == ["state"]
    assert {entry.name for entry in discover().found} >= {"shore", "flood", "environment"}


SPOILT = {
    "an engine that looks at the clock": (
        "engine/trend.py",
        "from typing import Literal\n",
        "from datetime import datetime\nfrom typing import Literal\n\nBEGUN = datetime.now()\n",
        "looks at a clock",
    ),
    "an engine that reads files": (
        "engine/trend.py",
        "from typing import Literal\n",
        "import os\nfrom typing import Literal\n",
        "imports os: an engine is pure",
    ),
    "another service": (
        "views.py",
        "from pinisi.city.profile",
        "import pinisi.services.flood.models as _flood  # noqa\nfrom pinisi.city.profile",
        "imports pinisi.services.flood.models",
    ),
    "a number without a unit": (
        "reactions.py",
        ', "unitCode": "M60"',
        "",
        "levelTrend of ShoreState is a number without a unitCode",
    ),
    "an attribute that nobody declared": ("models.py", "name, levelState (falling", "name (falling", "levelState of"),
    "a text in two languages": (
        "strings/texts.toml",
        ', ja = "{field}: {value} を読めません"',
        "",
        "missing required field `ja`",
    ),
    "a text with another place": ("strings/texts.toml", "{field}: {value} を", "{field}: を", "has other places"),
    "an attribute without a name": (
        "strings/words.toml",
        'levelTrend = { id = "Perubahan", en = "Change", ja = "変化" }\n',
        "",
        "levelTrend has no name in three languages: strings/words.toml is the place",
    ),
    "a type without a name": (
        "strings/words.toml",
        'ShoreState = { id = "Keadaan tinggi air", en = "State of the water level", ja = "水位の状態" }\n',
        "",
        "the type ShoreState has no name in three languages",
    ),
    "a word that is empty": (
        "strings/words.toml",
        'en = "rising"',
        'en = ""',
        "values.levelState.rising: is empty in en",
    ),
    "a text in the code": (
        "sources.py",
        'title=TEXTS["readings"],\n    options',
        'title=Text("a", "b", "c"),\n    options',
        "a text in the code",
    ),
    "a rule that nothing shows": (
        "quality.toml",
        '{ done = "README.md" }',
        '{ done = "tests/test_docs.py" }',
        "docs: tests/test_docs.py is not there",
    ),
    "a level that is not reached": ("quality.toml", '"bronze"', '"silver"', "bench: silver demands it"),
    "a reaction that trusts its input": (
        "reactions.py",
        "if said.number is not None and LOWEST <= said.number <= HIGHEST\n",
        "if said.value + 1 > 0\n",
        "state fails: an error in its rule: TypeError",
    ),
    "a reaction that remembers": (
        "reactions.py",
        '"value": state_of(change)}',
        '"value": _COUNT.append(1) or str(len(_COUNT))}',
        "the same inputs give two answers",
    ),
    "an endpoint that trusts what it is sent": (
        "endpoints.py",
        "    if _KEY.fullmatch(key) is None:\n",
        "    if 1 / len(key) > 2:\n",
        "{key} is '': shore met an error at PUT /keepers/{key}",
    ),
    "an endpoint that nobody asks": (
        "endpoints.py",
        'method="GET",\n        path="/keepers"',
        'method="GET",\n        path="/guards"',
        "the endpoint GET /guards is not asked",
    ),
    "an endpoint without a permission": (
        "endpoints.py",
        'permission="records.read"',
        "permission=None",
        "GET /keepers: needs either a permission",
    ),
    "a reader that fails": (
        "sources.py",
        '    if not models.LOWEST <= reading.level <= models.HIGHEST:\n        raise _Bad("level", reading.level)\n',
        "    round(reading.level * 1e10)\n",
        "OverflowError",
    ),
}


@pytest.mark.parametrize("fault", sorted(SPOILT))
def test_the_kit_finds(fault: str, shore: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, before, after, told = SPOILT[fault]
    path = shore / "pinisi_shore" / file
    text = path.read_text()
    assert text.count(before) == 1
    text = text.replace(before, after)
    if "_COUNT" in after:
        text = text.replace("HOURS = 3.0", "HOURS = 3.0\n_COUNT: list[int] = []")
    if "Text(" in after:
        text = text.replace("from pinisi.city.text import fill", "from pinisi.city.text import Text, fill")
    path.write_text(text)
    with pytest.raises(Exception, match=re.escape(told)):
        for check in checks(case_of(shore, monkeypatch)):
            check()


def case_of(shore: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceCase:
    """The case of its test, imported anew."""
    monkeypatch.syspath_prepend(str(shore))
    for name in [name for name in sys.modules if name.partition(".")[0] == "pinisi_shore"]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
    spec = importlib.util.spec_from_file_location("shore_at_hand", shore / "tests" / "test_shore.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASE


@pytest.mark.parametrize("name", ["Shore", "../x", "1shore", ""])
def test_a_name_that_does_not_fit_is_told(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-service", name, "--folder", str(tmp_path)]) == 1
    assert "lower-case letters" in capsys.readouterr().err


def test_what_is_there_is_not_overwritten(shore: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-service", "shore", "--folder", str(shore.parent)]) == 1
    assert "is there already" in capsys.readouterr().err
