"""Opens the house: binds the port, starts the server, says where it is."""

import asyncio
import errno
import gc
import socket
import sys
from pathlib import Path

import uvicorn

from pinisi.console.application import Application
from pinisi.console.files import console_files
from pinisi.console.house import House
from pinisi.console.routes import ROUTES
from pinisi.settings import Settings

STATIC = Path(__file__).parent / "static"


def serve(settings: Settings, city: Path) -> int:
    """Run until stopped; answers the exit code. Plain words on standard error when it cannot start."""
    listener = _bind(settings.host, settings.port)
    if listener is None:
        return 1
    house = House(settings, city)
    application = Application(house, ROUTES, console_files(STATIC, city))
    config = uvicorn.Config(
        application,
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config, settings.host, listener.getsockname()[1])
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve(sockets=[listener]))
    return 0 if server.started_well else 1


class _Server(uvicorn.Server):
    """Uvicorn's server that prints one line when it is ready."""

    def __init__(self, config: uvicorn.Config, host: str, port: int) -> None:
        super().__init__(config)
        self._address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.started_well = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        self.started_well = True
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        print(self._address, flush=True)


def _bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        taken = (
            "is taken by another program: stop that one or choose another with --port" if error.errno == 98 else None
        )
        print(f"pinisi: port {port} on {host} {taken or f'cannot be used: {error.strerror}'}", file=sys.stderr)
        return None
    listener.setblocking(False)
    return listener
