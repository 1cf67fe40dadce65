"""The published messages of `cap_examples`, whole; see its SOURCES.md."""

import hashlib
import lzma
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

EXAMPLES = Path(__file__).parent / "cap_examples"
BMKG = Path(__file__).parents[1] / "services" / "bmkg"

SIGNATURE = re.compile(rb"    <ds:Signature .*</ds:Signature>\n", re.DOTALL)
EDITS: Mapping[str, tuple[tuple[bytes, bytes], ...]] = {
    "tg/invalid_certificate": ((b"/P11GSQ9w==", b"/P11GSQ9x=="),),
    "tg/invalid_digest": ((b"FjH2c4SM1NJ4sVjbNb3U=", b"FjH2c4SM1NJ4sVjbNb3V="),),
    "tg/invalid_signature": ((b"VlkRnlg==", b"VlkRnlh=="),),
    "tg/invalid_schema": ((b"        <certainty>Observed</certainty>\n", b""),),
    "bf/invalid_certificate": ((b"CIEj5ZiDLz/kqIzNJ", b"CIFj5ZiDLz/kqIzNJ"), (b"IgdpKTAs\n", b"IgdpKHB\n")),
    "bf/invalid_digest": ((b"UoCEXykHrCe+Vdc=", b"UoCEXykHrCe+Vdd="),),
    "bf/invalid_signature": ((b"QMiynFy6jDQfQ==", b"QMiynFy6jDQfW=="),),
    "bf/invalid_schema": ((b"        <severity>Moderate</severity>\n", b""),),
}
SUMS = {
    "tg/invalid_certificate": "4dba2224ad3bfd566885aca2344c01c99788b80b08a4c4ea07b476464a483e26",
    "tg/invalid_digest": "d30f7a60e16da369fd4ceae25ec29d3b2a2d3f57d28bdb8f59c0dc99fc2d0c52",
    "tg/invalid_signature": "121ed834f1940e73ce94ddabd2922579cd9ed527abf4719b034007f1f3a1be35",
    "tg/no_signature": "e8b218a9a7598d89050a1c315fe13c86a9465a520d6067fa950c63ef29cd059e",
    "tg/invalid_schema": "6f105de1a7a763af81b2d2656d368e92890762c9394200738b7963ce62736ac5",
    "bf/invalid_certificate": "50061ba0536baab50913e136d8d63d847a170624ac890881107c3c3eb0b9b613",
    "bf/invalid_digest": "4b00b577f6e2d2f27d831faaac73c635bb9b82f28eaec3e81ddabc0bad74238a",
    "bf/invalid_signature": "7dbf4002ca5df52cebcb3a23360199a542b68f92a2620eb8531b627496c9c979",
    "bf/no_signature": "6735c15446a2722b763bba8d8d0570471e37c66e4e49240ae4ba8983018e5213",
    "bf/invalid_schema": "765264d59acea2bbb97d9e31b37a26966741ff9304e0e489d4654d379e6743f7",
}
"""SHA-256 of the files as published."""


@cache
def message(name: str) -> bytes:
    """A file by its name below `cap_examples`; `wmo/tg/...` and `wmo/bf/...` are made from their valid ones."""
    if name.startswith("bmkg/"):
        return (BMKG / name.removeprefix("bmkg/")).read_bytes()
    if not name.startswith(("wmo/tg/", "wmo/bf/")):
        return (EXAMPLES / name).read_bytes()
    variant = name.removeprefix("wmo/").removesuffix(".xml")
    body = _valid(variant.partition("/")[0])
    if variant.endswith("/valid"):
        return body
    if variant.endswith("/no_signature"):
        body = SIGNATURE.sub(b"", body)
    for old, new in EDITS.get(variant, ()):
        assert body.count(old) == 1
        body = body.replace(old, new)
    assert hashlib.sha256(body).hexdigest() == SUMS[variant], variant
    return body


def _valid(country: str) -> bytes:
    if country == "bf":
        return lzma.decompress((EXAMPLES / "wmo" / "bf_valid.xml.xz").read_bytes())
    return (EXAMPLES / "wmo" / f"{country}_valid.xml").read_bytes()


def certificate_in(body: bytes) -> bytes:
    """The first certificate that a message carries, as PEM."""
    found = re.search(rb"<ds:X509Certificate>(.*?)</ds:X509Certificate>", body, re.DOTALL)
    assert found is not None
    return b"-----BEGIN CERTIFICATE-----\n" + found.group(1).strip() + b"\n-----END CERTIFICATE-----\n"
