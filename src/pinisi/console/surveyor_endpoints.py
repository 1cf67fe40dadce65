"""Surveyors: accounts that count in the field, and the links that bring their phones in."""

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.console.phone_links import PhoneJoin, holds_only, invited, join_by_link
from pinisi.incidents.requirements import BadAct
from pinisi.vocabulary.instant import format_instant

_ROLE = "surveyor"
_PAGE = "/count"


class SurveyorInvitation(msgspec.Struct, forbid_unknown_fields=True):
    """The account whose phone is invited."""

    account: str


async def list_surveyors(house: House, call: Call) -> Reply:
    """Accounts that are surveyors and nothing else, and until when a link of theirs waits to be used."""
    accounts = await house.people.accounts.all()
    waiting = {each.account: each.until for each in await house.invitations.waiting(call.tenant, house.now())}
    told = [
        {"account": each.id, "name": each.name, "invitedUntil": _moment(waiting.get(each.id))}
        for each in sorted(accounts, key=lambda account: account.name.casefold())
        if holds_only(each, _ROLE) and not each.disabled
    ]
    return json_reply({"surveyors": told})


async def invite_surveyor(house: House, call: Call) -> Reply:
    account = await house.people.accounts.get(call.decode(SurveyorInvitation).account)
    if account is None or account.disabled or not holds_only(account, _ROLE):
        raise BadAct("account", "only an account that holds the role surveyor, and no other, is invited by link")
    return await invited(house, call, account, _PAGE)


async def call_back(house: House, call: Call) -> Reply:
    """A link that waits opens nothing any more."""
    await house.invitations.end(call.tenant, call.params["account"], call.principal, house.now())
    return Reply(204)


async def join(house: House, call: Call) -> Reply:
    """Sign this phone in by a link: once."""
    return await join_by_link(house, call, call.decode(PhoneJoin).code, _ROLE)


def _moment(moment: int | None) -> str | None:
    return format_instant(moment) if moment else None


_SURVEYORS = "/pinisi/v1/surveyors"

SURVEYOR_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_SURVEYORS,
        permission="surveys.lead",
        endpoint=list_surveyors,
        summary="Accounts of surveyors, and the links that wait to be used",
    ),
    Route(
        method="POST",
        path=_SURVEYORS + "/invitations",
        permission="surveys.lead",
        endpoint=invite_surveyor,
        summary="Make a link that signs one phone in as a surveyor, once, within a day",
        body="SurveyorInvitation",
        answers=(201, 400),
    ),
    Route(
        method="DELETE",
        path=_SURVEYORS + "/invitations/{account}",
        permission="surveys.lead",
        endpoint=call_back,
        summary="Call back a surveyor's link that was not used yet",
        answers=(204,),
    ),
    Route(
        method="POST",
        path=_SURVEYORS + "/join",
        permission=None,
        endpoint=join,
        summary="Sign a surveyor's phone in by its link (open: the link is the proof, and good for once)",
        body="PhoneJoin",
        answers=(200, 400, 409),
    ),
)
