"""What the house prints: in which language, whose war room it is, with which typefaces, and as which answer."""

import asyncio
from datetime import datetime
from pathlib import Path

from pinisi.city.text import LANGUAGES, Language
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply
from pinisi.console.town import Town
from pinisi.incidents.report.document import Document
from pinisi.incidents.report.typesetting import printed
from pinisi.incidents.report.wording import Tongue

PDF_MEDIA = b"application/pdf"
SHIPPED = Path(__file__).parent / "static" / "assets"
"""Where the built console has its typefaces."""
KEPT = "typefaces"
"""The folder beside the tenants' data that has them ready for paper; it may be deleted at any time."""


def language_of(call: Call) -> Language:
    language = call.query.get("lang", "id")
    if language not in LANGUAGES:
        raise BadRequest("lang", f"one of {', '.join(LANGUAGES)}")
    return language


def wants_pdf(call: Call, usual: str) -> bool:
    """By the parameter `format`; `usual`: where it is missing."""
    form = call.query.get("format", usual)
    if form not in ("pdf", "json"):
        raise BadRequest("format", "pdf or json")
    return form == "pdf"


def tongue_of(town: Town, language: Language) -> Tongue:
    return Tongue(language, town.profile.zone, town.profile.city.time_zone_name)


def room_of(town: Town, tongue: Tongue) -> str:
    """Whose war room it is: the head of every page."""
    city = town.profile.city
    return f"{tongue.text(city.title)} · {city.name}"


async def on_paper(house: House, document: Document, made_at: datetime, name: str) -> Reply:
    """The document as PDF, shown by the browser and saved by it as `name`.pdf.

    Raises:
        CannotPrint, NoTypefaces: see there.
    """
    pdf = await asyncio.to_thread(printed, document, SHIPPED, house.settings.data / KEPT, made_at)
    return Reply(200, pdf, PDF_MEDIA, ((b"content-disposition", f'inline; filename="{name}.pdf"'.encode()),))
