"""The way that a request has come: the header Via names every context source that handed it on (NGSI-LD 6.3.18)."""

import re

from pinisi.context.problems import BadRequestData

MOST_HOPS = 16
LONGEST = 4_096
_ENTRY = re.compile(r"\s*(?:[A-Za-z]+/)?\d(?:\.\d)?\s+([!#$%&'*+\-.^_`|~0-9A-Za-z:\[\]/]+)(?:\s*\([^()]*\))?\s*")


def hops(header: str | None) -> tuple[str, ...]:
    """The pseudonyms in a Via header, in the order of the way.

    Raises:
        BadRequestData: it is too long: a request that came so far goes in circles.
    """
    if not header:
        return ()
    if len(header) > LONGEST:
        raise BadRequestData(f"is longer than {LONGEST} characters", "Via")
    names = tuple(found[1] for part in header.split(",") if (found := _ENTRY.fullmatch(part)) is not None)
    if len(names) > MOST_HOPS:
        raise BadRequestData(f"names more than {MOST_HOPS} context sources", "Via")
    return names


def onward(header: str | None, alias: str) -> str:
    """The Via header of a request that is handed on by the context source of this name."""
    mine = f"1.1 {alias}"
    return f"{header.strip()}, {mine}" if header and header.strip() else mine
