"""The invented crossing whose controller speaks NTCIP, asked over a real socket, with a clock that goes fast."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from atcs_hall import HallLine, QuickClock, Watched

from pinisi.services.mobility.atcs.duty import on_duty
from pinisi.services.mobility.atcs.layout import Plot, read_layout
from pinisi.services.mobility.atcs.room import ControlRoom
from pinisi.services.mobility.engine.signals.fallback import FallBackRule
from pinisi.services.mobility.ntcip.site.agent import Agent, serving
from pinisi.services.mobility.ntcip.site.controller import Controller

LAYOUT = Path(__file__).parent / "atcs" / "crossing_ntcip.toml"
COMMUNITY = "makassar"


def plot_at(port: int) -> Plot:
    plot = read_layout(LAYOUT)
    assert plot.layout.snmp is not None
    snmp = msgspec.structs.replace(plot.layout.snmp, port=port)
    return msgspec.structs.replace(plot, layout=msgspec.structs.replace(plot.layout, snmp=snmp))


class NtcipHall(Watched):
    """`controller` is the simulated one, `agent` its socket."""

    def __init__(self, room: ControlRoom, line: HallLine, agent: Agent) -> None:
        super().__init__(room, line)
        self.agent, self.controller = agent, agent.controller


@asynccontextmanager
async def asked(
    pace: float = 20.0, community: str = COMMUNITY, backup: int = 600, plot: Plot | None = None
) -> AsyncGenerator[NtcipHall]:
    """`community` is what the house asks with; the controller takes only COMMUNITY."""
    clock = QuickClock(pace)
    read = plot or read_layout(LAYOUT)
    assert read.layout.snmp is not None
    agent = Agent(Controller(read.junction, read.layout.snmp.phases, clock, backup), COMMUNITY)
    async with serving(agent):
        line = HallLine(clock, community)
        rule = FallBackRule(stale_after=60, back_after=20)
        room = ControlRoom(line, [plot_at(agent.port)], tell_every=2, rule=rule, at_most_every=0.02, tick=0.01)
        hall = NtcipHall(room, line, agent)
        listening = asyncio.create_task(hall.listen())
        with on_duty(room):
            try:
                await hall.until(lambda: listening.done() or room.seats)
                yield hall
            finally:
                listening.cancel()
                (end,) = await asyncio.gather(listening, return_exceptions=True)
    assert isinstance(end, asyncio.CancelledError), end
