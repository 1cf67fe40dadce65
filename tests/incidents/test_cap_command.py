"""`pinisi cap check` as a warning officer meets it, and the page that explains its words."""

import io
import json
import sys
from pathlib import Path

import pytest
from cap_files import BMKG, EXAMPLES, certificate_in, message

from pinisi.cli import main
from pinisi.incidents.cap.findings import rules
from pinisi.incidents.cap.signature import GRAVEST, SignatureVerdict
from pinisi.incidents.cap.words import words

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cap.md").read_text(encoding="utf-8")


def test_a_good_warning_is_said_to_be_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cap", "check", str(BMKG / "bmkg_cap_banten.xml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("bmkg_cap_banten.xml:")
    assert lines[1:] == ["  CAP 1.2, as the standard demands.", "  signature: It is not signed."]


def test_a_faulty_one_is_told_with_place_reason_and_clause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cap", "check", "--language", "id", str(EXAMPLES / "google" / "canada_errors.cap")]) == 1
    out = capsys.readouterr().out
    assert "CAP 1.2, tidak sesuai tuntutan standar CAP 1.2." in out
    assert "salah: /alert/references, baris 12: Pesan berjenis Update harus menyebut" in out
    assert "[references.needed; 3.2.1 msgType]" in out


def test_several_files_are_judged_and_one_bad_one_is_enough_to_say_no(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = BMKG / "bmkg_cap_banten.xml", EXAMPLES / "google" / "xee.cap"
    assert main(["cap", "check", "--json", str(good), str(bad)]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(each["file"]).name for each in told] == [good.name, bad.name]
    assert told[0]["verdict"]["judgement"]["alert"]["sender"] == "cuaca.ekstrem@bmkg.go.id"
    assert told[1]["verdict"]["judgement"]["findings"][0]["rule"] == "xml.doctype"


def test_a_list_of_trust_makes_a_signature_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bf.xml").write_bytes(message("wmo/bf/valid.xml"))
    (tmp_path / "bf.pem").write_bytes(certificate_in(message("wmo/bf/valid.xml")))
    assert main(["cap", "check", str(tmp_path / "bf.xml"), "--trust", str(tmp_path / "bf.pem")]) == 0
    assert "signature: Signed by www.meteoburkina.bf; nothing was changed since." in capsys.readouterr().out


def test_a_tampered_one_is_no_good_though_it_keeps_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cap", "check", str(EXAMPLES / "wmo" / "sc" / "invalid_signature.xml")]) == 1
    assert "CAP 1.2, as the standard demands." in capsys.readouterr().out


def test_the_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(message("google/canada.cap"))))
    assert main(["cap", "check", "-"]) == 0
    assert capsys.readouterr().out.startswith("-:\n")


@pytest.mark.parametrize("words", [["nowhere.xml"], [str(BMKG / "bmkg_cap_banten.xml"), "--trust", "nowhere.pem"]])
def test_a_file_that_is_not_there_is_said_in_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cap", "check", *words]) == 1
    assert capsys.readouterr().err == f"pinisi: {words[-1]}: No such file or directory\n"


def test_a_list_of_trust_that_is_none_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.pem").write_text("nonsense")
    (tmp_path / "bf.xml").write_bytes(message("wmo/bf/valid.xml"))
    assert main(["cap", "check", str(tmp_path / "bf.xml"), "--trust", str(tmp_path / "x.pem")]) == 1
    assert capsys.readouterr().err.startswith("pinisi: the trusted certificates cannot be read")


def test_every_rule_stands_on_its_page_with_its_weight_clause_and_reason() -> None:
    def row(name: str) -> str:
        rule = rules()[name]
        return f"| `{name}` | {rule.weight} | {rule.clause} | {rule.en.replace('|', ' ')} |"

    assert [name for name in rules() if row(name) not in PAGE] == []


def test_every_verdict_on_a_signature_has_words_and_stands_on_the_page() -> None:
    verdicts = SignatureVerdict.__args__
    assert set(GRAVEST) < set(verdicts)
    assert [each for each in verdicts if f"| `{each}` |" not in PAGE] == []
    assert all(
        any(key == f"signature.{each}" or key.startswith(f"signature.{each}.") for key in words()) for each in verdicts
    )
