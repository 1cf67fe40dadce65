"""What clause 3.2.3 demands of resources beyond the schema."""

import base64
import binascii
import hashlib
import re

from pinisi.incidents.cap.findings import Report
from pinisi.incidents.cap.info_rules import is_absolute
from pinisi.incidents.cap.places import At

_MIME = re.compile(
    r"(application|audio|font|image|message|model|multipart|text|video)/[\w.+*-]+(\s*;.*)?", re.ASCII | re.IGNORECASE
)
_SHA1 = re.compile(r"[0-9a-fA-F]{40}", re.ASCII)


def check_resources(root: At, report: Report) -> None:
    places: dict[str, str] = {}
    for at in root.all("info", "resource"):
        _resource(at, report)
        digest, place = at.said("digest").lower(), at.said("uri")
        if digest and place and places.setdefault(place, digest) != digest:
            report.add("resource.two-digests", at.path, at.line, said=place)


def _resource(at: At, report: Report) -> None:
    description, mime = at.first("resourceDesc"), at.first("mimeType")
    if description is not None and not description.text:
        report.add("resource.words", description.path, description.line)
    if mime is not None and _MIME.fullmatch(mime.text) is None:
        report.add("resource.mime", mime.path, mime.line, said=mime.text)
    size = at.first("size")
    if size is not None and size.text.startswith("-"):
        report.add("resource.size", size.path, size.line, said=size.text)
    _place(at, report)
    _content(at, report)


def _place(at: At, report: Report) -> None:
    uri = at.first("uri")
    if uri is None or not uri.text:
        if not at.said("derefUri"):
            report.add("resource.nowhere", at.path, at.line)
    elif re.search(r"\s", uri.text):
        report.add("resource.uri", uri.path, uri.line, said=uri.text)
    elif not is_absolute(uri.text) and not at.said("derefUri"):
        report.add("resource.relative", uri.path, uri.line, said=uri.text)


def _content(at: At, report: Report) -> None:
    """The file in the message itself, and its digest (SHA-1, FIPS 180-2)."""
    inside, digest = at.first("derefUri"), at.first("digest")
    if digest is not None and digest.text and _SHA1.fullmatch(digest.text) is None:
        report.add("resource.digest-form", digest.path, digest.line, said=digest.text)
        digest = None
    if inside is None or not inside.text:
        return
    try:
        content = base64.b64decode("".join(inside.text.split()), validate=True)
    except (binascii.Error, ValueError):
        report.add("resource.base64", inside.path, inside.line)
        return
    if (
        digest is not None
        and digest.text
        and hashlib.sha1(content, usedforsecurity=False).hexdigest() != digest.text.lower()
    ):
        report.add("resource.digest", digest.path, digest.line, said=digest.text)
