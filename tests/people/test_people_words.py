"""Every role, permission and act has its words in every language of the screen of people."""

import re
from pathlib import Path

import pytest

from pinisi.people import acts
from pinisi.people.roles import PERMISSIONS, ROLES

STRINGS = Path(__file__).parents[2] / "frontend/src/strings"


def members(language: str, of: str) -> set[str]:
    """The names of the members of one part of the words."""
    text = (STRINGS / f"people-{language}.ts").read_text(encoding="utf-8")
    part = re.search(rf"^  {of}: \{{\n(.*?)^  \}},", text, re.MULTILINE | re.DOTALL)
    assert part, of
    return set(re.findall(r'^    "?([a-z.-]+)"?: ', part[1], re.MULTILINE))


@pytest.mark.parametrize("language", ["id", "en", "ja"])
def test_nothing_that_an_administrator_reads_is_a_code_word(language: str) -> None:
    assert members(language, "roles") == set(ROLES)
    assert members(language, "permissions") == set(PERMISSIONS)
    words = {word for name, word in vars(acts).items() if name.isupper()}
    assert words - members(language, "acts") == set()
