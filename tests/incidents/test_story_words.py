"""Every act that a story can hold has words for its reader in three languages; none is shown as it is kept."""

import re
from pathlib import Path
from typing import get_args

import pytest

from pinisi.incidents.acts import AnyDeed, act_word

STRINGS = Path(__file__).parents[2] / "frontend" / "src" / "strings"
TOLD_OTHERWISE = {"procedure"}
"""A line of a procedure is told in the words of its playbook."""


@pytest.mark.parametrize("language", ["id", "en", "ja"])
def test_every_act_has_words(language: str) -> None:
    text = (STRINGS / f"incidents-{language}.ts").read_text(encoding="utf-8")
    block = re.search(r"\n  did: \{(.*?)\n  \}", text, re.DOTALL)
    assert block is not None
    told = set(re.findall(r'^    "?([a-z-]+)"?: "[^"]+",$', block[1], re.MULTILINE))
    assert {act_word(deed) for deed in get_args(AnyDeed)} - TOLD_OTHERWISE <= told
