"""Whether a TCP port can be had, and who has it (as far as /proc tells)."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

_LISTEN = "0A"


class Holder(msgspec.Struct, frozen=True):
    """The process that listens on a port."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"process {self.pid} ({self.name})"


def bind_fault(host: str, port: int) -> str | None:
    """Why nothing could listen there now; None: it could.

    Raises:
        socket.gaierror: the host is no address.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            return error.strerror or str(error)
    return None


def free_port(host: str) -> int:
    """A port that the system finds free at this moment.

    Raises:
        OSError: the host is no address of this machine.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.bind(address)
        return probe.getsockname()[1]


def holder(port: int) -> Holder | None:
    """Who listens on the port; None where the system does not tell (another user's process, no /proc)."""
    wanted = {f"socket:[{inode}]" for inode in _listening(port)}
    for process in Path("/proc").glob("[0-9]*") if wanted else ():
        with suppress(OSError):
            if any(str(file.readlink()) in wanted for file in (process / "fd").iterdir()):
                return Holder(int(process.name), (process / "comm").read_text().strip())
    return None


def _listening(port: int) -> Iterator[str]:
    """Inodes of the sockets that listen on the port (proc(5), /proc/net/tcp)."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == _LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                    yield columns[9]
