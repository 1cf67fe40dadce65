"""A warning as a sheet of A4 for the notice board of a kelurahan: read from two metres, printed by a browser. Pure."""

import base64
import hashlib
from html import escape
from typing import Literal

from pinisi.city.text import Language
from pinisi.console.warning_page import Clock, said_in, shown_in
from pinisi.incidents.cap.feeds import headline, info_in
from pinisi.incidents.cap.model import Alert

_STYLE = """
@page { size: A4; margin: 16mm; }
body { font: 16pt/1.4 system-ui, sans-serif; color: #111; background: #fff; margin: 0 auto; max-width: 178mm; }
.band { background: #111; color: #fff; padding: 5mm 7mm; font-size: 20pt; font-weight: 700; }
.band { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.Extreme .band, .Severe .band { background: #a30f1b; } .Moderate .band { background: #8a5200; }
.mark { border: 3px solid #111; padding: 2mm 4mm; font-weight: 700; text-align: center; margin: 0 0 5mm; }
h1 { font-size: 34pt; line-height: 1.15; margin: 8mm 0 4mm; overflow-wrap: anywhere; }
h2 { font-size: 14pt; margin: 7mm 0 1mm; text-transform: uppercase; letter-spacing: 0.04em; }
p { margin: 0; white-space: pre-line; } .do { font-size: 22pt; font-weight: 600; }
footer { margin-top: 10mm; padding-top: 3mm; border-top: 1px solid #777; font-size: 11pt; overflow-wrap: anywhere; }
"""
CONTENT_SECURITY = b"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" % (
    base64.b64encode(hashlib.sha256(_STYLE.encode()).digest())
)


Standing = Literal["in-force", "over", "exercise"]


def poster(alert: Alert, language: Language, clock: Clock, city: str, standing: Standing) -> str:
    """One language, else the first that the message has. What is not in force, or never was, says so first.

    Raises:
        ValueError: the message says nothing.
    """
    info = info_in(alert, language)
    mark = "" if standing == "in-force" else f'<p class="mark">{shown_in(f"poster.{standing}", language)}</p>'
    how = " · ".join(shown_in(f"{name}.{value}", language) for name, value in _grades(info.severity, info.urgency))
    parts = [
        mark,
        f'<p class="band">{shown_in("poster.warning", language, event=info.event)} · {how}</p>',
        f"<h1>{escape(headline(info))}</h1>",
        _part("page.where", "; ".join(area.description for area in info.areas), language),
        _part("poster.when", _when(info.onset or alert.sent, info.expires, language, clock), language),
        _part("poster.what", info.description, language),
        _part("page.do", info.instruction, language, "do"),
        _part("poster.contact", info.contact, language),
    ]
    by = shown_in("page.by", language, name=info.sender_name or alert.sender, time=clock.of(alert.sent))
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{escape(info.language)}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(headline(info))}</title><style>{_STYLE}</style></head>",
            f'<body><main class="{escape(info.severity)}">',
            *(part for part in parts if part),
            f"</main><footer><p>{escape(city)} · {by}</p><p>{escape(alert.identifier)}</p></footer></body></html>",
        ]
    )


def _grades(severity: str, urgency: str) -> tuple[tuple[str, str], ...]:
    return ("severity", severity), ("urgency", urgency)


def _part(title: str, text: str, language: Language, kind: str = "") -> str:
    """Empty where there is nothing to say."""
    return f'<h2>{shown_in(title, language)}</h2><p class="{kind}">{escape(text)}</p>' if text else ""


def _when(start: str, end: str, language: Language, clock: Clock) -> str:
    told = [("page.from", start), ("page.until", end)]
    return ", ".join(said_in(key, language, time=clock.of(text)) for key, text in told if text)
