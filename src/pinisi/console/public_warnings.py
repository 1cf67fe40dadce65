"""Warnings for everyone: a page that needs no script, the feeds, and the signed messages themselves."""

from pinisi.city.text import LANGUAGES, Language, fill
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.warning_page import page
from pinisi.incidents.cap.feeds import MEDIA_ATOM, MEDIA_CAP, MEDIA_RSS, Entry, Feed, atom, rss
from pinisi.incidents.cap.words import words

PATH = "/pinisi/v1/public/warnings"
_HEADERS = (
    (b"cache-control", b"public, max-age=30"),
    (b"access-control-allow-origin", b"*"),
)
_PAGE_HEADERS = (
    (b"cache-control", b"public, max-age=30"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
)


async def get_page(house: House, call: Call) -> Reply:
    language = _language(call)
    now, profile = house.now(), house.profile
    alerts = await house.warnings.messages_in_force(house.default_tenant, now)
    city = profile.city
    text = page(alerts, language, city.name, profile.zone, city.time_zone_name, now)
    return Reply(200, text.encode(), b"text/html; charset=utf-8", _PAGE_HEADERS)


async def get_atom(house: House, call: Call) -> Reply:
    return Reply(200, atom(*await _feed(house, call, "atom")), MEDIA_ATOM.encode(), _HEADERS)


async def get_rss(house: House, call: Call) -> Reply:
    return Reply(200, rss(*await _feed(house, call, "rss")), MEDIA_RSS.encode(), _HEADERS)


async def get_message(house: House, call: Call) -> Reply:
    """Exactly the bytes that were released; also of warnings that are over."""
    body = await house.warnings.message(house.default_tenant, call.params["identifier"])
    return Reply(200, body, MEDIA_CAP.encode(), _HEADERS)


async def _feed(house: House, call: Call, form: str) -> tuple[Feed, list[Entry], int]:
    language, now = _language(call), house.now()
    base = _base(call) + PATH
    title = fill(words()["page.title"], city=house.profile.city.name)
    feed = Feed(
        title=str(getattr(title, language)),
        language=language,
        author=house.profile.city.name,
        address=f"{base}.{form}?language={language}",
        page=f"{base}?language={language}",
    )
    alerts = await house.warnings.messages_in_force(house.default_tenant, now)
    return feed, [Entry(alert, f"{base}/{alert.identifier}", feed.page) for alert in alerts], now


def _base(call: Call) -> str:
    """How the caller reached us; behind a proxy that ends TLS, as that says."""
    scheme = "https" if (call.header(b"x-forwarded-proto") or "") == "https" else "http"
    return f"{scheme}://{call.header(b'host') or 'localhost'}"


def _language(call: Call) -> Language:
    """As asked for, else as the browser prefers, else Indonesian."""
    asked = call.query.get("language", "")
    for each in (asked, *(part.partition(";")[0] for part in (call.header(b"accept-language") or "").split(","))):
        for language in LANGUAGES:
            if each.strip().lower().partition("-")[0] == language:
                return language
    return "id"


def _open_route(path: str, endpoint: object, summary: str) -> Route:
    return Route(
        method="GET",
        path=path,
        permission=None,
        endpoint=endpoint,  # pyright: ignore[reportArgumentType]
        summary=summary + " (open: warnings are for everyone)",
        parameters=("language",) if "{" not in path else (),
        answers=(200,) if "{" not in path else (200, 404),
    )


PUBLIC_WARNING_ROUTES: tuple[Route, ...] = (
    _open_route(PATH, get_page, "The warnings in force as a page"),
    _open_route(PATH + ".atom", get_atom, "The warnings in force as an Atom feed"),
    _open_route(PATH + ".rss", get_rss, "The warnings in force as an RSS feed"),
    _open_route(PATH + "/{identifier}", get_message, "A released warning: the signed CAP message, byte for byte"),
)
