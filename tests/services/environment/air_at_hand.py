"""The real air-quality files: the committed cuts, and the whole ones where they are."""

import csv
from pathlib import Path

from pinisi.services.environment.engine.cleaning import Reading, judge_all
from pinisi.services.environment.engine.hourly import Hourly, hourly
from pinisi.services.environment.engine.jakarta_ispu import JakartaDay, read_row
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.vocabulary.instant import parse_instant

CUTS = Path(__file__).parents[1] / "environment_examples"
SURABAYA = "aqi_surabaya_hourly.csv"
JAKARTA = "ispu_dki_jakarta_daily_2010_2025.csv"


def surabaya(file: Path = CUTS / "aqi_surabaya_cut.csv", column: str = "aqius") -> list[Reading]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [Reading(parse_instant(row["timestamp"]), float(row[column])) for row in csv.DictReader(lines)]


def jakarta(file: Path = CUTS / "ispu_jakarta_cut.csv") -> list[JakartaDay]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [read_row(row) for row in csv.DictReader(lines, delimiter=";")]


def good_hours(readings: list[Reading]) -> Hourly:
    """What the forecast may rest on: the values that were used by the verdicts as they were when each came."""
    return hourly(judge_all(QUANTITIES["airQualityIndex"], readings))
