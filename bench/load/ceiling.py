"""The ceiling: the bare server sends given bytes from memory and does nothing else. `ceiling.py FILE --port N`."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

_CONTEXT = b"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
_LINK = b'<%s>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"' % _CONTEXT


def application(body: bytes) -> Any:
    """Answers every request with the bytes, and the headers that the product sends."""
    headers = [
        (b"content-type", b"application/json"),
(b"link", _LINK),
        (b"content-length", b"%d" % len(body)),
    ]  # fmt: skip

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print("ready", flush=True)


def main() -> None:
    file, port = Path(sys.argv[1]), int(sys.argv[3])
    config = uvicorn.Config(
        application(file.read_bytes()), port=port, http="httptools", ws="none", lifespan="off", access_log=False,
        log_level="critical", server_header=False, date_header=False,
    )  # fmt: skip
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_Server(config).serve())


if __name__ == "__main__":
    main()
