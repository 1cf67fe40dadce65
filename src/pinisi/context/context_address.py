"""The address of a hosted @context at this server (NGSI-LD 6.30)."""

from urllib.parse import quote, unquote

JSONLD_CONTEXTS = "/ngsi-ld/v1/jsonldContexts"


def context_path(id: str) -> str:
    """The relative address of a hosted @context."""
    return f"{JSONLD_CONTEXTS}/{quote(id, safe=':')}"


def context_id(path: str) -> str | None:
    """The local id in the path of an address, if it is that of a hosted @context."""
    start = JSONLD_CONTEXTS + "/"
    rest = path.removeprefix(start) if path.startswith(start) else ""
    return unquote(rest) if rest and "/" not in rest else None
