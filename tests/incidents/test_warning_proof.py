"""A draft is judged while it is worded: each fault stands beside the field that it belongs to."""

from pathlib import Path

import pytest
from cap_city import MAKASSAR, NOW, SENDER, WORDS

from pinisi.incidents.cap.compose import Wording
from pinisi.incidents.warnings.issuing import assemble_draft
from pinisi.incidents.warnings.proof import Proof, field_of, proof_of
from pinisi.incidents.warnings.templates import BadTemplates, templates_of
from pinisi.incidents.warnings.warning import Draft
from pinisi.vocabulary.instant import HOUR

MANGGALA = next(area.code for area in MAKASSAR.areas if area.name == "Manggala" and area.level == "kelurahan")


def draft(**changes: object) -> Draft:
    usual = {
        "words": WORDS,
        "category": "Met",
        "urgency": "Immediate",
        "severity": "Severe",
        "certainty": "Observed",
        "areas": (MANGGALA,),
        "expires": NOW + 6 * HOUR,
    }
    return Draft(**{**usual, **changes})  # pyright: ignore[reportArgumentType]


def proof(**changes: object) -> Proof:
    wanted = draft(**changes)
    return proof_of(assemble_draft(wanted, "Alert", MAKASSAR, SENDER, NOW), list(wanted.words))


def faults(**changes: object) -> set[tuple[str, str]]:
    return {(fault.field, fault.rule) for fault in proof(**changes).faults}


def test_a_whole_draft_has_no_fault_and_covers_its_ground() -> None:
    whole = proof()
    assert whole.fit and whole.faults == ()
    assert whole.ground is not None and whole.ground["type"] == "Polygon"


def test_each_fault_stands_beside_its_field() -> None:
    marked = WORDS["en"].__class__("Flood", "x" * 161, "", "<b>Go</b>")
    assert faults(words={"id": WORDS["id"], "en": marked}) == {
        ("words.en.headline", "headline.long"),
        ("words.en.description", "description.none"),
        ("words.en.instruction", "text.markup"),
    }
    assert faults(areas=()) == {("areas", "area.none")}
    assert faults(expires=NOW - HOUR) == {("expires", "expires.before-sent")}
    assert faults(web="w/1") == {("web", "web.relative")}
    assert ("words", "info.none") in faults(words={})


def test_a_language_that_repeats_another_is_told_at_the_language_that_repeats() -> None:
    same = {"id": WORDS["id"], "ja": Wording("Banjir", "別の見出し", "別の説明")}
    assert faults(words=same) == {("words.ja.event", "language.same-words")}


def test_the_reason_is_said_in_three_languages_with_its_clause() -> None:
    (fault,) = proof(areas=()).faults
    assert fault.clause and fault.reason.id and fault.reason.en and fault.reason.ja
    assert not proof(areas=()).fit


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/alert/info[2]/event", "words.ja.event"),
        ("/alert/info[9]/event", "draft"),
        ("/alert/info[1]/area[1]/polygon[2]", "areas"),
        ("/alert/info[1]/onset", "onset"),
        ("/alert/note", "draft"),
        ("/alert", "draft"),
    ],
)
def test_paths_lead_to_fields(path: str, field: str) -> None:
    assert field_of(path, "any", ["id", "ja"]) == field


def test_every_template_makes_a_warning_that_is_fit() -> None:
    read = templates_of(Path("nowhere"))
    assert len(read.templates) >= 10 and not read.own
    for template in read.templates:
        words = {
            language: Wording(*(text.format(place=place) for text in (said.event, said.headline, said.description)))
            for language, said, place in (
                ("id", template.id, "Manggala"),
                ("en", template.en, "Manggala"),
                ("ja", template.ja, "マンガラ"),
            )
            if said is not None
        }
        told = faults(
            words=words,
            category=template.category,
            urgency=template.urgency,
            severity=template.severity,
            certainty=template.certainty,
            responses=template.responses,
        )
        assert told == set(), template.code


def test_a_city_keeps_texts_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "warnings.toml").write_text('contact = "112"\n')
    assert (templates_of(tmp_path).contact, templates_of(tmp_path).own) == ("112", False)
    (tmp_path / "warnings.toml").write_text(
        '[[templates]]\ncode = "ash"\ncategory = "Geo"\nurgency = "Expected"\nseverity = "Minor"\n'
        'certainty = "Likely"\n[templates.id]\nevent = "Abu"\nheadline = "Abu di {place}"\n'
    )
    assert [each.code for each in templates_of(tmp_path).templates] == ["ash"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[templates]]\ncode = "a"\n', "category"),
        ("contact = 112\n", "contact"),
        ("nonsense", "warnings.toml"),
        (
            '[[templates]]\ncode = "a"\ncategory = "Met"\nurgency = "Past"\nseverity = "Minor"\ncertainty = "Likely"\n',
            "no language",
        ),
    ],
)
def test_a_fault_in_the_city_s_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "warnings.toml").write_text(text)
    with pytest.raises(BadTemplates, match=said):
        templates_of(tmp_path)
