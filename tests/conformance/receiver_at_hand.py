"""A real HTTP receiver in a thread of its own: what is sent to it, in its order."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any, NamedTuple

import pytest

from patience import PATIENCE


class Letter(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str


class Receiver:
    """At `origin`, by whatever path and method; notifications go to `url`."""

    def __init__(self) -> None:
        waiting = self.waiting = Queue[Letter]()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                waiting.put(Letter(self.command, self.path, headers, body))
                self.send_response(204)
                self.end_headers()

            do_POST = do_PUT = do_GET = _take

            def log_message(self, format: str, *words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.url = self.origin + "/notify"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def letter(self) -> Letter:
        return self.waiting.get(timeout=PATIENCE)

    def next(self) -> tuple[dict[str, str], Any]:
        """Headers and document."""
        letter = self.letter()
        return letter.headers, json.loads(letter.body)

    def nothing(self) -> None:
        with pytest.raises(Empty):
            self.waiting.get(timeout=0.3)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
