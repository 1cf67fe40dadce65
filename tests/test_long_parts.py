"""`make test-long`: each long test is in one part; a failure does not end it, is summed up, and is what runs again."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts" / "long"))

import parts as long_parts
import run as long_run
from parts import PARTS, Part, chosen

ROOT = Path(__file__).parents[1]
TESTS = """\
from pathlib import Path
import pytest
from hypothesis import given, strategies as st

def test_good():
    pass

def test_bad_at_first():
    assert Path("mended").exists()

@given(st.integers())
def test_drawn(number):
    Path("drawn").open("a").write(f"{number} ")
"""


def holds(part: Part, path: str) -> bool:
    inside = any(path == one or path.startswith(f"{one}/") for one in part.paths)
    return inside and not any(path == one or path.startswith(f"{one}/") for one in part.left_out)


def test_each_file_with_a_long_test_is_in_one_part() -> None:
    long = [part for part in PARTS if part.marked == "long"]
    for path in (ROOT / "tests").rglob("*.py"):
        if "mark.long" in path.read_text(encoding="utf-8") and path != Path(__file__):
            name = path.relative_to(ROOT).as_posix()
            assert sum(holds(part, name) for part in long) == 1 or path.name == "conftest.py", name


def test_what_the_parts_name_is_there() -> None:
    assert all((ROOT / path).exists() for part in PARTS for path in (*part.paths, *part.left_out))


def test_parts_run_in_the_order_in_which_they_are_named_and_an_unknown_one_is_answered_with_what_there_is() -> None:
    assert chosen("") == list(PARTS)
    assert [part.name for part in chosen("soak, parsers")] == ["soak", "parsers"]
    with pytest.raises(ValueError, match=r"no soap; there are parsers, endpoints, "):
        chosen("soap")


@pytest.fixture
def city_of_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tests of its own in two parts."""
    (tmp_path / "test_a.py").write_text(TESTS)
    (tmp_path / "test_b.py").write_text("def test_later(): pass\n")
    (tmp_path / "conftest.py").write_text(
        "from hypothesis import settings\nsettings.register_profile('searching', max_examples=5, database=None)\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setattr(long_run, "ROOT", tmp_path)
    monkeypatch.setattr(long_run, "KEPT", tmp_path / "kept")
    two = (Part("first", "what may fail", ("test_a.py",), "not none"), Part("then", "more", ("test_b.py",), "not none"))
    monkeypatch.setattr(long_parts, "PARTS", two)
    return tmp_path


def made(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["run.py", *words])
    return long_run.main()


def test_all_parts_run_what_failed_is_told_and_runs_again_from_the_same_seed(
    city_of_parts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(monkeypatch, "--seed", "7") == 1
    told = capsys.readouterr().out
    assert "first: FAILED test_a.py::test_bad_at_first" in told
    assert "1 failed, 2 passed" in told and "then: 1 passed" in told
    assert "make test-long PART=first RESUME=1 (SEED=7)" in told
    drawn = (city_of_parts / "drawn").read_text()
    (city_of_parts / "mended").touch()
    assert made(monkeypatch, "--resume") == 0
    told = capsys.readouterr().out
    assert "SEED=7" in told and "first: what may fail (2 passed before)" in told and "3 passed" in told
    assert (city_of_parts / "drawn").read_text() == drawn
