"""RSMP as an adapter: the line to one site of the supervisor. The site connects to us: nothing is to run here."""

from pinisi.services.mobility.atcs.adapter import LineDown, Order, OrderRefused, ProtocolName
from pinisi.services.mobility.atcs.layout import Plot
from pinisi.services.mobility.atcs.rsmp_orders import Command, commands
from pinisi.services.mobility.rsmp.supervisor import LinkLost, SiteRefused, Supervisor


class RsmpLine:
    """`component` is the main component, as the site names it when it connects."""

    protocol: ProtocolName = "rsmp"

    def __init__(self, supervisor: Supervisor, plot: Plot, secret: str) -> None:
        self._supervisor, self._plot, self._secret = supervisor, plot, secret
        self.component = f"{plot.layout.site}TC"

    async def run(self) -> None:
        return

    async def give(self, order: Order) -> None:
        for command in commands(order, self._plot):
            await self._command(command)

    async def _command(self, command: Command) -> None:
        if command.secured and not self._secret:
            raise OrderRefused(f"the secret {self._plot.layout.secret} is not there")
        code = {"securityCode": self._secret} if command.secured else {}
        try:
            answer = await self._supervisor.command(
                self._plot.layout.site, self.component, command.code, **command.arguments, **code
            )
        except SiteRefused as error:
            raise OrderRefused(str(error)) from None
        except LinkLost as error:
            raise LineDown(str(error)) from None
        wrong = [each.name for each in answer.values if each.age != "recent"]
        if wrong:
            raise OrderRefused(f"{command.code} is not there: {', '.join(wrong[:5])}")
