"""Who is a crew: which account speaks for which agency or unit, and the links that bring a phone in."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.phone_links import PhoneJoin, holds_only, invited, join_by_link
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.agencies.crews import Crew
from pinisi.incidents.requirements import BadAct
from pinisi.people.accounts import Account
from pinisi.vocabulary.instant import format_instant

_ROLE = "crew"


class CrewMembership(msgspec.Struct, forbid_unknown_fields=True):
    """For whom an account speaks; `unit` empty: for the whole agency."""

    agency: str
    unit: str = ""


class CrewInvitation(msgspec.Struct, forbid_unknown_fields=True):
    """The account whose phone is invited."""

    account: str


async def list_members(house: House, call: Call) -> Reply:
    """Members with their names, accounts of crews that speak for nobody yet, and links that wait to be used."""
    accounts = {each.id: each for each in await house.people.accounts.all()}
    members = await house.crews.all(call.tenant)
    bound = {each.account for each in members}
    invited = {each.account: each.until for each in await house.invitations.waiting(call.tenant, house.now())}
    return json_reply(
        {
            "members": [_member_json(each, accounts.get(each.account), invited.get(each.account)) for each in members],
            "unbound": [{"account": each.id, "name": each.name} for each in _crews(accounts.values(), bound)],
        }
    )


def _crews(accounts: Any, bound: set[str]) -> Sequence[Account]:
    free = [each for each in accounts if each.id not in bound and not each.disabled and is_crew_only(each)]
    return sorted(free, key=lambda account: account.name)


def is_crew_only(account: Account) -> bool:
    return holds_only(account, _ROLE)


async def appoint_member(house: House, call: Call) -> Reply:
    wish, account = call.decode(CrewMembership), call.params["account"]
    if account not in {each.id for each in await house.people.accounts.all()}:
        raise ResourceNotFound(f"there is no account {account[:80]}")
    crew = Crew(account=account, agency=wish.agency, unit=wish.unit)
    return json_reply(await house.crews.appoint(call.tenant, crew, call.principal))


async def dismiss_member(house: House, call: Call) -> Reply:
    """A link that waits opens nothing any more, and the phone of the account sees no assignments from now on."""
    account = call.params["account"]
    await house.invitations.end(call.tenant, account, call.principal, house.now())
    await house.crews.dismiss(call.tenant, account, call.principal)
    return Reply(204)


async def invite(house: House, call: Call) -> Reply:
    """A link for one phone, told this once. It signs that phone in as the account."""
    wish = call.decode(CrewInvitation)
    account = await house.people.accounts.get(wish.account)
    if account is None or account.disabled or not is_crew_only(account):
        raise BadAct("account", "only an account that holds the role crew, and no other, is invited by link")
    if wish.account not in {each.account for each in await house.crews.all(call.tenant)}:
        raise BadAct("account", "speaks for no agency yet")
    return await invited(house, call, account, "/crew")


async def join(house: House, call: Call) -> Reply:
    """Sign this phone in by a link: once."""
    return await join_by_link(house, call, call.decode(PhoneJoin).code, _ROLE)


def _member_json(crew: Crew, account: Account | None, invited: int | None) -> dict[str, Any]:
    return {
        "account": crew.account,
        "name": account.name if account else crew.account,
        "gone": account is None or account.disabled,
        "agency": crew.agency,
        "unit": crew.unit or None,
        "invitable": account is not None and not account.disabled and is_crew_only(account),
        "invitedUntil": format_instant(invited) if invited else None,
    }


_MEMBERS = "/pinisi/v1/crew/members"

MEMBER_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_MEMBERS,
        permission="units.dispatch",
        endpoint=list_members,
        summary="Which accounts speak for which agency or unit, and which could",
    ),
    Route(
        method="PUT",
        path=_MEMBERS + "/{account}",
        permission="units.dispatch",
        endpoint=appoint_member,
        summary="Let an account speak for an agency or unit",
        body="CrewMembership",
        answers=(200, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_MEMBERS + "/{account}",
        permission="units.dispatch",
        endpoint=dismiss_member,
        summary="An account speaks for no agency any more",
        answers=(204,),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/crew/invitations",
        permission="units.dispatch",
        endpoint=invite,
        summary="Make a link that signs one phone in as a crew, once, within a day",
        body="CrewInvitation",
        answers=(201, 400),
    ),
    Route(
        method="POST",
        path="/pinisi/v1/crew/join",
        permission=None,
        endpoint=join,
        summary="Sign a phone in by the link of an invitation (open: the link is the proof, and good for once)",
        body="PhoneJoin",
        answers=(200, 400, 409),
    ),
)
