"""`pinisi run`: open the War Room of a city."""

import socket
from pathlib import Path

import msgspec

from pinisi.commands.cities import find_city
from pinisi.commands.failure import CommandFailed
from pinisi.runtime import occupancy, ports
from pinisi.settings import Settings

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


def run(settings: Settings, city: str | None, *, services: bool = True) -> int:
    """Serve until told to stop; the server prints its address when it is ready.

    Raises:
        CommandFailed: the port or the data folder cannot be had.
        Occupied: another Pinisi runs on the data folder.
    """
    folder = find_city(city or settings.city or "makassar")
    settings = with_port(settings)
    try:
        with occupancy.occupy(settings.data, address(settings.host, settings.port)):
            refuse_taken_port(settings.host, settings.port)
            return serve(settings, folder, services=services)
    except OSError as error:
        where = error.filename or settings.data
        reason = error.strerror or error
        raise CommandFailed(f"{where}: {reason}; choose another data folder with --data") from error


def with_port(settings: Settings) -> Settings:
    """Port 0 becomes one that is free, so that the data folder's lock can say where the server is."""
    if settings.port != 0:
        return settings
    try:
        return msgspec.structs.replace(settings, port=ports.free_port(settings.host))
    except OSError as error:
        raise CommandFailed(f"{settings.host} is not an address of this machine; choose another with --host") from error


def serve(settings: Settings, city: Path, *, services: bool = True) -> int:
    from pinisi.console.server import serve

    return serve(settings, city, services=services)


def address(host: str, port: int) -> str:
    """Where this machine reaches the server."""
    name = EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def refuse_taken_port(host: str, port: int) -> None:
    """Raises `CommandFailed` when nothing could listen there, naming who does."""
    try:
        fault = ports.bind_fault(host, port)
    except socket.gaierror as error:
        raise CommandFailed(f"{host} is not an address of this machine; choose another with --host") from error
    if fault is not None:
        holder = ports.holder(port)
        who = f" by {holder}" if holder else ""
        raise CommandFailed(f"cannot listen at {host}:{port}: taken{who} ({fault}); choose another with --port")
