"""Reports on paper: set by typst with the console's own typefaces, read back as any reader of PDF would."""

import io
import sys
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader
from report_at_hand import POINT, ROOT, flood_report, makassar, tongue

from pinisi.city.text import Language
from pinisi.incidents.report.document import Document, Drawing, Section
from pinisi.incidents.report.drawing import drawn
from pinisi.incidents.report.told import told
from pinisi.incidents.report.typefaces import NoTypefaces, typefaces_for
from pinisi.incidents.report.typesetting import CannotPrint, printed

SHIPPED = ROOT / "src/pinisi/console/static/assets"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typefaces")


@cache
def drawing() -> Drawing:
    svg, labels = drawn(makassar().areas, *POINT)
    return Drawing(svg, labels, "Batua")


def pages(document: Document, kept: Path) -> PdfReader:
    return PdfReader(io.BytesIO(printed(document, SHIPPED, kept, flood_report().made_at)))


def plain(reader: PdfReader) -> str:
    """All words, without the spaces and line ends that are only layout."""
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "id",
            ["Laporan pasca-kejadian", "Waktu terhadap sasaran", "Keputusan", "Air sepinggang", "7 menit terlambat"],
        ),
        ("en", ["After-action report", "Times against targets", "Decisions", "Flood on Jl. Antang Raya", "skipped"]),
        ("ja", ["事後報告書", "目標時間との比較", "アンタン・ラヤ通りの浸水", "目標より7分遅い", "浸水を確認する"]),
    ],
)
def test_a_report_is_read_back_word_by_word(language: Language, said: list[str], kept: Path) -> None:
    document = told(flood_report(), tongue(language), "Ruang Kendali Kota · Makassar", drawing())
    reader = pages(document, kept)
    text = plain(reader)
    assert [words for words in said if words.replace(" ", "") not in text] == []
    assert "Tidakadajalanlain" in text
    title = reader.metadata.title if reader.metadata else None
    assert title == document.title


def test_exercise_stands_on_every_page_and_on_no_page_of_what_really_happened(kept: Path) -> None:
    exercise = pages(told(flood_report(exercise=True), tongue("en"), "City War Room"), kept)
    assert len(exercise.pages) > 1
    assert all("EXERCISE" in page.extract_text() for page in exercise.pages)
    assert "EXERCISE" not in plain(pages(told(flood_report(), tongue("en"), "City War Room"), kept))


def test_what_somebody_typed_is_printed_as_he_typed_it(kept: Path) -> None:
    typed = '#set page(fill: red) = *bold* $x^2$ \\ "quoted" <label> @ref //'
    document = Document(
        language="en", kind="k", house="h", title=typed, sections=(Section(heading="s", lines=(typed,)),)
    )
    assert "".join(typed.split()) in plain(pages(document, kept))


def test_every_letter_is_drawn_by_a_face_of_the_console(kept: Path) -> None:
    reader = pages(told(flood_report(), tongue("ja"), "都市指令室"), kept)
    faces = {
        str(face.get_object()["/BaseFont"]).partition("+")[2]
        for page in reader.pages
        for face in page["/Resources"]["/Font"].values()  # pyright: ignore
    }
    assert faces and {face.partition("-")[0] for face in faces} <= {"IBMPlexSans", "IBMPlexSansJP"}


def test_a_document_takes_only_the_pieces_that_hold_its_letters(tmp_path: Path) -> None:
    latin = typefaces_for("Banjir", SHIPPED, tmp_path)
    assert [path.suffix for path in latin.folder.iterdir()] == [".ttf"]
    more = typefaces_for("洪水", SHIPPED, tmp_path)
    assert 1 < len(more.families) <= 3
    assert len(list(more.folder.iterdir())) <= 5


def test_without_the_console_there_is_nothing_to_print_with(tmp_path: Path) -> None:
    with pytest.raises(NoTypefaces, match="build the console"):
        typefaces_for("Banjir", tmp_path / "none", tmp_path)


def test_the_map_shows_where_it_is_by_the_boundaries_of_the_city() -> None:
    map = drawing()
    assert map.svg.count('fill="#c0362f"') == 2
    assert map.svg.count('fill="#dcedf1"') == 2
    assert {"Antang", "Paropo"} <= {label.words for label in map.labels}
    assert all(0 < label.x < 1 and 0 < label.y < 1 for label in map.labels)


def test_without_the_extra_it_is_said_what_to_install(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(CannotPrint, match=r"pip install 'pinisi\[reports\]'"):
        printed(told(flood_report(), tongue("id"), "Ruang Kendali Kota"), SHIPPED, kept, flood_report().made_at)
