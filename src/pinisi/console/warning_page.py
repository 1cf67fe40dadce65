"""The public page of warnings: plain HTML that a slow phone, a printer and a screen reader all can show."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from pinisi.city.text import LANGUAGES, Language, fill
from pinisi.incidents.cap.feeds import headline, info_in
from pinisi.incidents.cap.model import Alert, Info
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.words import words
from pinisi.vocabulary.instant import Instant

NAMES = {"id": "Bahasa Indonesia", "en": "English", "ja": "日本語"}
STYLE = """
:root{color-scheme:light dark}
body{font:1.05rem/1.55 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1rem}
nav a,nav strong{margin-right:1rem}
article{border:1px solid currentColor;border-left-width:.6rem;border-radius:.4rem}
article{margin:1.2rem 0;padding:.2rem 1rem 1rem}
article.Extreme,article.Severe{border-left-color:#c1121f}
article.Moderate{border-left-color:#d97706}
article.Minor,article.Unknown{border-left-color:#6b7280}
h2{margin:.6rem 0 .2rem}
p{margin:.5rem 0;white-space:pre-line}
.how{font-weight:600}
footer,.by{font-size:.92rem}
"""


def page(alerts: Sequence[Alert], language: Language, city: str, zone: ZoneInfo, zone_name: str, now: Instant) -> str:
    """All that is in force, the newest first, in one language; a warning that lacks it is told in its own."""
    title = shown_in("page.title", language, city=city)
    clock = Clock(zone, zone_name)
    told = [article(alert, language, clock) for alert in alerts] or [f"<p>{shown_in('page.none', language)}</p>"]
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{language}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="refresh" content="120">',
            f"<title>{title}</title>",
            *(
                f'<link rel="alternate" type="application/{form}+xml" href="warnings.{form}?language={language}">'
                for form in ("atom", "rss")
            ),
            f"<style>{STYLE}</style></head>",
            f"<body><header><h1>{title}</h1>{_languages(language)}",
            f"<p>{shown_in('page.as-of', language, time=clock.shown(now))}</p></header>",
            "<main>",
            *told,
            "</main>",
            f"<footer><p>{shown_in('page.feeds', language)}{_feeds(language)}</p></footer>",
            "</body></html>",
        ]
    )


class Clock:
    """Times as the city writes them."""

    def __init__(self, zone: ZoneInfo, name: str) -> None:
        self._zone, self._name = zone, name

    def shown(self, moment: Instant) -> str:
        return f"{datetime.fromtimestamp(moment / 1_000_000, self._zone):%Y-%m-%d %H:%M} {self._name}"

    def of(self, text: str) -> str:
        """Empty for none."""
        moment = instant_of(text)
        return "" if moment is None else self.shown(moment)


def article(alert: Alert, language: Language, clock: Clock) -> str:
    """One message in one language, as it stands on the page."""
    info = info_in(alert, language)
    parts = [
        f'<article class="{escape(info.severity)}" lang="{escape(info.language)}">',
        f"<h2>{escape(headline(info))}</h2>",
        f'<p class="how" lang="{language}">{_how(info, language)} · {_when(info, language, clock)}</p>',
        f"<p><strong>{shown_in('page.where', language)}:</strong> {escape(_where(info))}</p>",
        f"<p>{escape(info.description)}</p>",
    ]
    if info.instruction:
        parts.append(f"<p><strong>{shown_in('page.do', language)}:</strong> {escape(info.instruction)}</p>")
    if info.contact:
        parts.append(f"<p>{shown_in('page.contact', language, text=info.contact)}</p>")
    by = shown_in("page.by", language, name=info.sender_name or alert.sender, time=clock.of(alert.sent))
    link = f'<a href="warnings/{escape(alert.identifier)}">{shown_in("page.signed", language)}</a>'
    return "\n".join([*parts, f'<p class="by">{by} · {link}</p>', "</article>"])


def _how(info: Info, language: Language) -> str:
    return f"{shown_in(f'severity.{info.severity}', language)} · {shown_in(f'urgency.{info.urgency}', language)}"


def _when(info: Info, language: Language, clock: Clock) -> str:
    told = [
        shown_in(f"page.{word}", language, time=clock.of(text))
        for word, text in (("from", info.onset), ("until", info.expires))
        if text
    ]
    return ", ".join(told)


def _where(info: Info) -> str:
    return "; ".join(area.description for area in info.areas)


def _languages(language: Language) -> str:
    links = [
        f"<strong>{NAMES[each]}</strong>"
        if each == language
        else f'<a href="?language={each}" hreflang="{each}" lang="{each}">{NAMES[each]}</a>'
        for each in LANGUAGES
    ]
    return f"<nav>{''.join(links)}</nav>"


def _feeds(language: Language) -> str:
    return " · ".join(f'<a href="warnings.{form}?language={language}">{form.upper()}</a>' for form in ("atom", "rss"))


def shown_in(key: str, language: Language, **values: str) -> str:
    """Words of the public page, as HTML."""
    return escape(said_in(key, language, **values))


def said_in(key: str, language: Language, **values: str) -> str:
    return str(getattr(fill(words()[key], **values), language))
