"""The console is built when it must be, and only then."""

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _hook() -> ModuleType:
    pytest.importorskip("hatchling")
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _write(path: Path, when: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    os.utime(path, (when, when))


def test_a_console_that_was_never_built_is_built(tmp_path: Path) -> None:
    assert _hook().needs_build(tmp_path)


def test_a_console_younger_than_its_sources_is_left_alone(tmp_path: Path) -> None:
    _write(tmp_path / "frontend/src/main.ts", 100)
    _write(tmp_path / "src/pinisi/console/static/index.html", 200)
    assert not _hook().needs_build(tmp_path)


def test_a_console_older_than_a_source_is_built_again(tmp_path: Path) -> None:
    _write(tmp_path / "src/pinisi/console/static/index.html", 200)
    _write(tmp_path / "frontend/src/map/style.ts", 300)
    assert _hook().needs_build(tmp_path)


def test_installed_packages_and_tests_are_no_sources_of_it(tmp_path: Path) -> None:
    _write(tmp_path / "src/pinisi/console/static/index.html", 200)
    _write(tmp_path / "frontend/node_modules/lit/index.js", 300)
    _write(tmp_path / "frontend/tests/format.test.ts", 300)
    assert not _hook().needs_build(tmp_path)


def test_a_source_archive_brings_its_console(tmp_path: Path) -> None:
    _write(tmp_path / "PKG-INFO", 100)
    _write(tmp_path / "src/pinisi/console/static/index.html", 200)
    _write(tmp_path / "frontend/src/main.ts", 300)
    assert not _hook().needs_build(tmp_path)


def test_sources_that_are_missing_are_named(tmp_path: Path) -> None:
    hook = _hook()
    with pytest.raises(hook.ConsoleError, match="holds no sources"):
        hook.build_console(tmp_path / "frontend")
