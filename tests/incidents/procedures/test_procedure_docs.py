"""The page of procedures names every field that a file may hold, and the example of the how-to is a procedure."""

import re
from pathlib import Path
from typing import get_args

from pinisi.incidents.procedures.messages import PLACES
from pinisi.incidents.procedures.playbook import ROLES, Channel, Comparison, Holding
from pinisi.incidents.procedures.reading import Known, parse_playbook

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "reference" / "procedures.md").read_text(encoding="utf-8")
HOW_TO = (DOCS / "how-to" / "write-a-procedure.md").read_text(encoding="utf-8")
READING = (Path(__file__).parents[3] / "src/pinisi/incidents/procedures/reading.py").read_text(encoding="utf-8")


def test_every_field_of_the_file_is_on_the_page() -> None:
    asked = set(re.findall(r'(?:form|_owner\(form,|_check_term\(form,)\.?\w*\(?"?(?:, )?"([a-z]+)"', READING))
    assert {"id", "owner", "after", "check", "sources", "when"} <= asked
    assert [field for field in sorted(asked) if f"`{field}`" not in PAGE] == []


def test_every_word_that_a_field_may_hold_is_on_the_page() -> None:
    words = [*ROLES, *get_args(Channel), *get_args(Comparison), *get_args(Holding)]
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_every_place_of_a_message_is_on_the_page() -> None:
    assert [place for place in sorted(PLACES) if f"`{{{place}}}`" not in PAGE] == []


def test_the_example_of_the_how_to_can_be_followed() -> None:
    example = HOW_TO.split("```yaml\n")[1].split("```")[0]
    playbook = parse_playbook(example.encode(), "fallen-tree.yaml", Known())
    assert [step.id for step in playbook.steps] == ["confirm", "hurt", "ambulance", "saw"]
