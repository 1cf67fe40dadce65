"""A start that cannot be: one plain line that says why and what to do, exit code 1, no traceback."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from running import MAKASSAR, running, start_in_vain


def check(data: Path, city: Path = MAKASSAR, *words: str) -> None:
    done = start_in_vain(data, city)
    lines = [line for line in done.stderr.splitlines() if line.startswith("pinisi: ")]
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]


def overwrite(name: str, content: str | bytes) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)

    return spoil


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def swap(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return spoil


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "no profile": (remove("city.toml"), "city.toml"),
    "a profile that is no TOML": (overwrite("city.toml", "id = ["), "city.toml"),
    "a profile that is no text": (overwrite("city.toml", b"\xff\xfe"), "city.toml"),
    "an unknown key": (overwrite("city.toml", "id = 'x'\nnaem = 'y'\n"), "city.toml"),
    "no areas": (remove("areas.geojson"), "areas.geojson"),
    "areas that are no JSON": (overwrite("areas.geojson", "{"), "areas.geojson"),
    "areas that are no GeoJSON": (overwrite("areas.geojson", '{"type": "Feature"}'), "areas.geojson"),
    "no registers": (remove("registers.toml"), "registers.toml"),
    "no sources": (remove("sources.toml"), "sources.toml"),
    "a layer without type": (swap("city.toml", 'type = "HealthFacility"', ""), "city.toml"),
    "an unknown shape": (swap("city.toml", 'shape = "square"', 'shape = "blob"'), "city.toml"),
    "rules that are no TOML": (overwrite("rules.toml", "[[faults"), "rules.toml"),
}


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_city_folder_with(tmp_path: Path, wrong: str) -> None:
    city = tmp_path / "city"
    shutil.copytree(MAKASSAR, city, ignore=shutil.ignore_patterns("building"))
    spoil, named = BROKEN[wrong]
    spoil(city)
    check(tmp_path / "data", city, named)


def test_a_register_whose_file_is_gone(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(MAKASSAR, city, ignore=shutil.ignore_patterns("building"))
    first = sorted((city / "registers").glob("*.csv"))[0]
    first.unlink()
    check(tmp_path / "data", city, first.name)


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    check(tmp_path / "data", MAKASSAR, "data")


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    check(Path("/proc/pinisi/data"), MAKASSAR, "/proc/pinisi")


def test_a_folder_of_databases_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "tenants").write_text("not a folder")
    check(tmp_path, MAKASSAR, "tenants")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("lived-in") / "data"
    with running(data) as pinisi:
        assert pinisi.stop() in (0, -15)
    return data


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database, " * 4096)


def torn(path: Path) -> None:
    """The first pages are those of another time: what a copy made while the server ran would be."""
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\x00" * 60_000 + whole[60_100:])


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("tenant", ["makassar", "_people"])
@pytest.mark.parametrize("damage", [garbage, torn, a_folder])
def test_a_damaged_database(lived_in: Path, tmp_path: Path, tenant: str, damage: Callable[[Path], None]) -> None:
    data = tmp_path / "data"
    shutil.copytree(lived_in, data)
    for path in (data / "tenants").glob(f"{tenant}.sqlite-*"):
        path.unlink()
    damage(data / "tenants" / f"{tenant}.sqlite")
    check(data, MAKASSAR, "database")
