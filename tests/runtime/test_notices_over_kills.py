"""kill -9 while notices go out: none is lost, none is made twice, and what may have come twice has one id."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
from running import Running, running

from patience import PATIENCE

INCIDENTS = 12


class Receiver(BaseHTTPRequestHandler):
    """Takes every third POST without ever answering it, until it is told to answer all."""

    protocol_version = "HTTP/1.1"
    ids: ClassVar[list[str]] = []
    told: ClassVar[list[str]] = []
    news = threading.Condition()
    answering = threading.Event()

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        body = httpx.Response(200, content=raw).json()
        with self.news:
            self.ids.append(self.headers["webhook-id"])
            self.told += [notice["incident"] for notice in body["notices"]]
            self.news.notify_all()
            number = len(self.ids)
        if number % 3 == 0:
            self.answering.wait(PATIENCE)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return


def post(pinisi: Running, path: str, body: dict[str, Any]) -> Any:
    answer = httpx.post(f"{pinisi.address}/pinisi/v1/{path}", json=body, timeout=PATIENCE)
    assert answer.status_code == 201, answer.text
    return answer.json()


def until_told(incidents: set[str]) -> None:
    with Receiver.news:
        assert Receiver.news.wait_for(lambda: incidents <= set(Receiver.told), PATIENCE)


def deliveries(pinisi: Running) -> list[dict[str, Any]]:
    """All of them, once none waits or is under way any more."""
    while True:
        answer = httpx.get(f"{pinisi.address}/pinisi/v1/notices?limit=200", timeout=PATIENCE).json()
        found = [each for notice in answer["notices"] for each in notice["deliveries"]]
        if all(each["state"] in ("taken", "dead") for each in found):
            return found


def test_after_kill_9_every_notice_arrives_and_each_was_owed_once(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/hook"
    contact = {"name": "Hook", "groups": ["supervisor"], "channel": "webhook", "address": address}
    wish = {"title": "Fire", "severity": "danger", "category": "fire", "priority": 1, "location": [119.49, -5.17]}
    with running(tmp_path / "data") as pinisi:
        post(pinisi, "contacts", contact)
        raised = {post(pinisi, "incidents", wish)["id"] for _ in range(INCIDENTS)}
        with Receiver.news:
            assert Receiver.news.wait_for(lambda: len(Receiver.ids) >= 3, PATIENCE)
        pinisi.process.kill()
    Receiver.answering.set()
    with running(tmp_path / "data") as pinisi:
        until_told(raised)
        found = deliveries(pinisi)
    server.shutdown()
    assert len(found) == INCIDENTS
    assert {each["state"] for each in found} == {"taken"}
    twice = {id for id, count in Counter(Receiver.ids).items() if count > 1}
    assert twice <= {each["message"] for each in found if each["unsure"]}
    assert set(Receiver.ids) == {each["message"] for each in found}
