"""Two Indonesian timetables: errors before and after the repair, by our rules and by two validators of others."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import gtfs_guru
from gtfs_validator import cli as canonical

from figure import figure
from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.repair import repair
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_zip import read_zip, zipped
from shared import shared_folder

FIGURES = ("mobility.gtfs.",)
FEEDS = {"jakarta": "transjakarta_2021-09.zip", "bogor": "bogor_angkot_2019-01.zip"}
DAY = "20261126"


def main() -> int:
    folder = shared_folder() / "data" / "gtfs"
    for name, file in FEEDS.items():
        measure(name, folder / file)
    return 0


def measure(name: str, path: Path) -> None:
    begun = time.process_time()
    feed, read = read_feed(read_zip(path))
    found = [*read, *check_feed(feed, DAY)]
    checked = time.process_time()
    done = repair(feed, read, Assumptions(), DAY)
    body = zipped(write_feed(done.feed))
    ended = time.process_time()
    rows = sum(len(table.rows) for table in feed.tables.values())
    figure(f"mobility.gtfs.{name}.check_cpu", checked - begun, "s", note=f"{rows:,} rows, {len(found):,} faults")
    figure(f"mobility.gtfs.{name}.repair_cpu", ended - checked, "s", note="with a check before and after, and the zip")
    figure(f"mobility.gtfs.{name}.errors_before", done.errors(after=False), "errors", note=f"{path.name}, our rules")
    figure(f"mobility.gtfs.{name}.errors_after", done.errors(after=True), "errors", "0: the goal", "our rules")
    with TemporaryDirectory() as folder:
        out = Path(folder) / "repaired.zip"
        out.write_bytes(body)
        judged(name, path, out)


def judged(name: str, before: Path, after: Path) -> None:
    """What validators that are not ours say."""
    for judge, errors in (("guru", _guru), ("canonical", _canonical)):
        note = f"{judge} found {errors(before):,} before"
        figure(f"mobility.gtfs.{name}.{judge}_after", errors(after), "errors", "0: the goal", note)


def _guru(path: Path) -> int:
    return gtfs_guru.validate(str(path)).error_count


def _canonical(path: Path) -> int:
    with TemporaryDirectory() as out:
        canonical.main(["-i", str(path), "-o", out, "-v", "report.json"])
        notices = json.loads((Path(out) / "report.json").read_text())["notices"]
    return sum(each["totalNotices"] for each in notices if each["severity"] == "ERROR")


if __name__ == "__main__":
    raise SystemExit(main())
