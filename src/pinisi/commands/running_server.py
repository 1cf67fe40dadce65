"""A running Pinisi, asked over HTTP by a command that may not write beside it."""

import json
from typing import TYPE_CHECKING, Any

from pinisi.commands.failure import CommandFailed
from pinisi.runtime.occupancy import Occupant

if TYPE_CHECKING:
    from urllib.error import HTTPError

LONGEST_PAUSE_S = 120


class NoAnswer(CommandFailed):
    """The server does not answer (yet), or not in JSON."""


class RunningServer:
    """`permission` is what the command needs there.

    Raises:
        CommandFailed: the process that holds the data folder serves nothing.
    """

    def __init__(self, holder: Occupant, tenant: str, token: str, permission: str) -> None:
        if not holder.url:
            raise CommandFailed(f"process {holder.pid} holds the data folder but serves nothing; wait until it is done")
        self.url = holder.url
        self._permission = permission
        self._headers = ({"NGSILD-Tenant": tenant} if tenant else {}) | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )

    def ask(self, path: str, body: bytes | None = None, media: str = "application/json") -> Any:
        """GET, or POST of a body; answers the JSON. No proxy is asked: the server is on this machine.

        Raises:
            CommandFailed: the server refuses it.
            NoAnswer: see there.
        """
        from urllib.error import HTTPError
        from urllib.request import ProxyHandler, Request, build_opener

        headers = self._headers | ({} if body is None else {"Content-Type": media})
        request = Request(self.url + path, body, headers, method="GET" if body is None else "POST")
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=LONGEST_PAUSE_S) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            raise CommandFailed(self._refusal(error)) from error
        except (OSError, ValueError) as error:
            raise NoAnswer(f"the server at {self.url} does not answer: {error}") from error

    def _refusal(self, error: "HTTPError") -> str:
        if error.code in (401, 403):
            return (
                f"the server asks who you are: set PINISI_TOKEN to a token with the permission {self._permission} "
                "(pinisi token add), or stop the server"
            )
        try:
            detail = json.loads(error.read()).get("detail", "")
        except (ValueError, AttributeError, OSError):
            detail = ""
        return f"the server refused it (HTTP {error.code}): {detail or 'look at its output'}"
