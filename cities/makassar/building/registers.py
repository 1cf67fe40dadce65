"""Registers as plain tables: names, places, figures, years and official codes; nothing mended, nothing else copied."""

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CAPITALS = """
(BMKG) 3R BMKG BNN BP BSP BTN BTP CV. DAS DDI GMTDC GOR II III IKIP IPA IPALT IPDN IV LAN LPPM MAN MPH PDAM PKK PLTU PT
PU RI RPH RS RSUP RTH RW SD SDN SMA SMK SMP SMU SPBU STT TK TK. TK.II TPA TPS TVRI UNHAS UNM UPT. UVRI
"""
KEEP_CAPITALS = frozenset(CAPITALS.split())
"""Words that stay in capitals when a name in capitals is written in lower case."""

WASTE_KIND = {"tps3r": "tps3r", "komposting": "composting", "tpa": "landfill"}
SITES = ("tps3r", "komposting")
GREEN_KINDS = (
    "Taman Kelurahan",
    "Taman Kecamatan",
    "Taman Kabupaten/Kota",
    "Taman RW",
    "Taman RT",
    "Pulau Jalan dan Median Jalan",
    "RTH di Pantai",
    "RTH di Sungai",
    "RTH di Tempat Pemakaman Umum",
    "Hutan Kota",
    "Lain-lain",
)

Row = dict[str, Any]


def write_registers(shared: Path, folder: Path) -> None:
    data = shared / "data"
    facilities = read_points(data / "waste" / "makassar_waste_facilities_sipsn_2023.geojson")
    centres = read_points(data / "health" / "makassar_puskesmas_2019.geojson")
    write_table(folder / "puskesmas.csv", map(puskesmas, centres))
    hospitals = read_points(data / "health" / "indonesia_covid_referral_hospitals_2020.geojson")
    write_table(folder / "hospitals.csv", [hospital(row) for row in hospitals if "KOTA MAKASSAR" in row["region"]])
    write_table(folder / "waste-banks.csv", [waste_bank(row) for row in facilities if row["jenis"] == "banksampah"])
    write_table(folder / "waste-sites.csv", [site(row) for row in facilities if row["jenis"] in SITES])
    write_table(folder / "landfills.csv", [site(row) for row in facilities if row["jenis"] == "tpa"])
    green = read_points(data / "waste" / "makassar_green_spaces_sipsn_2023.geojson")
    write_table(folder / "green-spaces.csv", map(green_space, green))
    write_table(folder / "population.csv", population(data / "population" / "sulsel_population_kabkota_2025.csv"))


def read_points(path: Path) -> list[Row]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return [feature["properties"] for feature in document["features"]]


def write_table(path: Path, rows: Iterable[Row]) -> None:
    kept = with_slugs(list(rows))
    out = io.StringIO()
    table = csv.DictWriter(out, fieldnames=list(kept[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(kept)
    path.write_text(out.getvalue(), encoding="utf-8")


def with_slugs(rows: list[Row]) -> list[Row]:
    """Give each row without an official code a key made of its name; equal names are numbered in the file's order."""
    if not rows or "slug" not in rows[0]:
        return rows
    seen: dict[str, int] = {}
    for row in rows:
        plain = re.sub(r"[^a-z0-9]+", "-", row["written"].casefold()).strip("-")
        seen[plain] = seen.get(plain, 0) + 1
        row["slug"] = plain if seen[plain] == 1 else f"{plain}-{seen[plain]}"
    return rows


def readable(name: str) -> str:
    """Capitals to initial capitals, word by word; everything else as written."""
    return " ".join(word_readable(word) for word in name.split())


def word_readable(word: str) -> str:
    if word in KEEP_CAPITALS or not word.isupper():
        return word
    return re.sub(r"[A-Z]+('[A-Z]+)?", lambda found: found.group().capitalize(), word)


def place(row: Row) -> Row:
    return {"lon": row["lon"], "lat": row["lat"]}


def named(pattern: str, text: str) -> str:
    """The area that an address names; empty when it names none."""
    found = re.search(pattern, text, re.IGNORECASE)
    return found.group(1).strip() if found else ""


def puskesmas(row: Row) -> Row:
    written = row["nama_faskes"].strip()
    return {
        "code": row["kode_faskes"],
        "name": f"Puskesmas {readable(written)}",
        "written": written,
        **place(row),
        "named_kelurahan": named(r"Kel\. ([^,]+?)(?:, |$)", row["alamat_faskes"]),
        "named_kecamatan": named(r"Kec\. ([^,]+)$", row["alamat_faskes"]),
    }


def hospital(row: Row) -> Row:
    return {"slug": "", "name": readable(row["name"]), "written": row["name"], **place(row)}


def waste_bank(row: Row) -> Row:
    kind = "unit"
    if "JenisInduk" in row["detail"]:
        kind = "central" if "UPT. Bank Sampah Kota Makassar" in row["lokasi"] else "central-second-site"
    return {
        "slug": "",
        "name": readable(row["lokasi"]),
        "written": row["lokasi"],
        "kind": kind,
        "category": "Unit" if kind == "unit" else "Induk",
        **place(row),
        **named_areas(row),
        **figures(row),
    }


def site(row: Row) -> Row:
    return {
        "slug": "",
        "name": row["lokasi"],
        "written": row["lokasi"],
        "kind": WASTE_KIND[row["jenis"]],
        **place(row),
        **named_areas(row),
        **figures(row),
    }


def named_areas(row: Row) -> Row:
    return {"named_kelurahan": row["kelurahan_txt"] or "", "named_kecamatan": row["kecamatan_txt"] or ""}


def figures(row: Row) -> Row:
    """Year, and what came in and was handled in it, in the register's own unit; empty where it gives none."""
    unit = {None: "", "kg/year": "KGM", "ton/year": "TNE"}[row["received_unit"]]
    year = "" if row["year"] is None else str(int(row["year"]))
    return {"year": year, "received": number(row["received"]), "managed": number(row["managed"]), "unit": unit}


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def green_space(row: Row) -> Row:
    after = row["detail"][len(row["lokasi"]) :]
    category = next((kind for kind in GREEN_KINDS if kind in after[: len(kind) + 8]), "")
    kelurahan = row["kelurahan_txt"] or named(r"Kel\. ?([A-Z'. -]+?),", after)
    return {
        "slug": "",
        "name": readable(row["lokasi"]),
        "written": row["lokasi"],
        "category": category,
        **place(row),
        "named_kelurahan": "" if kelurahan == "-" else kelurahan,
        "named_kecamatan": "" if row["kecamatan_txt"] in (None, "-") else row["kecamatan_txt"],
        "area": number(row["area_m2"]),
    }


def population(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {"code": row["code"], "population": row["total"], "male": row["male"], "female": row["female"]}
            for row in csv.DictReader(lines)
            if row["code"] == "73.71"
        ]
