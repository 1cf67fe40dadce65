"""`python -m pinisi.services.mobility.ntcip.site LAYOUT.toml [PORT] [COMMUNITY]`: the simulated controller of a layout.

Says `listening PORT` once it can be asked, and runs until it is ended.
"""

import asyncio
import sys
import time
from pathlib import Path

from pinisi.services.mobility.atcs.layout import Plot, read_layout
from pinisi.services.mobility.ntcip.site.agent import Agent, serving
from pinisi.services.mobility.ntcip.site.controller import Controller
from pinisi.vocabulary.instant import SECOND, Instant


def now() -> Instant:
    return round(time.time() * SECOND)


async def serve(plot: Plot, port: int, community: str) -> None:
    assert plot.layout.snmp is not None, "the layout has no [snmp]"
    agent = Agent(Controller(plot.junction, plot.layout.snmp.phases, now), community)
    async with serving(agent, port=port):
        print("listening", agent.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    given = [*sys.argv[2:], *("0", "public")[len(sys.argv) - 2 :]]
    asyncio.run(serve(read_layout(Path(sys.argv[1])), int(given[0]), given[1]))
