"""Which CAP a message is: each version has its own namespace."""

from typing import Literal

from pinisi.runtime.xml_tree import Element

Version = Literal["1.0", "1.1", "1.2"]
SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SPACES: dict[str, Version] = {
    "http://www.incident.com/cap/1.0": "1.0",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    SPACE: "1.2",
}
SIGNATURE_SPACE = "http://www.w3.org/2000/09/xmldsig#"


def version_of(root: Element) -> Version | None:
    """None: it is no CAP message at all."""
    return SPACES.get(root.space) if root.name == "alert" else None
