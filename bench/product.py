"""The product as a city's IT meets it: how much disk, how long to start, how much memory, how much to load."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from figure import figure

FIGURES = ("product.",)
ROOT = Path(__file__).parents[1]
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
RUNS = 3
IDLE_S = 75
"""Past the first minute, at which the house looks after its history and its indicators."""


def main() -> None:
    if wanted("product.install_mb"):
        measure_install()
    if wanted("product.first_load_kb"):
        measure_first_load()
    with tempfile.TemporaryDirectory() as folder:
        if wanted("product.start_s") or wanted("product.restart_s"):
            measure_starts(Path(folder))
        if wanted("product.idle_rss_mb"):
            measure_idle(Path(folder) / "idle")


def wanted(name: str) -> bool:
    return name.startswith(ONLY) or ONLY.startswith(name)


def measure_install() -> None:
    """Install from a fresh bundle and count what lies on the disk."""
    subprocess.run([ROOT / "scripts" / "bundle.sh"], cwd=ROOT, check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "pinisi"
        subprocess.run(["sh", ROOT / "bundle" / "install.sh", target], check=True, stdout=sys.stderr)
        packages = next(target.glob("lib/python*/site-packages"))
        names = len(list(packages.glob("*.dist-info")))
        figure(
            "product.install_mb",
            disk_mb(target),
            "MB",
            "goal 150",
            f"virtual environment of the bundle, {names} distributions",
        )
    figure("product.bundle_mb", disk_mb(ROOT / "bundle"), "MB", "", "folder of wheels, packed")
    shutil.rmtree(ROOT / "bundle")


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


def measure_starts(folder: Path) -> None:
    fresh: list[float] = []
    again: list[float] = []
    for run in range(RUNS):
        fresh.append(start_time(folder / f"run-{run}"))
        again.append(start_time(folder / f"run-{run}"))
    note = f"process start to the first answer that holds Makassar, median of {RUNS}"
    figure("product.start_s", statistics.median(fresh), "s", "goal 2", f"{note}; empty data folder")
    figure("product.restart_s", statistics.median(again), "s", "goal 2", f"{note}; data folder of an earlier run")


def start_time(data: Path) -> float:
    begin = time.perf_counter()
    with running(data) as (url, _):
        check_makassar(url)
        return time.perf_counter() - begin


def check_makassar(url: str) -> None:
    """The layers of the city are there, with all their rows."""
    with urlopen(f"{url}/pinisi/v1/layers/puskesmas") as answer:
        rows = answer.read().count(b"urn:ngsi-ld:HealthFacility:")
    if rows < 37:
        sys.exit(f"only {rows} of 37 puskesmas are answered")


def measure_idle(data: Path) -> None:
    with running(data) as (url, pid):
        check_makassar(url)
        time.sleep(IDLE_S)
        status = Path(f"/proc/{pid}/status").read_text()
        resident = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) * 1024 / 1e6
    figure("product.idle_rss_mb", resident, "MB", "goal 120", f"resident after {IDLE_S} s idle, Makassar loaded")


@contextmanager
def running(data: Path) -> Iterator[tuple[str, int]]:
    """A server of its own process, until the block ends: its address and process id."""
    words = [
        sys.executable,
        "-m",
        "pinisi",
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
