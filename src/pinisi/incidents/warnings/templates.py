"""The texts that a city keeps ready for its warnings: `warnings.toml` of its folder, else the defaults of Pinisi.

A warning is worded by a person; a template is where he begins. {place} stands for the name of the area.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.reading import read_toml
from pinisi.incidents.cap.model import Category, Certainty, ResponseType, Severity, Urgency

FILE = "warnings.toml"
PLACE = "{place}"
MOST_HOURS = 30 * 24


class BadTemplates(ValueError):
    """The city's file cannot be used; names the file, the field and why."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in one language."""

    event: str
    headline: str
    description: str = ""
    instruction: str = ""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`incidents`: categories of incidents that it fits; `hours`: how long such a warning holds, unless said otherwise.

    Of a language that is not there nothing is said.
    """

    code: str
    incidents: tuple[str, ...] = ()
    category: Category
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    responses: tuple[ResponseType, ...] = ()
    hours: float = 6
    id: Said | None = None
    en: Said | None = None
    ja: Said | None = None


class Templates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`contact`: whom the public can ask; it stands in each new warning. `own`: they are the city's."""

    contact: str = ""
    templates: tuple[Template, ...] = ()
    own: bool = False


def templates_of(folder: Path) -> Templates:
    """The city's; what its file leaves out are the defaults.

    Raises:
        BadTemplates: see there.
    """
    path = folder / FILE
    if not path.is_file():
        return _defaults()
    try:
        own = read_toml(path, Templates)
    except CityError as error:
        raise BadTemplates(f"{FILE}: {error.field or 'the file'}: {error.reason}") from None
    _check(own)
    return msgspec.structs.replace(own, templates=own.templates or _defaults().templates, own=bool(own.templates))


def _check(read: Templates) -> None:
    codes: set[str] = set()
    for number, template in enumerate(read.templates, 1):
        if not template.code or template.code in codes:
            raise BadTemplates(f"{FILE}: templates, entry {number}: code is empty or stands twice")
        if not 0 < template.hours <= MOST_HOURS:
            raise BadTemplates(f"{FILE}: templates, {template.code}: hours must be more than 0, at most {MOST_HOURS}")
        if template.id is None and template.en is None and template.ja is None:
            raise BadTemplates(f"{FILE}: templates, {template.code}: has words in no language")
        codes.add(template.code)


@cache
def _defaults() -> Templates:
    text = files("pinisi.incidents.warnings").joinpath("templates.toml").read_bytes()
    read = msgspec.toml.decode(text, type=Templates)
    _check(read)
    return read
