"""The product as a city's IT meets it: how much disk, how long to start, how much memory, how much to load."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from figure import figure

FIGURES = ("product.",)
ROOT = Path(__file__).parents[1]
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
RUNS = 3
INSTALLED = ("product.install_mb", "product.bundle_mb", "product.start_s", "product.restart_s", "product.idle_rss_mb")
"""What is measured where a city's IT has installed it: without the tools that tests and checks bring."""
IDLE_S = 75
"""Past the first minute, at which the house looks after its history and its indicators."""


def main() -> None:
    if wanted("product.first_load_kb"):
        measure_first_load()
    if not any(map(wanted, INSTALLED)):
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target = install(folder / "pinisi")
        if wanted("product.install_mb"):
            measure_install(target)
        if wanted("product.start_s") or wanted("product.restart_s"):
            measure_starts(target, folder)
        if wanted("product.idle_rss_mb"):
            measure_idle(target, folder / "idle")


def wanted(name: str) -> bool:
    return name.startswith(ONLY) or ONLY.startswith(name)


def install(target: Path) -> Path:
    """Installs from a fresh bundle, and answers the folder."""
    subprocess.run([ROOT / "scripts" / "bundle.sh"], cwd=ROOT, check=True, stdout=sys.stderr)
    if wanted("product.bundle_mb"):
        figure("product.bundle_mb", disk_mb(ROOT / "bundle"), "MB", "", "folder of wheels, packed")
    subprocess.run(["sh", ROOT / "bundle" / "install.sh", target], check=True, stdout=sys.stderr)
    shutil.rmtree(ROOT / "bundle")
    forget_pages(target)
    return target


def forget_pages(folder: Path) -> None:
    """As after a restart of the machine: what was just written lies in memory in large pieces, more than is used."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure_install(target: Path) -> None:
    """Counts what lies on the disk."""
    packages = next(target.glob("lib/python*/site-packages"))
    names = len(list(packages.glob("*.dist-info")))
    note = f"virtual environment of the bundle, {names} distributions"
    figure("product.install_mb", disk_mb(target), "MB", "goal 150", note)


def disk_mb(folder: Path) -> float:
    """Megabytes of all regular files, compiled Python included."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def measure_first_load() -> None:
    script = [ROOT / "scripts" / "npm.sh", "run", "--silent", "first-load"]
    printed = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    found = re.search(r"([\d.]+) KB\s+first load", printed)
    if found is None:
        sys.exit(f"frontend/scripts/first-load.mjs printed no sum: {printed[-300:]}")
    figure("product.first_load_kb", float(found.group(1)), "kB", "goal 600", "page, scripts, style, fonts; compressed")


def measure_starts(target: Path, folder: Path) -> None:
    fresh: list[float] = []
    again: list[float] = []
    for run in range(RUNS):
        fresh.append(start_time(target, folder / f"run-{run}"))
        again.append(start_time(target, folder / f"run-{run}"))
    note = f"process start to the first answer that holds Makassar, median of {RUNS}"
    figure("product.start_s", statistics.median(fresh), "s", "goal 2", f"{note}; empty data folder")
    figure("product.restart_s", statistics.median(again), "s", "goal 2", f"{note}; data folder of an earlier run")


def start_time(target: Path, data: Path) -> float:
    begin = time.perf_counter()
    with running(target, data) as (url, _):
        check_makassar(url)
        return time.perf_counter() - begin


def check_makassar(url: str) -> None:
    """The layers of the city are there, with all their rows."""
    with urlopen(f"{url}/pinisi/v1/layers/puskesmas") as answer:
        rows = answer.read().count(b"urn:ngsi-ld:HealthFacility:")
    if rows < 37:
        sys.exit(f"only {rows} of 37 puskesmas are answered")


def measure_idle(target: Path, data: Path) -> None:
    with running(target, data) as (url, pid):
        check_makassar(url)
        time.sleep(IDLE_S)
        status = Path(f"/proc/{pid}/status").read_text()
    resident, private = (int(re.findall(rf"{name}:\s+(\d+)", status)[0]) * 1024 / 1e6 for name in ("VmRSS", "RssAnon"))
    note = (
        f"resident after {IDLE_S} s idle, Makassar loaded; {private:.0f} MB of it its own, the rest parts of libraries"
    )
    figure("product.idle_rss_mb", resident, "MB", "goal 120", note)


@contextmanager
def running(target: Path, data: Path) -> Generator[tuple[str, int]]:
    """A server of its own process, until the block ends: its address and process id."""
    words: list[str | Path] = [
        target / "bin" / "pinisi",
        "run",
        str(ROOT / "cities" / "makassar"),
        "--port",
        "0",
        "--data",
        str(data),
    ]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url.startswith("http"):
            sys.exit(f"the server did not start: {url}")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


if __name__ == "__main__":
    main()
