"""The names by which this server is reached, and what lies at them: against pages that rebind a foreign name to us."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pinisi.console.http import Call
from pinisi.context.context_address import context_id
from pinisi.people.binding import is_loopback
from pinisi.settings import Settings

CONTEXT_PATH = "/pinisi/v1/context.jsonld"
_SLASHES = 2 + CONTEXT_PATH.count("/")
_MOST_MET = 64
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OurNames:
    """Whether a host, an origin or an address is ours."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._met: set[bytes] = set()
        self._hosts = _LOOPBACK | {settings.host, *settings.allowed_hosts}

    def is_host(self, host: bytes) -> bool:
        """Whether a Host header names this server.

        A bare address cannot be rebound; served to others, it is accepted beside the names of `allowed_hosts`.
        """
        if host in self._met:
            return True
        found = self._is_ours(host)
        if found and len(self._met) < _MOST_MET:
            self._met.add(host)
        return found

    def _is_ours(self, host: bytes) -> bool:
        name = _host_name(host.decode("latin-1"))
        return name in self._hosts or (not is_loopback(self._settings.host) and _is_address(name))

    def is_origin(self, origin: bytes, host: bytes) -> bool:
        """Whether a page of that origin may change something here."""
        text = origin.decode("latin-1")
        return _net_location(text) == host.decode("latin-1") or text in self._settings.allowed_origins

    def names_our_context(self, url: str) -> bool:
        """Whether that is the address of our own @context, under any name by which this server is reached."""
        named = url.startswith(("http://", "https://")) and url.endswith(CONTEXT_PATH)
        place = _net_location(url) if named and url.count("/") == _SLASHES else ""
        return bool(place) and self.is_host(place.encode("latin-1", "replace"))

    def id_of_own_context(self, url: str) -> str | None:
        """The local id of an @context that this server hosts, under every address by which it is reached."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
            return None
        id = context_id(parts.path)
        if id is None or not self.is_host(parts.netloc.encode("latin-1", "replace")):
            return None
        return id if port in (None, self._settings.port) or not self._settings.port else None

    def reached_by(self, call: Call) -> str:
        """How the caller reaches this house: `public_address`, else the host that he named."""
        return self._settings.public_address.rstrip("/") or f"http://{call.header(b'host') or ''}"


def _host_name(host: str) -> str:
    """The name of a Host header without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _net_location(address: str) -> str:
    """Host and port of an address; empty where there is none to be read."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
