"""A real provider of NGSI v2 in a thread of its own: measures when it is asked, does what it is told, as an agent."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any, NamedTuple

from patience import PATIENCE

Entities = list[dict[str, Any]]


class Asked(NamedTuple):
    path: str
    headers: dict[str, str]
    document: Any


class Provider:
    """At `url`; `knows` answers a question, `does` a command: each gives status and document."""

    def __init__(self) -> None:
        self.asked = Queue[Asked]()
        self.knows: Callable[[Any], tuple[int, Any]] = lambda document: (200, [])
        self.does: Callable[[Any], tuple[int, Any]] = lambda document: (204, None)
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                document = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                provider.asked.put(Asked(self.path, headers, document))
                asks = self.path.partition("?")[0].endswith("/op/query")
                status, answer = (provider.knows if asks else provider.does)(document)
                body = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/agent"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self) -> Asked:
        return self.asked.get(timeout=PATIENCE)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
