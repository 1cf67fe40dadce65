"""A system of the city as its live source shows it: whether it delivers is seen, whatever somebody wrote."""

from collections.abc import Mapping
from typing import Any

from pinisi.console.sources import SourceHealth

CONNECTED_BY = frozenset({"live", "late"})


def state_seen(written: str, source: SourceHealth | None) -> str:
    """Connected is what delivers. A source that has never sent, or no longer does, is not: whatever somebody wrote."""
    if source is None:
        return written
    if source.state in CONNECTED_BY:
        return "connected"
    return "planned" if written in ("connected", "absent") else written


def as_seen(document: dict[str, Any], known: Mapping[str, SourceHealth]) -> dict[str, Any]:
    """A normalized CitySystem whose state is the one that its live source shows, with that source and its last message.

    What names no known source, or is written as it is seen, stays as it is.
    """
    link, state = document.get("dataSource"), document.get("state")
    source = known.get(str(link.get("object"))) if isinstance(link, dict) else None  # pyright: ignore
    written = str(state.get("value")) if isinstance(state, dict) else "absent"  # pyright: ignore
    seen = state_seen(written, source)
    if source is None or seen == written:
        return document
    told: dict[str, Any] = {
        "type": "Property",
        "value": seen,
        "provider": {"type": "Relationship", "object": source.id},
        "method": {"type": "Property", "value": "measured"},
    }
    if source.last_message is not None:
        told["observedAt"] = source.last_message
    return {**document, "state": told}
