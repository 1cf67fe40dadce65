"""Signing in and out, accounts, tokens and the audit trail over HTTP. Refusals are raised: `refusals.py` answers."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import get_args

import msgspec
from msgspec import UNSET

from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.people.account_register import AccountChange, NewAccount
from pinisi.people.accounts import Account, account_of, principal_id
from pinisi.people.errors import BadField, NotAllowed
from pinisi.people.house import House
from pinisi.people.interface import (
    AccountRequest,
    PasswordRequest,
    SignInRequest,
    TokenRequest,
    account_shown,
    line_shown,
    session_shown,
    token_shown,
    wish_of,
)
from pinisi.people.kept import PEOPLE
from pinisi.people.requests import read_request
from pinisi.people.sessions import clear_cookie, cookie_in, session_id, set_cookie
from pinisi.people.sign_in import SignedIn
from pinisi.people.trail import LONGEST_PAGE, AuditQuery, read_trail
from pinisi.store.log import Op

_OPS: Mapping[str, Op] = {op: op for op in get_args(Op)}


async def login(house: House, call: Call) -> Reply:
    asked = read_request(call.body, SignInRequest)
    sessions = house.people.sessions
    signed_in = await sessions.sign_in(asked.account, asked.password, call.address, house.now(), asked.new)
    return signed_in_reply(house, call, signed_in)


async def logout(house: House, call: Call) -> Reply:
    cookie = cookie_in(call.headers.get(b"cookie", b""))
    ended = None if cookie is None else await house.people.sessions.sign_out(cookie)
    forget = ((b"set-cookie", clear_cookie(secure=_secure(house, call))),)
    if cookie is not None and ended is not None and ended.provider:
        leave = await house.people.city_accounts.leave(ended.provider, cookie, house.now())
        return json_reply({"leave": leave}, headers=forget) if leave else Reply(204, headers=forget)
    return Reply(204, headers=forget)


async def change_own_password(house: House, call: Call) -> Reply:
    asked = read_request(call.body, PasswordRequest)
    account, now = await _own_account(house, call), house.now()
    if account.identity is not None:
        raise NotAllowed("The provider of your account keeps your password: change it there.")
    if not await house.people.sessions.proves(account, asked.password, call.address, now):
        raise BadField("password", "is not the one of today")
    with _member("password", "new"):
        wish = AccountChange(password=asked.new)
        account = await house.people.accounts.change(account.id, wish, call.principal, now)
    return signed_in_reply(house, call, await house.people.sessions.renew(account, call.address, now))


@contextmanager
def _member(inside: str, asked: str) -> Generator[None]:
    """Name a bad field as the request does."""
    try:
        yield
    except BadField as bad:
        raise BadField(asked if bad.field == inside else bad.field, bad.detail) from None


def signed_in_reply(house: House, call: Call, signed_in: SignedIn) -> Reply:
    """Who is signed in now, with the cookie."""
    header = set_cookie(signed_in.cookie, secure=_secure(house, call))
    body = {"account": signed_in.account.id, "name": signed_in.account.name}
    return json_reply(body, headers=((b"set-cookie", header),))


async def _own_account(house: House, call: Call) -> Account:
    """The account of the person who asks; tokens and readers without account have none."""
    if call.principal.kind == "person":
        account = await house.people.accounts.get(account_of(call.principal.id))
        if account is not None:
            return account
    raise NotAllowed("This needs an account of your own: make one and sign in.")


def _secure(house: House, call: Call) -> bool:
    """Whether the browser must send the cookie over TLS only."""
    return (
        not house.people.loopback
        or house.people.city_accounts.over_tls
        or (call.header(b"origin") or "").startswith("https:")
    )


async def list_sessions(house: House, call: Call) -> Reply:
    cookie = cookie_in(call.headers.get(b"cookie", b""))
    current = "" if cookie is None else session_id(cookie)
    seen = await house.people.sessions.seen_by(call.principal, house.now())
    shown = [session_shown(id, session, current) for id, session in seen]
    return json_reply({"position": await house.people.version(), "sessions": shown})


async def end_session(house: House, call: Call) -> Reply:
    await house.people.sessions.end(call.params["id"], call.principal, house.now())
    return Reply(204)


async def list_accounts(house: House, call: Call) -> Reply:
    accounts = await house.people.accounts.all()
    return json_reply(
        {"position": await house.people.version(), "accounts": [account_shown(each) for each in accounts]}
    )


async def create_account(house: House, call: Call) -> Reply:
    asked = read_request(call.body, AccountRequest)
    wish = NewAccount(
        account=asked.account,
        assignments=asked.assignments,
        name=asked.name,
        password=asked.password,
        one_time=asked.one_time,
        identity=asked.identity,
    )
    account = await house.people.accounts.create(wish, call.principal, house.now())
    place = f"/pinisi/v1/accounts/{account.id}".encode()
    return json_reply(account_shown(account), 201, ((b"location", place),))


async def change_account(house: House, call: Call) -> Reply:
    wish = read_request(call.body, AccountChange)
    account = await house.people.accounts.change(call.params["id"], wish, call.principal, house.now())
    return json_reply(account_shown(account))


async def list_tokens(house: House, call: Call) -> Reply:
    tokens, now = await house.people.tokens.seen_by(call.principal), house.now()
    return json_reply({"position": await house.people.version(), "tokens": [token_shown(each, now) for each in tokens]})


async def make_token(house: House, call: Call) -> Reply:
    asked, now = read_request(call.body, TokenRequest), house.now()
    owner = await _token_owner(house, call, asked)
    made = await house.people.tokens.make(owner, wish_of(asked, now), call.principal, now)
    shown = msgspec.to_builtins(token_shown(made.token, now))
    return json_reply({**shown, "token": made.text}, 201, ((b"cache-control", b"no-store"),))


async def revoke_token(house: House, call: Call) -> Reply:
    await house.people.tokens.revoke(call.params["id"], call.principal, house.now())
    return Reply(204)


async def _token_owner(house: House, call: Call, asked: TokenRequest) -> str:
    if asked.owner is UNSET:
        return (await _own_account(house, call)).id
    if "people.manage" not in call.principal.permissions and principal_id(asked.owner) != call.principal.id:
        raise NotAllowed("Only who manages people makes tokens of other accounts.")
    return asked.owner


async def audit(house: House, call: Call) -> Reply:
    tenant = trail_of(call)
    page = await read_trail(house.store, tenant, _audit_query(call.query), call.grants)
    names = await house.people.names()
    lines = [line_shown(line, names) for line in page.lines]
    return json_reply({"position": page.position, "lines": lines, "next": page.next})


def trail_of(call: Call) -> str:
    """The tenant whose trail is asked: the call's own, or that of people."""
    of = call.query.get("of", "city")
    if of not in ("city", "people"):
        raise BadField("of", "must be city or people")
    if of == "people" and "people.manage" not in call.principal.permissions:
        raise NotAllowed("Only who manages people reads the trail of accounts.")
    return PEOPLE if of == "people" else call.tenant


def _audit_query(query: Mapping[str, str]) -> AuditQuery:
    op = query.get("op")
    if op is not None and op not in _OPS:
        raise BadField("op", f"must be one of {', '.join(sorted(_OPS))}")
    return AuditQuery(
        before=_whole(query, "before", 1, 2**62) if "before" in query else None,
        limit=_whole(query, "limit", 1, LONGEST_PAGE) if "limit" in query else 50,
        ops=None if op is None else frozenset({_OPS[op]}),
        act=query.get("act"),
        by=query.get("by"),
        subject=query.get("subject"),
    )


def _whole(query: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = query[name]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise BadField(name, f"must be a whole number from {least} to {most}")
    return int(text)


PEOPLE_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/pinisi/v1/login",
        permission=None,
        endpoint=login,
        summary="Sign in: sets the session cookie. Open: whoever signs in has no permission yet.",
        body="SignInRequest",
        answers=(200, 400, 401, 409, 429),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/logout",
        permission=None,
        endpoint=logout,
        summary="Sign out: ends the session of the cookie. Open: it only gives rights up.",
        answers=(200, 204),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/password",
        permission="console.read",
        endpoint=change_own_password,
        summary="Change one's own password; every other session of the account ends.",
        body="PasswordRequest",
        answers=(200, 400, 403, 429),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/sessions",
        permission="console.read",
        endpoint=list_sessions,
        summary="One's own sessions; all of them for who manages people.",
    ),
    Route(
        method="DELETE",
        path="/pinisi/v1/sessions/{id}",
        permission="console.read",
        endpoint=end_session,
        summary="End a session of one's own, or any for who manages people; at once.",
        answers=(204, 404),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/accounts",
        permission="people.manage",
        endpoint=list_accounts,
        summary="All accounts with their roles.",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/accounts",
        permission="people.manage",
        endpoint=create_account,
        summary="Make an account.",
        body="AccountRequest",
        answers=(201, 400, 409),
    ),
    Route(
        method="PATCH",
        path="/pinisi/v1/accounts/{id}",
        permission="people.manage",
        endpoint=change_account,
        summary="Change name, password or roles of an account, or disable it; at once.",
        body="AccountChange",
        answers=(200, 400, 404, 409),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/tokens",
        permission="tokens.make",
        endpoint=list_tokens,
        summary="One's own tokens; all of them for who manages people.",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/tokens",
        permission="tokens.make",
        endpoint=make_token,
        summary="Make a token; its text is shown this once.",
        body="TokenRequest",
        answers=(201, 400, 403, 404),
    ),
    Route(
        method="DELETE",
        path="/pinisi/v1/tokens/{id}",
        permission="tokens.make",
        endpoint=revoke_token,
        summary="Revoke a token; at once.",
        answers=(204, 404, 409),
    ),
    Route(
        method="GET",
        path="/pinisi/v1/audit",
        permission="audit.read",
        endpoint=audit,
        summary="Who did what, newest first.",
        parameters=("of", "before", "limit", "op", "act", "by", "subject"),
        answers=(200, 400, 403),
    ),
)
