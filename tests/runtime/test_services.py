"""Services are found by entry point; one that cannot be used is shown with the reason, the others run."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import msgspec
import pytest

from pinisi.city.text import Text
from pinisi.city.words import ServiceWords, attribute_label, type_title, unit_text, value_text
from pinisi.runtime.manifest import GROUP, Service
from pinisi.runtime.services import Found, Registry, discover

MANIFEST = """\
from pinisi.city.text import Text
from pinisi.runtime.manifest import Service
SERVICE = Service(name={name!r}, title=Text("Sumur", "Wells", "井戸"), types=("Well",))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder from which modules are imported, as a third party's package would be."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in ("wells", "broken", "rivers"):
        sys.modules.pop(name, None)


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_a_third_partys_service_is_found_as_ours_are(package: Path) -> None:
    (package / "wells.py").write_text(MANIFEST.format(name="wells"))
    registry = discover([entry("wells", "wells:SERVICE")])
    assert [service.types for service in registry.services] == [("Well",)]
    assert registry.service("wells") is registry.services[0]


def test_a_service_that_raises_is_shown_as_failed_and_the_rest_runs(package: Path) -> None:
    (package / "wells.py").write_text(MANIFEST.format(name="wells"))
    (package / "broken.py").write_text("raise RuntimeError('no licence key')")
    registry = discover([entry("broken", "broken:SERVICE"), entry("wells", "wells:SERVICE")])
    assert [found.failure for found in registry.found] == ["RuntimeError: no licence key", None]
    assert [service.name for service in registry.services] == ["wells"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("wells:MISSING", "AttributeError"),
        ("wells:Text", "no manifest"),
        ("nowhere:SERVICE", "ModuleNotFoundError"),
    ],
)
def test_what_is_no_manifest_says_so(package: Path, value: str, reason: str) -> None:
    (package / "wells.py").write_text(MANIFEST.format(name="wells"))
    (found,) = discover([entry("wells", value)]).found
    assert found.service is None
    assert reason in (found.failure or "")


def test_a_manifest_must_bear_the_name_of_its_entry_point(package: Path) -> None:
    (package / "rivers.py").write_text(MANIFEST.format(name="wells"))
    (found,) = discover([entry("rivers", "rivers:SERVICE")]).found
    assert found.failure == "its manifest calls itself 'wells'"


def test_of_two_with_one_name_the_second_is_passed_over(package: Path) -> None:
    (package / "wells.py").write_text(MANIFEST.format(name="wells"))
    registry = discover([entry("wells", "wells:SERVICE"), entry("wells", "wells:SERVICE")])
    assert len(registry.services) == 1


def test_the_services_of_the_house_all_load() -> None:
    assert [(found.name, found.failure) for found in discover().found if found.failure] == []


WORDS = """
[types]
WellDepth = { id = "Dalam sumur", en = "Depth of a well", ja = "井戸の深さ" }
WasteBank = { id = "-", en = "-", ja = "-" }
[attributes]
depthOfWell = { id = "Dalam", en = "Depth", ja = "深さ" }
[units]
XWELL = { id = "sumur", en = "wells", ja = "井" }
[values.wellState]
dry = { id = "kering", en = "dry", ja = "枯渇" }
"""


def test_what_a_service_calls_its_own_things_is_shown_and_never_replaces_the_houses_words() -> None:
    words = msgspec.toml.decode(WORDS, type=ServiceWords)
    service = Service(name="wells", title=Text("Sumur", "Wells", "井戸"), types=("WellDepth",), words=words)
    before = type_title("WasteBank")
    Registry([Found("wells", "the test", service)])
    assert type_title("WellDepth").ja == "井戸の深さ"
    assert attribute_label("depthOfWell").id == "Dalam"
    assert unit_text("XWELL").en == "wells"
    assert value_text("wellState", "dry") == Text("kering", "dry", "枯渇")
    assert type_title("WasteBank") == before
    assert (attribute_label("nobodyKnows").en, value_text("wellState", "wet")) == ("nobodyKnows", None)
