"""A sample that is a zip file of tables: taken apart and put together again."""

import zipfile
from collections.abc import Mapping
from io import BytesIO


def unpacked(body: bytes) -> dict[str, bytes] | None:
    """The files of a zip; None for anything else."""
    if not body.startswith(b"PK\x03\x04"):
        return None
    with zipfile.ZipFile(BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, body in files.items():
            written.writestr(name, body)
    return out.getvalue()
