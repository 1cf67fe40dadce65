"""The link in a notice by which its receiver says that he has read it: it needs no account, and cannot be made up."""

import base64
import hashlib
import hmac

from pinisi.incidents.tenant_key import tenant_key
from pinisi.store.protocol import Store

KEY_KIND = "notice-links"
PATH = "/pinisi/v1/told"
_BYTES = 18
_DOMAIN = b"pinisi notice "


async def link_key(store: Store, tenant: str) -> bytes:
    """The tenant's key, made at its first use."""
    return await tenant_key(store, tenant, KEY_KIND)


def token_of(key: bytes, tenant: str, message: str) -> str:
    """`TENANT~MESSAGE~SEAL`."""
    return f"{tenant}~{message}~{_seal(key, tenant, message)}"


def read_token(token: str) -> tuple[str, str, str] | None:
    """Tenant, message and seal, not judged yet; None: it is none."""
    parts = tuple(token.split("~"))
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) and len(token) < 500 else None


def is_ours(key: bytes, tenant: str, message: str, seal: str) -> bool:
    return hmac.compare_digest(_seal(key, tenant, message).encode(), seal.encode("utf-8", "replace"))


def _seal(key: bytes, tenant: str, message: str) -> str:
    made = hmac.new(key, _DOMAIN + f"{tenant}\0{message}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:_BYTES]).decode()
