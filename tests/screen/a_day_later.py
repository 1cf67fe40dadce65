"""Run as a program on the store of a stopped server: what is owed was tried in vain for a day, and is given up."""

import asyncio
import sys
import time
from pathlib import Path

from pinisi.store.change import DebtChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import SYSTEM


async def give_up(folder: Path, tenant: str) -> None:
    store = SqliteStore(folder, lambda: time.time_ns() // 1000)
    try:
        reason = "no connection: Connect call failed"
        owed = await store.debts(tenant)
        dead = [DebtChange(each.subscription, each.position, "dead", 38, each.due, reason) for each in owed]
        await store.apply(tenant, dead, SYSTEM)
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(give_up(Path(sys.argv[1]), sys.argv[2]))
