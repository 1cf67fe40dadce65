"""The procedures of Makassar: complete in three languages, with sources, clocks and somebody for every step."""

from pathlib import Path

import pytest

from pinisi.city.scaffold import new_city
from pinisi.city.text import LANGUAGES
from pinisi.cli import main
from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.reading import Known
from pinisi.incidents.procedures.shelf import Shelves, read_shelf

CITY = Path(__file__).parents[3] / "cities" / "makassar"
SHELF = read_shelf(CITY, Known())
EACH = pytest.mark.parametrize("playbook", SHELF.playbooks, ids=lambda playbook: playbook.id)
OURS = "Pinisi (default, to be changed by the city)"


def test_every_procedure_that_the_city_needs_is_there_and_faultless() -> None:
    assert SHELF.faults == ()
    assert SHELF.by_id.keys() == {
        "earthquake",
        "flood",
        "landfill-fire",
        "large-fire",
        "mass-casualty-accident",
        "missing-child",
        "power-cut",
        "tsunami-warning",
    }


@EACH
def test_it_has_ten_to_twenty_steps_and_ends_with_one_that_cannot_be_skipped(playbook: Playbook) -> None:
    assert 10 <= len(playbook.steps) <= 20
    assert not playbook.steps[-1].skippable


@EACH
def test_it_names_public_guidance_and_says_what_is_our_own(playbook: Playbook) -> None:
    publishers = [source.publisher for source in playbook.sources]
    assert len(publishers) >= 3 and publishers[-1] == OURS


@EACH
def test_no_text_is_left_in_another_language(playbook: Playbook) -> None:
    texts = [playbook.title, playbook.purpose, *(step.text for step in playbook.steps)]
    texts += [step.message.text for step in playbook.steps if step.message]
    for text in texts:
        assert len({text.id, text.en, text.ja}) == 3, text
        assert any("\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" for letter in text.ja), text.ja


@EACH
def test_a_message_asks_for_the_same_places_in_each_language(playbook: Playbook) -> None:
    for text in (step.message.text for step in playbook.steps if step.message):
        places = [sorted(part.split("}")[0] for part in getattr(text, each).split("{")[1:]) for each in LANGUAGES]
        assert places[0] == places[1] == places[2], text
        assert text.id.count("____") == text.en.count("____") == text.ja.count("____"), text


@EACH
def test_whoever_escalates_does_so_after_the_step_was_due(playbook: Playbook) -> None:
    for step in playbook.steps:
        if step.escalation is not None:
            assert step.due < step.escalation.after, step.id
            assert step.escalation.to != step.owner, step.id


def test_the_command_line_says_that_they_are_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["procedures", "check", str(CITY)]) == 0
    assert "tsunami-warning: version 1, 16 steps: Tsunami warning" in capsys.readouterr().out


def test_the_command_line_names_file_and_line_of_every_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_city(tmp_path / "town", "town", "Town")
    folder = tmp_path / "town" / "procedures"
    folder.mkdir()
    (folder / "fire.yaml").write_text("id: fire\nversion: 0\nbogus: 1\n")
    assert main(["procedures", "check", str(tmp_path / "town")]) == 1
    told = capsys.readouterr().out
    assert f"{folder}/fire.yaml:2: version: '0': a whole number" in told
    assert f"{folder}/fire.yaml:3: bogus: there is no such field here" in told


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "procedures").mkdir()
    file = tmp_path / "procedures" / "flood.yaml"
    text = (CITY / "procedures" / "flood.yaml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    shelves = Shelves(tmp_path, Known())
    first = shelves.now().by_id["flood"]
    assert shelves.now().by_id["flood"] is first
    file.write_text(text.replace("version: 1\n", "version: 22\n"), encoding="utf-8")
    second = shelves.now().by_id["flood"]
    assert (second.version, second.digest != first.digest) == (22, True)


def test_a_faulty_file_is_told_and_keeps_no_other_from_use(tmp_path: Path) -> None:
    folder = tmp_path / "procedures"
    folder.mkdir()
    (folder / "flood.yaml").write_bytes((CITY / "procedures" / "flood.yaml").read_bytes())
    (folder / "broken.yaml").write_text("id: broken\nversion: 0\n")
    (folder / "old.yml").write_text("id: old\n")
    shelf = read_shelf(tmp_path, Known())
    assert [playbook.id for playbook in shelf.playbooks] == ["flood"]
    assert {fault.file for fault in shelf.faults} == {"broken.yaml", "old.yml"}
