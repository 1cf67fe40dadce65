"""Warnings for everyone: a page that needs no script, the feeds, and the signed messages themselves."""

from pinisi.city.text import LANGUAGES, Language, fill
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route
from pinisi.console.warning_page import Clock, page
from pinisi.console.warning_poster import CONTENT_SECURITY, poster
from pinisi.incidents.cap.feeds import MEDIA_ATOM, MEDIA_CAP, MEDIA_RSS, Entry, Feed, atom, rss
from pinisi.incidents.cap.reader import read_cap
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


async def get_poster(house: House, call: Call) -> Reply:
    """A released warning as a sheet to print, in one language."""
    language, profile, identifier = _language(call), house.profile, call.params["identifier"]
    alert = read_cap(await house.warnings.message(house.default_tenant, identifier))
    held = await house.warnings.messages_in_force(house.default_tenant, house.now())
    standing = "in-force" if any(each.identifier == identifier for each in held) else "over"
    clock = Clock(profile.zone, profile.city.time_zone_name)
    text = poster(alert, language, clock, profile.city.name, "exercise" if alert.status != "Actual" else standing)
    headers = ((b"cache-control", b"public, max-age=30"), (b"content-security-policy", CONTENT_SECURITY))
    return Reply(200, text.encode(), b"text/html; charset=utf-8", headers)


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


def _open_route(path: str, endpoint: object, summary: str, *, language: bool = True) -> Route:
    return Route(
        method="GET",
        path=path,
        permission=None,
        endpoint=endpoint,  # pyright: ignore[reportArgumentType]
        summary=summary + " (open: warnings are for everyone)",
        parameters=("language",) if language else (),
        answers=(200,) if "{" not in path else (200, 404),
    )


PUBLIC_WARNING_ROUTES: tuple[Route, ...] = (
    _open_route(PATH, get_page, "The warnings in force as a page"),
    _open_route(PATH + ".atom", get_atom, "The warnings in force as an Atom feed"),
    _open_route(PATH + ".rss", get_rss, "The warnings in force as an RSS feed"),
    _open_route(
        PATH + "/{identifier}", get_message, "A released warning: the signed CAP message, byte for byte", language=False
    ),
    _open_route(PATH + "/{identifier}/poster", get_poster, "A released warning as a sheet of A4 to print"),
)
