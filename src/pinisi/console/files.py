"""The console's own files: built by Vite, compressed at build time, served from memory-mapped small reads.

Names under `assets/` carry their content's hash and are kept by browsers for ever; the page itself is asked anew each
time. Any address of the console (`/now`, `/place/...`) is the one page.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import msgspec

from pinisi.console.http import Call, Reply
from pinisi.console.refusals import refuse

_MEDIA = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".mjs": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".json": b"application/json",
    ".webmanifest": b"application/manifest+json",
    ".woff2": b"font/woff2",
    ".pmtiles": b"application/octet-stream",
    ".txt": b"text/plain; charset=utf-8",
}
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
_ANEW = (b"cache-control", b"no-cache")
POLICY = (
    b"content-security-policy",
    b"default-src 'self'; img-src 'self' data: blob:; style-src 'self'; worker-src 'self' blob:; connect-src 'self'; "
    b"font-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
)
_PAGE_HEADERS = (POLICY, (b"x-frame-options", b"DENY"), (b"permissions-policy", b"camera=(), microphone=()"))
_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
PHONES = {"crew": "/crew.html", "count": "/count.html"}
"""Pages for phones in the field (crews, surveyors): small, and nothing of the console."""
_PAGES = frozenset({"", *PHONES, "now", "events", "place", "time", "programme"})


class _File(msgspec.Struct, frozen=True):
    path: Path
    media: bytes
    encodings: tuple[tuple[bytes, Path], ...]


PublicFile = Callable[[str, str], Path | None]
"""Tenant (empty: the house's own) and name -> the file that anybody may read."""


def console_files(folder: Path, public_file: PublicFile) -> Callable[[Call], Reply | None]:
    """Serve the built console, and public files of cities (basemaps) under `/city/NAME` and `/city/TENANT/NAME`."""
    built = (
        {
            f"/{path.relative_to(folder).as_posix()}": _file(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in _MEDIA
        }
        if folder.is_dir()
        else {}
    )

    def serve(call: Call) -> Reply | None:
        path = unquote(call.path)
        if path.startswith("/city/"):
            tenant, _, name = path.removeprefix("/city/").rpartition("/")
            return _city_file(public_file(tenant, name), call)
        found = built.get(path)
        if found is not None:
            return _reply(found, call, _FOREVER if path.startswith("/assets/") else _ANEW)
        first = path.strip("/").split("/")[0]
        if first in _PAGES:
            page = built.get(PHONES.get(first, "/index.html"))
            if page is None:
                return refuse(503, "The console is not built", "run `make run`, or install the package from a wheel")
            return _reply(page, call, _ANEW)
        return None

    return serve


def _file(path: Path) -> _File:
    encodings = tuple(
        (name, path.with_name(path.name + ending))
        for name, ending in ((b"br", ".br"), (b"gzip", ".gz"))
        if path.with_name(path.name + ending).is_file()
    )
    return _File(path, _MEDIA[path.suffix], encodings)


def _reply(file: _File, call: Call, caching: tuple[bytes, bytes]) -> Reply:
    accepted = _accepted(call.headers.get(b"accept-encoding", b""))
    headers = (caching, (b"vary", b"accept-encoding"), *_PAGE_HEADERS)
    for name, path in file.encodings:
        if name in accepted:
            return Reply(200, path.read_bytes(), file.media, ((b"content-encoding", name), *headers))
    return Reply(200, file.path.read_bytes(), file.media, headers)


def _accepted(header: bytes) -> frozenset[bytes]:
    """The encodings that a reader takes (RFC 9110, 12.5.3); a weight of 0 refuses one."""
    parts = [part.replace(b" ", b"").partition(b";q=") for part in header.lower().split(b",")]
    return frozenset(name for name, _, weight in parts if not weight or weight.strip(b"0."))


def _city_file(path: Path | None, call: Call) -> Reply | None:
    """A file read in ranges."""
    if path is None or not path.is_file():
        return None
    stat = path.stat()
    size = stat.st_size
    etag = b'"%x-%x"' % (stat.st_mtime_ns, size)
    headers = ((b"accept-ranges", b"bytes"), (b"etag", etag), _ANEW)
    if call.headers.get(b"if-none-match") == etag:
        return Reply(304, headers=headers)
    same = call.headers.get(b"if-range", etag) == etag
    span = _range(call.headers.get(b"range"), size) if same else None
    if span is None:
        return Reply(200, path.read_bytes(), _MEDIA[".pmtiles"], headers)
    start, end = span
    if start >= size:
        return Reply(416, headers=((b"content-range", b"bytes */%d" % size),))
    with path.open("rb") as file:
        file.seek(start)
        part = file.read(end - start + 1)
    where = (b"content-range", b"bytes %d-%d/%d" % (start, start + len(part) - 1, size))
    return Reply(206, part, _MEDIA[".pmtiles"], (where, *headers))


def _range(header: bytes | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range (RFC 9110, 14.1.2); None: send all."""
    found = _RANGE.fullmatch(header or b"")
    if found is None:
        return None
    first, last = found[1], found[2]
    if not first:
        return (max(0, size - int(last)), size - 1) if last else None
    start, end = int(first), min(int(last or size), size - 1)
    return (start, end) if start >= size or start <= end else None
