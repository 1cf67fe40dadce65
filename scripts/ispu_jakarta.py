"""Write docs/reference/ispu-jakarta.md: the days of Jakarta's ISPU whose row contradicts itself, each with its reason.

`python scripts/ispu_jakarta.py FILE` reads the whole table; without a file the committed cut, which holds every such
day, is read. `--csv` prints the list instead; `--check` only says whether the page is up to date.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "ispu-jakarta.md"
CUT = ROOT / "tests" / "services" / "environment_examples" / "ispu_jakarta_cut.csv"
sys.path.insert(0, str(ROOT / "src"))

HEAD = """\
# ISPU of Jakarta, recomputed

Made by `python scripts/ispu_jakarta.py`; a test compares. Of 5,538 published days (2010 to February 2025, one station a
day, sub-indices only) maximum, critical pollutant and category were recomputed from the sub-indices of the same row:
5,430 agree in all three, 108 do not. Each of these has a reason below, and all reasons lie in the published table: no
day is left that another rule of ours would explain. Nothing is mended: published and computed stand side by side.
The rules: [the engine of the environment service](environment-engine.md).

Twenty more days are ties (two pollutants at the maximum). The table then names the one whose column comes first; the
computed index names all, in the same order.
"""

REASONS = {
    "sub-index-missing": (
        "The critical pollutant named (PM2.5, September to December 2020) has no sub-index in the row: its "
        "column is empty until 2021. Maximum and category follow it, so the row cannot be recomputed; taken "
        "at its word it is consistent."
    ),
    "labels-moved": (
        "The maximum is right; the pollutant named stands where the right one stands in a list without PM2.5 "
        "(O3 is called CO, SO2 is called PM25). All of September to December 2020, when PM2.5 came into the "
        "list."
    ),
    "one-category-lower": (
        "The category is one below that of the published maximum (67 called BAIK, 103 called SEDANG). All of "
        "station DKI1 in December 2024; six other days of that station and month are right."
    ),
    "edge-of-category": (
        "The maximum is 200, the last of TIDAK SEHAT, and called SANGAT TIDAK SEHAT: perhaps judged before it "
        "was rounded. P.14/2020 counts 101 to 200 as TIDAK SEHAT."
    ),
    "nothing-measured": (
        "No pollutant was measured and the maximum is written as 0, which would be BAIK; the category rightly "
        "says TIDAK ADA DATA. A fourth such day leaves the maximum empty and agrees."
    ),
}
"""In the order of the page: why, as a person would tell it."""


def differing(file: Path) -> Iterator[tuple[str, ...]]:
    """day, station, why, then published and computed of each field that differs."""
    from pinisi.services.environment.engine.jakarta_ispu import read_row
    from pinisi.services.environment.engine.published import compare

    with file.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            told = read_row(row)
            found = {one.field: one for one in compare(told.published).differences}
            if found:
                why = next(iter(found.values())).why
                cells = [
                    f"{found[field].published or '-'} / {found[field].computed or '-'}" if field in found else ""
                    for field in ("value", "critical", "category")
                ]
                yield (told.day.isoformat(), told.station, why, *cells)


def page(file: Path) -> str:
    """The page as it should be."""
    rows = list(differing(file))
    counted = Counter(row[2] for row in rows)
    parts = [HEAD, "| reason | days | what is wrong |", "|---|---:|---|"]
    parts += [f"| {why} | {counted[why]} | {text} |" for why, text in REASONS.items()]
    head = "| day | station | reason | maximum | critical | category |"
    parts += ["", f"## The {len(rows)} days", "", "Cells: published / computed.", "", head, "|---|---|---|---|---|---|"]
    parts += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(parts) + "\n"


def main(words: list[str]) -> int:
    file = Path(next((word for word in words if not word.startswith("--")), CUT))
    if "--csv" in words:
        writer = csv.writer(sys.stdout)
        writer.writerow(("day", "station", "reason", "maximum", "critical", "category"))
        writer.writerows(differing(file))
        return 0
    text = page(file)
    if "--check" in words:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
