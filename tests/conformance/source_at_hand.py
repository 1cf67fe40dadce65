"""A context source that says what a test tells it to: over a real socket, late or broken where that is wished."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit


class Asked(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has gone: that is his affair."""


def _is_for(rule: tuple[str, str], method: str, path: str, query: dict[str, str]) -> bool:
    ending, _, named = rule[1].partition("?")
    return rule[0] == method and path.endswith(ending) and (not named or named in query)


class Source:
    """At `origin`. What no rule is for is answered 404; `asked` are the requests, in their order."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        rules = self._rules = dict[tuple[str, str], tuple[int, bytes | None, float, dict[str, str]]]()
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _take(self) -> None:
                parts = urlsplit(self.path)
                path = unquote(parts.path).removeprefix("/ngsi-ld/v1").rstrip("/")
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked.append(Asked(self.command, path, query, headers, json.loads(content) if content else None))
                found = next((rules[rule] for rule in rules if _is_for(rule, self.command, path, query)), None)
                status, body, wait, more = found or (404, b"{}", 0.0, {})
                time.sleep(wait)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                if body is not None and "Content-Type" not in more:
                    self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take

            def log_message(self, format: str, *words: object) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answers(
        self, method: str, path: str, status: int, document: Any, *, after: float = 0.0, **headers: str
    ) -> None:
        """Answer requests whose path ends so; of `path?name` those that have such a parameter.

        Args:
            after: seconds.
            headers: with _ for -.
        """
        body = None if document is None else document if isinstance(document, bytes) else json.dumps(document).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._rules[method, path] = (status, body, after, named)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
