"""The same requests to two brokers: their answers must be the same but for times and for ids that they made up."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import unquote

import httpx
from broker_at_hand import Broker
from drawn_fragments import MOMENTS
from receiver_at_hand import Receiver

PLACE = "http://receiver.example"
"""Stands for the address of each broker's own receiver, in what is sent and in what is compared."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_MADE_UP = re.compile(r"(?<=Instance:)\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}")
_DELIVERY = ("status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure")
_COMPARED = ("content-type", "ngsild-results-count", "content-range", "location", "link", "ngsild-warning")
Headers = Sequence[dict[str, str]]
"""Those of the first and of the second broker: each calls a snapshot or a map by a name of its own."""
NONE: Headers = ({}, {})


class Side:
    """One broker, in a tenant, and who is notified by it."""

    def __init__(self, broker: Broker, receiver: Receiver) -> None:
        self.broker = broker
        self.receiver = receiver

    def call(
        self, method: str, path: str, body: Any, headers: dict[str, str], query: Mapping[str, str]
    ) -> httpx.Response:
        content = None if body is None else json.dumps(body).replace(PLACE, self.receiver.origin).encode()
        words: dict[str, Any] = {**query}
        return self.broker.call(method, path, content, headers=headers or None, **words)

    def plain(self, text: str) -> str:
        return text.replace(self.receiver.origin, PLACE)


class Alike:
    """What both answered: status, body and headers, as the first told them; where they differ, the test fails."""

    def __init__(self, answers: list[httpx.Response], sides: list[Side]) -> None:
        self.answers = answers
        told = [_comparable(answer, side) for answer, side in zip(answers, sides, strict=True)]
        asked = answers[0].request
        assert told[0] == told[1], f"{asked.method} {asked.url}: {answers[0].text}\n{answers[1].text}"
        self.status = answers[0].status_code
        self.text = answers[0].text

    def json(self) -> Any:
        return self.answers[0].json()

    def header(self, name: str) -> list[str]:
        """A header as each of them gave it."""
        return [answer.headers[name] for answer in self.answers]


def both(
    sides: list[Side], method: str, path: str | Sequence[str], body: Any, headers: Headers, query: Mapping[str, str]
) -> Alike:
    """Ask both. `path`: one for both, or one for each."""
    paths = (path, path) if isinstance(path, str) else path
    answers = [
        side.call(method, own, body, header, query) for side, own, header in zip(sides, paths, headers, strict=True)
    ]
    return Alike(answers, sides)


def _comparable(answer: httpx.Response, side: Side) -> Any:
    headers = {name: _masked(unquote(side.plain(answer.headers[name]))) for name in _COMPARED if name in answer.headers}
    headers = {name: value.replace(str(answer.request.url.netloc, "ascii"), "") for name, value in headers.items()}
    return answer.status_code, headers, alike(side.plain(answer.text))


def alike(text: str) -> Any:
    """A document with the times of this run by their order alone, and without what was made up."""
    times = sorted({time for time in _TIME.findall(text) if time not in MOMENTS}, key=_fraction)
    for number, time in enumerate(times):
        text = text.replace(time, f"<time {number}>")
    text = _MADE_UP.sub("<made up>", text)
    return _without_deliveries(json.loads(text)) if text[:1] in ("{", "[") else text


def _fraction(time: str) -> str:
    """Comparable as text: with six digits after the second."""
    whole, _, digits = time.rstrip("Z").partition(".")
    return f"{whole}.{digits.ljust(6, '0')}"


def _masked(text: str) -> str:
    return _MADE_UP.sub("<made up>", _TIME.sub(lambda found: found[0] if found[0] in MOMENTS else "<time>", text))


def _without_deliveries(document: Any) -> Any:
    if isinstance(document, list):
        return [_without_deliveries(item) for item in cast(list[Any], document)]
    if not isinstance(document, dict):
        return document
    members = cast(dict[str, Any], document)
    if "endpoint" in members:
        members = {name: content for name, content in members.items() if name not in _DELIVERY}
    return {name: _without_deliveries(content) for name, content in members.items()}
