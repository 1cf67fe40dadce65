"""The Link header that names the @context of a request or an answer (NGSI-LD 6.3.5)."""

import re

from pinisi.context.problems import BadRequestData, InvalidRequest

LINK_RELATION = "http://www.w3.org/ns/json-ld#context"
_LINK = re.compile(r"\s*<([^<>]*)>\s*((?:;\s*[\w*\-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+)\s*)*)(?:,|$)")
_PARAMETER = re.compile(r";\s*([\w*\-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_LONGEST = 8_000


def read_link(header: str | None) -> str | None:
    """The address of the @context that a Link header names; None without one.

    Raises:
        InvalidRequest: for what is no Link header.
        BadRequestData: for more than one @context.
    """
    if not header:
        return None
    if len(header) > _LONGEST:
        raise InvalidRequest(f"is longer than {_LONGEST} characters", "Link")
    urls: list[str] = []
    place = 0
    while place < len(header):
        found = _LINK.match(header, place)
        if found is None:
            raise InvalidRequest("is no Link header (RFC 8288)", "Link")
        parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(found[2])}
        if LINK_RELATION in parameters.get("rel", "").split():
            urls.append(found[1].strip())
        place = found.end()
    if len(set(urls)) > 1:
        raise BadRequestData("names more than one @context", "Link")
    return urls[0] if urls else None


def write_link(url: str) -> str:
    """The Link header of an answer in application/json."""
    return f'<{url}>; rel="{LINK_RELATION}"; type="application/ld+json"'
