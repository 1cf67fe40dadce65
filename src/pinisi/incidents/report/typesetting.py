"""A document on paper: set by typst (extra `reports`), which is loaded when somebody prints for the first time."""

from datetime import datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import msgspec

from pinisi.incidents.report.document import Document
from pinisi.incidents.report.typefaces import typefaces_for

PIXELS_AN_INCH = 110
_NEEDED = ("typst", "fontTools", "brotli")
_encode = msgspec.json.Encoder().encode


class CannotPrint(Exception):
    """The extra that prints is not installed; says how to install it."""


def printed(document: Document, shipped: Path, kept: Path, made_at: datetime) -> bytes:
    """The document as PDF, with tags for readers. `shipped`, `kept`: see `typefaces_for`. Takes a moment: off the loop.

    Raises:
        CannotPrint, NoTypefaces: see there.
    """
    return cast("bytes", _compiled(document, shipped, kept, format="pdf", timestamp=made_at.replace(microsecond=0)))


def pictured(document: Document, shipped: Path, kept: Path) -> list[bytes]:
    """Its pages as PNG.

    Raises:
        CannotPrint, NoTypefaces: see there.
    """
    pages = _compiled(document, shipped, kept, format="png", ppi=PIXELS_AN_INCH)
    return cast("list[bytes]", pages) if isinstance(pages, list) else [cast("bytes", pages)]


def _compiled(document: Document, shipped: Path, kept: Path, **form: Any) -> Any:
    if any(find_spec(name) is None for name in _NEEDED):
        raise CannotPrint("to print, install the extra: pip install 'pinisi[reports]'")
    import typst

    body = _encode(document).decode()
    chosen = typefaces_for(body, shipped, kept)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(chosen.folder)])
    inputs = {"document": body, "families": _encode(chosen.families).decode()}
    page = files("pinisi.incidents.report").joinpath("page.typ").read_bytes()
    return typst.Compiler(font_paths=fonts, sys_inputs=inputs).compile(page, **form)
