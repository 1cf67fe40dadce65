"""Questions to ten million values of the past in PostgreSQL: the same as `context_large.py` asks of SQLite.

A `pinisi broker` on a PostgreSQL of its own (shared_buffers=512MB, written through); questions go over HTTP, one
connection, one after the other; every answer is checked against what was written.
"""

# pyright: basic, reportMissingImports=false

import asyncio
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "load"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from past_in_postgres import write_past
from server_process import ServerProcess

from context_large import histories
from postgres_server import running_server

FIGURES = ("cluster.temporal_",)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")


async def main() -> None:
    with (
        running_server("fsync=on", "shared_buffers=512MB", "max_wal_size=4GB") as server,
        tempfile.TemporaryDirectory() as name,
    ):
        address = await asyncio.to_thread(server.make, "past")
        print(f"written in {await write_past(address):.0f} s", file=sys.stderr)
        data = Path(name) / "data"
        command = [sys.executable, "-m", "pinisi", "broker", "--data", str(data), "--store", address]
        broker = ServerProcess(data, command=command)
        await asyncio.to_thread(broker.start)
        try:
            await histories(broker, "cluster")
        finally:
            broker.stop()


if __name__ == "__main__":
    if FIGURES[0].startswith(ONLY) or ONLY.startswith(FIGURES[0]):
        asyncio.run(main())
