"""The environment service is the template of larger ones: without its engine it can be read at once."""

from pathlib import Path

import pinisi.services.environment

MOST_LINES = 600


def test_the_environment_service_without_its_engine_has_at_most_600_lines() -> None:
    files = Path(pinisi.services.environment.__file__).parent.glob("*.py")
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) <= MOST_LINES
