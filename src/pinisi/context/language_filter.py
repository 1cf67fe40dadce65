"""Natural language of an answer (NGSI-LD 4.15): ranges in order of preference against the tags of a languageMap."""

from collections.abc import Sequence
from typing import Any

from pinisi.context.problems import BadRequestData

_MOST_RANGES = 32


def parse_languages(text: str) -> tuple[str, ...]:
    """Read `fr;q=0.2,nl` into ranges, the preferred first (RFC 9110 12.5.4).

    Raises:
        BadRequestData: for a quality that is no number between 0 and 1.
    """
    weighted: list[tuple[float, str]] = []
    for part in text.split(",")[:_MOST_RANGES]:
        tag, _, parameter = part.partition(";")
        if tag.strip():
            weighted.append((_quality(parameter.strip()), tag.strip()))
    if not weighted:
        raise BadRequestData("names no language", "lang")
    return tuple(tag for quality, tag in sorted(weighted, key=lambda pair: -pair[0]) if quality > 0)


def _quality(parameter: str) -> float:
    if not parameter:
        return 1.0
    name, _, number = parameter.partition("=")
    try:
        quality = float(number)
    except ValueError:
        quality = -1.0
    if name.strip() != "q" or not 0 <= quality <= 1:
        raise BadRequestData(f"{parameter!r} is no quality like q=0.8", "lang")
    return quality


def choose_language(words: dict[str, Any], ranges: Sequence[str]) -> str:
    """The tag to serve: the first range that matches one; else the default text, else any."""
    tags = {tag.lower(): tag for tag in words}
    for wanted in ranges:
        if wanted == "*":
            break
        found = _lookup(wanted.lower(), tags)
        if found is not None:
            return found
    return "@none" if "@none" in words else next(iter(words))


def _lookup(wanted: str, tags: dict[str, str]) -> str | None:
    """The same tag, a shorter one, or a longer one (RFC 4647 3.4 and 3.3.1)."""
    shorter = wanted
    while shorter:
        if shorter in tags:
            return tags[shorter]
        shorter = shorter.rpartition("-")[0]
    return next((tag for lower, tag in tags.items() if lower.startswith(wanted + "-")), None)
