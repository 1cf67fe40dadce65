"""`pinisi new-source` writes a package whose test runs and whose manifest loads."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from pinisi.cli import main
from pinisi.runtime.manifest import GROUP
from pinisi.runtime.services import discover

ROOT = Path(__file__).parents[2]


def test_the_package_passes_its_own_test_and_is_found_as_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["new-source", "tide", "--folder", str(tmp_path)]) == 0
    assert main(["new-source", "surge", "--service", "tide", "--folder", str(tmp_path)]) == 0
    place = tmp_path / "pinisi-tide"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(place / "tests")],
        cwd=place,
        env=os.environ | {"PYTHONPATH": f"{place}:{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout
    monkeypatch.syspath_prepend(str(place))
    (found,) = discover([EntryPoint("tide", "pinisi_tide:SERVICE", GROUP)]).found
    assert found.failure is None and found.service is not None
    assert [kind.name for kind in found.service.sources] == ["readings", "surge"]
    assert found.service.types == ("TideReading", "SurgeReading")


def test_a_source_is_added_only_to_a_package_of_the_standard_shape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = ["new-source", "surge", "--service", "tide", "--folder", str(tmp_path)]
    assert main(wish) == 1
    assert "is no package of a service" in capsys.readouterr().err
    assert main(["new-source", "tide", "--folder", str(tmp_path)]) == 0
    manifest = tmp_path / "pinisi-tide" / "pinisi_tide" / "__init__.py"
    written = manifest.read_text()
    manifest.write_text(written.replace("sources=(READINGS,)", "sources=tuple([READINGS])"))
    assert main(wish) == 1
    assert "tuples of one Service" in capsys.readouterr().err
    manifest.write_text(written)
    assert main(wish) == 0
    assert main(wish) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Tide", "../x", "1tide", ""])
def test_a_name_that_does_not_fit_is_told(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-source", name, "--folder", str(tmp_path)]) == 1
    assert "lower-case letters" in capsys.readouterr().err


def test_what_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new-source", "tide", "--folder", str(tmp_path)]) == 0
    assert main(["new-source", "tide", "--folder", str(tmp_path)]) == 1
    assert "is there already" in capsys.readouterr().err
