"""Small cuts of real files, and the doctor of Makassar."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pinisi.city.importing.diagnosis import Diagnosis
from pinisi.city.importing.doctor import City, city_of, examine
from pinisi.city.importing.opening import open_file
from pinisi.city.importing.proposal import propose
from pinisi.city.profile import load_profile
from pinisi.city.registers import Register

GOLDEN = Path(__file__).parent / "golden"
MAKASSAR = Path(__file__).parents[3] / "cities" / "makassar"
DAY = "2026-11-25"


@pytest.fixture(scope="session")
def city() -> City:
    return city_of(load_profile(MAKASSAR))


@pytest.fixture(scope="session")
def proposed() -> Callable[[str | Path], Register]:
    """The mapping that is proposed for a file."""

    def mapping(file: str | Path) -> Register:
        return propose(open_file(GOLDEN / file), DAY).register

    return mapping


@pytest.fixture(scope="session")
def examined(city: City, proposed: Callable[[str | Path], Register]) -> Callable[[str | Path], Diagnosis]:
    """What the doctor says of a file with the mapping that he proposes himself."""

    def diagnosis(file: str | Path) -> Diagnosis:
        return examine(open_file(GOLDEN / file), proposed(file), city)

    return diagnosis
