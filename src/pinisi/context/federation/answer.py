"""What came back from a context source, or why nothing did; and the warnings that tell a reader (NGSI-LD 6.3.17)."""

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from pinisi.vocabulary.entity import Entity

Fault = Literal["", "timeout", "unreachable", "cooldown", "loop", "invalid", "refused"]
"""Why there is no use in an answer: none in time, no connection, not asked so soon after a failure, the request came
back to where it began, no NGSI-LD, an error that the source gave."""

WARNING_HEADER = b"ngsild-warning"
MOST_WARNINGS = 20
LONGEST_REASON = 200
_WARNING = re.compile(r'(\d{3}) ([!#-~]+) "((?:[^"\\]|\\.)*)"')


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Of one request to one source. `status` 0: no answer.

    `warnings` are those that the source itself gave; `more`: it says that another page follows.
    `entity_map`: where the map is that it used. `entities`: those that it holds, read already; None: `body` is still to
    be read.
    """

    status: int = 0
    body: bytes = b""
    media: str = ""
    fault: Fault = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()
    more: bool = False
    entity_map: str = ""
    entities: tuple[Entity, ...] | None = None

    @property
    def taken(self) -> bool:
        """Whether the source did what it was asked, in whole or in part (207)."""
        return 200 <= self.status < 300 and not self.fault

    @property
    def empty(self) -> bool:
        """A 404 says that there is nothing, which is no fault of the source."""
        return self.status == 404 and not self.fault


def invalid(answer: Answer, reason: str) -> Answer:
    """The same answer, found to be of no use."""
    return msgspec.structs.replace(answer, fault="invalid", reason=reason)


_CODES: dict[Fault, tuple[int, str]] = {
    "timeout": (199, "no answer in time"),
    "unreachable": (199, "no connection"),
    "cooldown": (199, "not asked again so soon after a failure"),
    "loop": (199, "a registration loop was found"),
    "invalid": (111, "the answer is no NGSI-LD"),
    "refused": (299, "the source refused"),
}


def warning_of(agent: str, source: str, answer: Answer) -> str | None:
    """One value of the header NGSILD-Warning about a source; None if there is nothing to warn of (Table 6.3.17-1).

    Args:
        agent: the alias of this context source.
        source: the id of the registration, so that the reader knows what is missing.
    """
    fault = answer.fault
    if not fault and (answer.taken or answer.empty):
        return None
    code, text = _CODES[fault or "refused"]
    if not fault or fault == "refused":
        text = f"{text}: HTTP {answer.status}"
    return warning(code, agent, f"{source}: {text}")


def warning(code: int, agent: str, text: str) -> str:
    """A warning in the form of RFC 7234, 5.5: code, agent, quoted text."""
    clean = "".join(char if " " <= char <= "~" and char not in '"\\' else "?" for char in text[:LONGEST_REASON])
    return f'{code} {agent} "{clean}"'


def read_warnings(header: str | None) -> tuple[str, ...]:
    """The warnings in a header that a source sent; what is no warning is left out."""
    if not header:
        return ()
    return tuple(found[0] for found in _WARNING.finditer(header[: 8 * 1024]))[:MOST_WARNINGS]


def warning_header(warnings: Iterable[str]) -> tuple[tuple[bytes, bytes], ...]:
    """The header that carries these warnings, each once; none for none."""
    told = list(dict.fromkeys(warnings))[:MOST_WARNINGS]
    return ((WARNING_HEADER, ", ".join(told).encode("latin-1", "replace")),) if told else ()
