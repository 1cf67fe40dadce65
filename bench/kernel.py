"""What must never happen: acknowledged writes or owed notifications lost, files damaged, by kills and power cuts."""

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

import structlog

from figure import figure

sys.path.insert(0, str(Path(__file__).parent / "load"))

from crash import crash_often
from power_cut import cut_often

FIGURES = ("kernel.crash.", "kernel.powercut.")
ROUNDS, CUTS = 200, 1_000


def main() -> int:
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    with tempfile.TemporaryDirectory() as folder:
        for prefix, measure in zip(FIGURES, (crash, power_cut), strict=True):
            if prefix.startswith(only) or only.startswith(prefix):
                asyncio.run(measure(Path(folder) / prefix))
    return 0


async def crash(folder: Path) -> None:
    """kill -9 of the server while four clients write over HTTP and a receiver is notified."""
    toll = await crash_often(folder, ROUNDS, seed=20_261_122)
    note = f"{toll.writes} writes acknowledged after fsync, {toll.notifications} notifications received, four clients"
    if toll.writes < 20 * ROUNDS:
        raise SystemExit("the clients hardly wrote: this proves nothing")
    figure("kernel.crash.rounds", toll.rounds, "count", "200", note)
    figure("kernel.crash.lost_writes", toll.lost_writes, "count", "0", note)
    figure("kernel.crash.lost_notifications", toll.lost_notifications, "count", "0", note)
    figure("kernel.crash.out_of_order", toll.out_of_order, "count", "0", "first receipts, for each entity")
    figure("kernel.crash.damaged", toll.damaged, "count", "0", "SQLite quick_check of a copy after each kill")


async def power_cut(folder: Path) -> None:
    """Cuts at a random write or sync; a disk that does not sync must be found out first."""
    lying = await cut_often(folder / "lying", 20, seed=1, lying=True)
    if lying.sound:
        raise SystemExit("a disk that drops what it was told to sync was not found out: this proves nothing")
    found = await cut_often(folder / "honest", CUTS, seed=20_261_122)
    for disagreement in found.disagreements:
        print(disagreement, file=sys.stderr)
    note = (
        f"{found.acknowledged} writes acknowledged, 512-byte sectors dropped, torn and reordered since each last sync"
    )
    figure("kernel.powercut.cuts", found.cuts, "count", "1000", note)
    figure("kernel.powercut.lost_writes", found.lost_writes + found.lost_debts, "count", "0", "and owed notifications")
    damaged = found.damaged + len(found.disagreements)
    figure("kernel.powercut.damaged", damaged, "count", "0", "quick_check; state, history, log and debts agree")


if __name__ == "__main__":
    sys.exit(main())
