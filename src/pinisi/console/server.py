"""Opens the house: binds the port, starts the server, says where it is."""

import asyncio
import contextlib
import errno
import gc
import logging
import resource
import socket
import sys
import traceback
from functools import partial
from pathlib import Path

import structlog

from pinisi.city.errors import CityError
from pinisi.console.application import Application
from pinisi.console.body_room import BodyRoom
from pinisi.console.exercise_room import Rehearsal
from pinisi.console.files import console_files
from pinisi.console.house import House
from pinisi.console.house_opening import open_house
from pinisi.console.http_connection import with_limits
from pinisi.console.http_patience import DoorLimits
from pinisi.console.lean_uvicorn import lean_uvicorn
from pinisi.console.routes import all_routes
from pinisi.feed.address import BadFeedAddress
from pinisi.people.errors import RefusedToStart
from pinisi.people.first_run import announcement
from pinisi.runtime.city_loading import CityNotLoaded
from pinisi.runtime.freed_memory import give_back
from pinisi.settings import Settings
from pinisi.store.change import StoreUnavailable

lean_uvicorn()
import uvicorn  # noqa: E402 (its command line is left out above)

FILES_OF_ITS_OWN = 1_000
"""What is open besides connections from outside: databases, receivers, sources."""
STATIC = Path(__file__).parent / "static"


def serve(settings: Settings, city: Path, rehearsal: Rehearsal | None = None, *, services: bool = True) -> int:
    """Run until stopped; answers the exit code. Plain words on standard error when it cannot start."""
    gc.disable()
    configure_log(settings.log_level)
    listener = _bind(settings.host, settings.port)
    if listener is None:
        return 1
    try:
        house = House(settings, city, rehearsal, services=services)
    except CityError as error:
        _explain(error)
        return 1
    house.port = listener.getsockname()[1]
    room = BodyRoom(max(settings.bodies_mb, settings.body_limit_mb) << 20)
    application = Application(
        house, all_routes(house.registry), console_files(STATIC, house.public_file), room, partial(open_house, house)
    )
    limits = DoorLimits(request_seconds=settings.request_seconds, connections=settings.connections)
    allow_open_files(settings.connections)
    config = uvicorn.Config(
        application,
        http=with_limits(limits),
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="critical",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config, settings.host, listener.getsockname()[1], house)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, contextlib.suppress(SystemExit):
        runner.run(server.serve(sockets=[listener]))
    if application.failure is not None:
        _explain(application.failure)
    return 0 if server.started_well else 1


_PLAIN = (BadFeedAddress, RefusedToStart, CityError, CityNotLoaded, StoreUnavailable)


def _explain(failure: Exception) -> None:
    """Why the house did not open: in plain words where it is the operator's matter, else for the developer."""
    if isinstance(failure, _PLAIN):
        print(f"pinisi: {failure}", file=sys.stderr)
    else:
        traceback.print_exception(failure)


def configure_log(level: str) -> None:
    """One line an event on standard error: time, level, event, key=value."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=("timestamp", "level", "event")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.getLogger().handlers = [_OneLine(logging.WARNING)]


class _OneLine(logging.Handler):
    """What libraries log, said as everything else: one line with the reason, and no trace of the library's own code."""

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        reason = {} if cause is None else {"reason": str(cause) or type(cause).__name__}
        structlog.get_logger(record.name).log(record.levelno, record.getMessage(), library=record.name, **reason)


class _Server(uvicorn.Server):
    """Uvicorn's server that prints one line when it is ready, and takes leave of those who listen before it stops."""

    def __init__(self, config: uvicorn.Config, host: str, port: int, house: House) -> None:
        super().__init__(config)
        self._house = house
        self._address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.started_well = False

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live streams first: uvicorn waits for connections, and they would wait for ever."""
        self._house.take_leave()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        self.started_well = True
        _settle_memory()
        self._announce_first()
        print(self._address, flush=True)

    def _announce_first(self) -> None:
        """Print the one-time password of the first administrator, and forget it."""
        password, self._house.first_password = self._house.first_password, None
        if password is not None:
            print(announcement(password), file=sys.stderr, flush=True)


def _settle_memory() -> None:
    """Give back what loading needed, and keep the collector away from what stays (gc was off since the start).

    It looks after 200,000 new objects: a batch of 1,000 entities is answered and gone by then (a twelfth of its CPU).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    gc.enable()
    give_back()


def allow_open_files(connections: int) -> None:
    """Let the process open as many files as connections may be open, as far as the system lets it."""
    wanted = connections + FILES_OF_ITS_OWN
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if granted < wanted:
        soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


def _bind(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        taken = "is taken by another program: stop that one or choose another with --port"
        why = taken if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        print(f"pinisi: port {port} on {host} {why}", file=sys.stderr)
        return None
    listener.setblocking(False)
    return listener
