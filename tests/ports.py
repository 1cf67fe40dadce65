"""Ports that a test may name before somebody listens there, or leave for a while and come back to.

They lie below those that systems give to whoever asks for any (from 32768 on), so that nothing else is given them
meanwhile; each worker begins at another one.
"""

import contextlib
import itertools
import os
import socket

_FIRST, _MANY, _EACH = 20_000, 12_000, 2_000
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_numbers = itertools.count(_worker * _EACH + os.getpid() * 7 % _EACH)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """One that nobody has now, and that this process has not named before."""
    for number in itertools.islice(_numbers, _MANY):
        port = _FIRST + number % _MANY
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port
    raise AssertionError(f"no port from {_FIRST} to {_FIRST + _MANY} is free")
