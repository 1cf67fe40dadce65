"""One account of an exercise, signed in over HTTP: what scripted players and the attendant sit at."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE_S = 60
ROOT = "/pinisi/v1"


class Refused(Exception):
    """The server said no; `status` is HTTP's."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Seat:
    def __init__(self, url: str, account: str) -> None:
        self.url = url
        self.account = account
        self._cookie = ""
        self._opener = build_opener(ProxyHandler({}))

    def sign_in(self, password: str) -> None:
        """Raises `OSError` as long as nobody listens, `Refused`."""
        body = json.dumps({"account": self.account, "password": password}).encode()
        request = Request(f"{self.url}{ROOT}/login", body, {"Content-Type": "application/json"})
        with self._open(request) as answer:
            self._cookie = answer.headers["set-cookie"].partition(";")[0]

    def get(self, path: str) -> Any:
        return json.loads(self.read(path))

    def read(self, path: str) -> bytes:
        with self._open(Request(f"{self.url}{ROOT}/{path}", None, {"Cookie": self._cookie})) as answer:
            return bytes(answer.read())

    def post(self, path: str, body: Any) -> Any:
        headers = {"Cookie": self._cookie, "Content-Type": "application/json"}
        with self._open(Request(f"{self.url}{ROOT}/{path}", json.dumps(body).encode(), headers)) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def act(self, incident: str, act: str, **more: Any) -> Any:
        return self.post(f"incidents/{quote(incident, safe='')}/acts", {"act": act, **more})

    def _open(self, request: Request) -> Any:
        try:
            return self._opener.open(request, timeout=PATIENCE_S)
        except HTTPError as error:
            try:
                detail = str(json.loads(error.read()).get("detail", ""))
            except (ValueError, AttributeError):
                detail = ""
            raise Refused(error.code, detail or error.reason) from None
