"""Signing in with accounts that are kept elsewhere: the list of providers, to one of them, and back."""

from pinisi.console.denied_page import denied
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.people.errors import TooSoon
from pinisi.people.house import House
from pinisi.people.interface import provider_shown
from pinisi.people.oidc.asking import PATH, asking_cookie, asking_in
from pinisi.people.oidc.errors import Denied
from pinisi.people.sessions import set_cookie

_NEVER_KEPT = (b"cache-control", b"no-store")


async def list_providers(house: House, _call: Call) -> Reply:
    return json_reply({"providers": [provider_shown(each) for each in house.people.city_accounts.providers]})


async def go_to_provider(house: House, call: Call) -> Reply:
    there, id = house.people.city_accounts, call.params["provider"]
    provider = there.provider(id)
    try:
        sent = await there.start(id, call.query.get("to", "/"), call.address, house.now())
    except Denied as refusal:
        return denied(provider, refusal.reason, "")
    except TooSoon as too_soon:
        return denied(provider, "too-soon", "", (b"retry-after", b"%d" % too_soon.seconds))
    cookie = asking_cookie(sent.cookie, secure=_secure(house))
    return _sent(sent.address, cookie)


async def come_back(house: House, call: Call) -> Reply:
    there, id = house.people.city_accounts, call.params["provider"]
    provider, forget = there.provider(id), asking_cookie("", secure=_secure(house))
    try:
        arrived = await there.finish(id, call.query, asking_in(call.headers), call.address, house.now)
    except Denied as refusal:
        return denied(provider, refusal.reason, refusal.subject, (b"set-cookie", forget))
    except TooSoon as too_soon:
        return denied(provider, "too-soon", "", (b"retry-after", b"%d" % too_soon.seconds))
    return _sent(arrived.to, set_cookie(arrived.signed_in.cookie, secure=_secure(house)), forget)


def _sent(address: str, *cookies: bytes) -> Reply:
    headers = ((b"location", address.encode()), _NEVER_KEPT, *((b"set-cookie", cookie) for cookie in cookies))
    return Reply(303, headers=headers)


def _secure(house: House) -> bool:
    """Whether the browser must send the cookie over TLS only."""
    return not house.people.loopback or house.people.city_accounts.over_tls


SIGN_IN_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=PATH,
        permission=None,
        endpoint=list_providers,
        summary="Who keeps accounts for this house. Open: whoever signs in has no permission yet.",
    ),
    Route(
        method="GET",
        path=PATH + "/{provider}",
        permission=None,
        endpoint=go_to_provider,
        summary="Sign in with an account that a provider keeps. Open: whoever signs in has no permission yet.",
        parameters=("to",),
        answers=(303, 404, 429, 503),
    ),
    Route(
        method="GET",
        path=PATH + "/{provider}/callback",
        permission=None,
        endpoint=come_back,
        summary="Back from the provider: a session, or a page that says why not. Open: as above.",
        parameters=("code", "state", "iss", "error"),
        answers=(303, 400, 403, 404, 429, 503),
    ),
)
